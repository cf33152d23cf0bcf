"""Perceptual hashes of photos: how alike two are."""

BITS = 64
# Of 64 bits; what copies and other scenes differ by is in docs/proof.md, `python bench/prints.py` measures it.
NEAR_IDENTICAL = 10


def differing_bits(one: str, other: str) -> int:
    """Count the bits (0..64) in which two hashes (hex) differ: at most NEAR_IDENTICAL where one shows a copy."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
