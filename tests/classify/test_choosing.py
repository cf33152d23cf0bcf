from random import Random

from dengar.classify.choosing import Asked, choose
from dengar.models import Alternative, Labels

WORDS = "pohon lampu jalan pasar sampah warga malam pagi rusak mati tumbang banjir macet kantor surat bus halte"


def make_asked(
    number: int, *, confidence: float = 0.9, unknown: float = 0.0, text: str | None = None, guess: str = "banjir"
) -> Asked:
    random = Random(number)
    said = text or " ".join(random.choice(WORDS.split()) for _ in range(9))
    other = Alternative(category="macet", confidence=round(1 - confidence, 4))
    labels = Labels(category=guess, is_complaint=True, confidence=confidence, alternatives=(other,))
    return Asked(id=f"p{number}", text=said, labels=labels, unknown=unknown)


def test_a_fifth_at_least_is_random_and_the_rest_is_unsure_or_new() -> None:
    candidates = [make_asked(number, confidence=0.5 + number / 1000, unknown=number / 1000) for number in range(400)]
    chosen = choose(candidates, 50, seed=0)
    by_reason = {why: [one.id for one in chosen if one.why == why] for why in ("uncertain", "novel", "random")}
    assert {why: len(ids) for why, ids in by_reason.items()} == {"uncertain": 20, "novel": 15, "random": 15}
    assert max(int(one[1:]) for one in by_reason["uncertain"]) < 40
    assert min(int(one[1:]) for one in by_reason["novel"]) > 370


def test_who_labels_only_the_first_few_gets_all_kinds() -> None:
    chosen = choose([make_asked(number) for number in range(300)], 60, seed=0)
    assert [one.rank for one in chosen] == sorted(one.rank for one in chosen)
    assert len({one.why for one in chosen[:10]}) == 3


def test_every_tenth_is_for_two_people() -> None:
    chosen = choose([make_asked(number) for number in range(300)], 100, seed=0)
    assert [number for number, one in enumerate(chosen) if one.wanted == 2] == list(range(0, 100, 10))


def test_a_flood_of_equal_texts_is_asked_once() -> None:
    flood = [make_asked(number, text="banjir lagi di depan rumah kami pak tolong pompa") for number in range(50)]
    chosen = choose([*flood, *(make_asked(number) for number in range(50, 80))], 40, seed=0)
    assert sum(one.id in {each.id for each in flood} for one in chosen) == 1


def test_unreadable_texts_are_left_out_and_few_candidates_are_all_taken() -> None:
    candidates = [make_asked(1), make_asked(2), make_asked(3, text="😂 ..."), make_asked(4, text="???")]
    assert {one.id for one in choose(candidates, 50, seed=0)} >= {"p1", "p2"}
    assert "p4" not in {one.id for one in choose(candidates, 50, seed=0)}
    assert choose([], 50, seed=0) == []


def test_the_same_seed_chooses_the_same() -> None:
    candidates = [make_asked(number) for number in range(200)]
    assert choose(candidates, 30, seed=1) == choose(candidates, 30, seed=1)
    assert choose(candidates, 30, seed=1) != choose(candidates, 30, seed=2)


def test_a_category_that_is_never_sure_leaves_room_for_the_others() -> None:
    unsure = [make_asked(number, confidence=0.3 + number / 1000, guess="lainnya") for number in range(100)]
    rather = [make_asked(number, confidence=0.7 + number / 1000) for number in range(100, 200)]
    asked = [one.id for one in choose([*unsure, *rather], 50, seed=0) if one.why == "uncertain"]
    assert len(asked) == 20
    assert sum(one in {each.id for each in rather} for one in asked) == 10
