import pytest

from dengar.models import PasswordProblem, make_password, password_problem


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("sebelas hur", "too_short"),
        ("x" * 201, "too_long"),
        ("siti aminah 2026", "like_name"),
        ("Siti.Aminah!!", "like_name"),
        ("password1234", "too_common"),
        ("Jakarta202620", "too_common"),
        ("!!rahasia2026!!", "too_common"),
        ("selamat datang", "too_common"),
        ("abcabcabcabc", "too_common"),
        ("aaaaaaaaaaaa", "too_common"),
        ("012345678901", "too_common"),
        ("qwertyuiopas", "too_common"),
        ("kuda laut menari", None),
        ("semuahurufkecil", None),
        ("\uff17\uff17 kucing tidur", None),
    ],
)
def test_what_a_password_may_be(password: str, problem: PasswordProblem | None) -> None:
    assert password_problem("Siti Aminah", password) == problem


def test_made_passwords_are_good_and_never_the_same() -> None:
    made = {make_password() for _ in range(200)}
    assert len(made) == 200
    assert not any(password_problem("Siti", one) for one in made)
