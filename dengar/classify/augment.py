"""Varied copies of training texts: what people drop, mistype or wrap around the same complaint.

Names that nobody has heard of stand for the streets and places that no list holds, so that they mean nothing.
"""

from random import Random

GREETINGS = (
    "selamat pagi", "selamat siang bapak", "mohon maaf", "assalamualaikum", "kepada yang terhormat bapak gubernur",
    "halo admin", "bapak ibu", "tolong", "mohon", "permisi", "yang terhormat", "<akun>", "dengan hormat", "lapor",
    "izin lapor", "selamat pagi bapak <pejabat>", "selamat siang bapak <pejabat>", "bapak <pejabat>", "selamat sore",
    "bapak gubernur <pejabat>", "selamat malam bapak", "bapak <pejabat> terhormat saya warga <tempat>", "halo <akun>",
    "<akun> <akun>", "kepada bapak <pejabat>", "yang terhormat bapak gubernur",
)  # fmt: skip
CLOSINGS = (
    "terima kasih", "mohon ditindaklanjuti", "tolong segera", "terima kasih bapak", "mohon bantuan",
    "mohon tindak lanjut", "tolong bapak", "wassalam", "<tautan>",
)  # fmt: skip
WHERE = (
    "di", "jalan", "daerah", "depan", "komplek", "perumahan", "di jalan", "kelurahan", "kelurahan <tempat>", "<rt>", "",
)  # fmt: skip
SYLLABLES = (
    "ba", "ci", "du", "ga", "ja", "ka", "la", "ma", "na", "pa", "ra", "sa", "ta", "wa", "ri", "mi", "ki", "su", "lu",
    "tu", "bo", "go", "ko", "no", "ro", "to", "eng", "ang", "ung",
)  # fmt: skip
VOWELS = "aiueo"
PLACE = "<tempat>"
CLASS_DROPPED, WORD_DROPPED, MISTYPED, RENAMED = 0.4, 0.1, 0.06, 0.4
GREETED, PLACED, CLOSED, UNKNOWN, TALKED = 0.4, 0.4, 0.25, 0.7, 0.15
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


def invented(random: Random) -> str:
    """Give a name that sounds like one and is none."""
    return "".join(random.choice(SYLLABLES) for _ in range(random.choice((2, 2, 3, 3, 4))))


def _worn(words: list[str], random: Random) -> list[str]:
    kept = []
    for word in words:
        chance = random.random()
        if chance < (CLASS_DROPPED if word.startswith("<") else WORD_DROPPED):
            continue
        if word == PLACE and random.random() < RENAMED:
            kept.append(invented(random))
        elif not word.startswith("<") and chance < WORD_DROPPED + MISTYPED and len(word) >= SHORTEST:
            kept.append(mistyped(word, random))
        else:
            kept.append(word)
    return kept


def _place(random: Random) -> list[str]:
    names = [invented(random) for _ in range(random.choice((1, 1, 2)))] if random.random() < UNKNOWN else [PLACE]
    return [*random.choice(WHERE).split(), *names]


def varied(words: list[str], random: Random, *, is_complaint: bool) -> list[str]:
    """Give a worn copy of normalised words, wrapped in what says nothing: a greeting, a place, a closing."""
    copy = _worn(words, random)
    if is_complaint:
        greeting = random.choice(GREETINGS).split() if random.random() < GREETED else []
        place = _place(random) if random.random() < PLACED else []
        closing = random.choice(CLOSINGS).split() if random.random() < CLOSED else []
        copy = [*greeting, *copy, *place, *closing]
    else:
        copy = ["<akun>", *copy] if random.random() < TALKED else copy
        copy = [*copy, "<tautan>"] if random.random() < TALKED else copy
    return copy or words
