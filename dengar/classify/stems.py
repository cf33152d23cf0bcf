"""Light stemming of Indonesian: enough to find a word in a list of meanings, not a dictionary's root."""

from functools import lru_cache

ENDINGS = ("nya", "lah", "kah", "kan", "an", "i")
BEGINNINGS = (
    *("meng", "meny", "mem", "men", "me", "peng", "peny", "pem", "pen", "per"),
    *("ber", "ter", "di", "ke", "se", "nge", "ng"),
)
SHORTEST = 4


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Drop one ending and one beginning while at least four letters stay: 'ditindaklanjutinya' to 'tindaklanjuti'."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            word = word[: -len(ending)]
            break
    for beginning in BEGINNINGS:
        if word.startswith(beginning) and len(word) - len(beginning) >= SHORTEST:
            return word[len(beginning) :]
    return word
