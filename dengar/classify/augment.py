"""Varied copies of training texts: what people drop, mistype or wrap around the same complaint."""

from random import Random

GREETINGS = (
    "selamat pagi", "selamat siang bapak", "mohon maaf", "assalamualaikum", "kepada yang terhormat bapak gubernur",
    "halo admin", "bapak ibu", "tolong", "mohon", "permisi", "yang terhormat", "<akun>", "dengan hormat", "lapor",
    "izin lapor",
)  # fmt: skip
CLOSINGS = (
    "terima kasih", "mohon ditindaklanjuti", "tolong segera", "terima kasih bapak", "mohon bantuan",
    "mohon tindak lanjut", "tolong bapak", "di <tempat>", "jalan <tempat>", "<tempat>", "kelurahan <tempat>",
    "<rt>", "<rt> <tempat>", "wassalam",
)  # fmt: skip
VOWELS = "aiueo"
CLASS_DROPPED, WORD_DROPPED, MISTYPED, WRAPPED = 0.4, 0.1, 0.06, 0.4
SHORTEST = 4


def mistyped(word: str, random: Random) -> str:
    """Leave out a letter, swap two, or leave out the vowels after the first letter."""
    at = random.randrange(1, len(word) - 1)
    return random.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[0] + "".join(letter for letter in word[1:] if letter not in VOWELS),
        )
    )


def _worn(words: list[str], random: Random) -> list[str]:
    kept = []
    for word in words:
        chance = random.random()
        if chance < (CLASS_DROPPED if word.startswith("<") else WORD_DROPPED):
            continue
        if not word.startswith("<") and chance < WORD_DROPPED + MISTYPED and len(word) >= SHORTEST:
            kept.append(mistyped(word, random))
        else:
            kept.append(word)
    return kept


def varied(words: list[str], random: Random, *, is_complaint: bool) -> list[str]:
    """Give a worn copy of normalised words; a complaint may gain a greeting or a closing that say nothing of it."""
    copy = _worn(words, random)
    if is_complaint and random.random() < WRAPPED:
        copy = random.choice(GREETINGS).split() + copy
    if is_complaint and random.random() < WRAPPED:
        copy = copy + random.choice(CLOSINGS).split()
    return copy or words
