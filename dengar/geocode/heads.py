"""How far a name reaches after the word that opens it: "jalan", "komplek", "RT"."""

import re

from dengar.geocode.text import GLUE, Tokens
from dengar.geocode.words import ABBREVIATIONS, HEADS, NUMBERED, PLAIN_ROADS, ROMANS, STOP, TAILS, words

MOST_WORDS = 5
SHORT = 3
MOST_PARTS = 30  # "Komplek Migas 61" is a name of its own
LOWER_WORDS = 2  # in a text without capitals a name is cut after so many words, tails not counted
NUMBERS = r"(?:\d{1,3}|[ivx]{1,5}\b)(?:\s*(?:,|&|dan\b|s/d|sd\b|-|/)\s*\d{1,3}(?!\d)){0,5}"
MARKS = r"[\s.:;,/\\&-]{0,4}"
RT_RW = re.compile(
    rf"r[tiw]{MARKS}(?:no\.?\s?)?{NUMBERS}(?:{MARKS}(?:dan\s)?r[tw]{MARKS}{NUMBERS})?"
    rf"|r[tw]{MARKS}r[tw]{MARKS}{NUMBERS}",
    re.IGNORECASE,
)
ADDRESS = re.compile(
    r"[ ,.]{0,3}(?:blok?\.? ?[a-z]{1,2} ?\d{0,3}\b|(?:no|nomor|nmr)\b[ .:]{0,2}\d{1,4}[a-z]?\b"
    r"|km[ .]{0,2}\d{1,3}(?:[+.,]\d{1,3})?\b)",
    re.IGNORECASE,
)
UNITS = words("jam cm meter m km kali hari minggu bulan tahun orang x mobil motor titik kk rb ribu")


def rt_rw_end(tokens: Tokens, i: int) -> int:
    """Give the token after the RT/RW numbers that begin at token i, i when there are none."""
    match = RT_RW.match(tokens.text, tokens.starts[i])
    return _token_at(tokens, i, match.end()) if match else i


def _token_at(tokens: Tokens, i: int, offset: int) -> int:
    """Give the first token from i on that begins at or after an offset of the text."""
    while i < len(tokens.words) and tokens.starts[i] < offset:
        i += 1
    return i


def next_word(tokens: Tokens, i: int) -> int:
    """Skip the marks that may stand inside a name; give -1 when the name cannot go on."""
    while i < len(tokens.words) and tokens.words[i] in GLUE:
        spaced = len(tokens.pieces[i]) > 1
        shortened = i and (tokens.words[i - 1] in ABBREVIATIONS or len(tokens.words[i - 1]) <= SHORT)
        if tokens.words[i] == "-" and (spaced or tokens.text[tokens.starts[i] - 1].isspace()):
            return -1
        if tokens.words[i] == "." and not shortened and (spaced or tokens.words[i - 1].isalpha()):
            return -1
        i += 1
    return i if i < len(tokens.words) and tokens.words[i][0].isalnum() else -1


def name_end(tokens: Tokens, first: int, areas: dict[int, int]) -> int:
    """Give the token after the name that begins at token `first`, `first` when no name begins there.

    `areas` says where names of areas begin and how many words each has: a street's name ends before them.
    """
    at, end, count = next_word(tokens, first), first, 0
    if at >= 0 and tokens.words[at] == "raya":
        at = next_word(tokens, at + 1)
    if at < 0 or not _may_open(tokens, at):
        return first
    capitals = tokens.capital(at)
    while at >= 0 and count < MOST_WORDS:
        tail = count > 0 and is_tail(tokens, at)
        if count > 0 and not _goes_on(tokens, at, areas, tail=tail, capitals=capitals, count=count):
            break
        count += not tail
        end, at = at + 1, next_word(tokens, at + 1)
    return end


def tail_end(tokens: Tokens, last: int, end: int) -> int:
    """Give where a known name that ends at token `last` ends with its tails ("Raya", "III"), at most at `end`."""
    at = next_word(tokens, last)
    while 0 <= at < end and is_tail(tokens, at):
        last, at = at + 1, next_word(tokens, at + 1)
    return last


def _goes_on(tokens: Tokens, at: int, areas: dict[int, int], *, tail: bool, capitals: bool, count: int) -> bool:
    """Say whether the word at `at` still belongs to the name."""
    word = tokens.words[at]
    if tail:
        return areas.get(at, 0) <= 1
    if at in areas or word in STOP or word in HEADS or word.isdigit():
        return False
    if not capitals:
        return count < LOWER_WORDS
    after = next_word(tokens, at + 1)
    return tokens.upper or tokens.capital(at) or (after >= 0 and is_tail(tokens, after))


def is_tail(tokens: Tokens, at: int) -> bool:
    """Say whether the word at `at` is one that names end with: "Raya", "III", "2"."""
    return tokens.words[at] in TAILS or tokens.words[at] in ROMANS or _is_number(tokens, at)


def is_part(tokens: Tokens, at: int) -> bool:
    """Say whether the word at `at` names a part of what is called so before it: its third lane, its second phase."""
    word = tokens.words[at]
    return is_tail(tokens, at) and not (word.isdigit() and int(word) > MOST_PARTS)


def _may_open(tokens: Tokens, at: int) -> bool:
    """Say whether a name can begin with this word."""
    word = tokens.words[at]
    head = tokens.words[at - 1] if at else ""
    if word.isdigit():
        return head in NUMBERED
    if word in HEADS and not tokens.capital(at) and head not in {"jalan", "gang", "raya"}:
        return False
    if head == "jalan" and word in PLAIN_ROADS and not tokens.capital(at):
        return False
    return (word not in STOP and len(word) > 1) or word in {"h", "k"}


def _is_number(tokens: Tokens, at: int) -> bool:
    """Say whether a number belongs to a name ("Swadaya 3") and does not count something ("3 jam")."""
    after = tokens.words[at + 1] if at + 1 < len(tokens.words) else ""
    return tokens.words[at].isdigit() and len(tokens.words[at]) <= 2 and after not in UNITS  # noqa: PLR2004


def with_address(tokens: Tokens, end: int) -> int:
    """Take a block, a house number and a kilometre post into the span."""
    for _ in range(2):
        match = ADDRESS.match(tokens.text, tokens.end(end - 1))
        if match:
            end = _token_at(tokens, end, match.end())
    return end
