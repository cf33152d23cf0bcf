"""What a password must be, as NIST SP 800-63B (5.1.1.2) asks: long, and not what everybody tries first.

There are no rules of composition: they make passwords that people forget and programs guess.
"""

import re
import secrets
import unicodedata
from typing import Literal

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
_ROWS = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz" * 2, "qwertyuiopasdfghjklzxcvbnm")
# What is tried first, here and elsewhere, with whatever digits and signs around it.
_COMMON = frozenset(
    """password passw0rd p@ssw0rd p@ssword katasandi sandi sandiku rahasia passwordku admin administrator adminadmin
    operator petugas verifikator analis humas auditor dengar dengarjakarta jakarta jakartaku dkijakarta pemprovdki
    indonesia indonesiaraya garuda merdeka pancasila bismillah alhamdulillah assalamualaikum sayang sayangku cintaku
    anjing bangsat welcome letmein iloveyou qwerty qwertyuiop asdfghjkl zxcvbnm monkey dragon football sepakbola persija
    persib lapor jaki selamatdatang selamatpagi terimakasih changeme gantisaya default superman batman princess sunshine
    computer internet whatever trustno master""".split()  # noqa: SIM905  a list of words to read
)
_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_LONGEST_UNIT = 4
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


PasswordProblem = Literal["too_short", "too_long", "like_name", "too_common"]


def normalize_password(password: str) -> str:
    """Give the same characters for the same keys, whatever keyboard made them."""
    return unicodedata.normalize("NFKC", password)


def password_problem(name: str, password: str) -> PasswordProblem | None:
    """Say what is wrong with a new password of this person; None when nothing is."""
    folded = normalize_password(password).casefold()
    if len(folded) < SHORTEST_PASSWORD:
        return "too_short"
    if len(folded) > LONGEST_PASSWORD:
        return "too_long"
    middles = {_ENDS.sub("", folded), _squeeze(_ENDS.sub("", folded)), _squeeze(folded)}
    if _squeeze(name.casefold()) in middles:
        return "like_name"
    is_common = bool(middles & _COMMON) or _is_monotonous(folded) or any(folded in row for row in _ROWS)
    return "too_common" if is_common else None


def make_password() -> str:
    """Make a password that can be read out on the telephone: 16 letters and digits, 79 bits."""
    letters = [secrets.choice(_READABLE) for _ in range(16)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))


def _squeeze(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _is_monotonous(text: str) -> bool:
    """Say whether a short piece is said over and over."""
    return any(text == (text[:unit] * len(text))[: len(text)] for unit in range(1, _LONGEST_UNIT + 1))
