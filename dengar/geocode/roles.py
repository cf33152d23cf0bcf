"""What the words around a name make of it: the place itself, one near it, a direction, a person, a comparison.

The names of a batch of texts and the words between them become one spaCy Doc of symbols, and a PhraseMatcher reads it
with the grammar below.
"""

from collections.abc import Iterator, Sequence

from dengar.geocode.hits import Found, Hit, Role
from dengar.geocode.words import HEADS, HONORIFICS, OFFICES, words

REACH = 4  # tokens before a name that are looked at
NAME, OTHER, END = "NAME", "-", "|"
SYMBOLS = {
    word: symbol
    for symbol, said in {
        "NEAR": words("dekat deket dkt depan dpn dpan belakang blkg blakang samping sebelah seberang sebrang sekitar "
                      "sekitaran pinggir sisi didepan dibelakang disamping disebelah diseberang didekat disebrang"),
        "BETWEEN": words("antara diantara"),
        "AND": words("dan sampai sampe hingga sd ke dgn dengan"),
        "TO": words("arah menuju tujuan jurusan mengarah"),
        "FROM": words("dari dr drpd"),
        "LIKE": words("seperti kayak kyk sprti spt macam ibarat kalah kek"),
        "IN": words("di yang si"),
        "OFFICE": OFFICES,
        "PERSON": HONORIFICS,
    }.items()
    for word in said
} | {"ke": "KE", "-": "AND"}  # fmt: skip
TELLING = frozenset(word for word, symbol in SYMBOLS.items() if symbol not in {"AND", "IN"})
# The later of two that fit one name is believed. A pattern's names all get the role.
GRAMMAR: dict[Role, list[list[str]]] = {
    "near": [["NEAR", NAME]],
    "between": [["BETWEEN", NAME, "AND", NAME], ["BETWEEN", NAME, "KE", NAME], ["BETWEEN", NAME, NAME]],
    "towards": [["TO", NAME], ["KE", NAME], ["TO", "KE", NAME], ["TO", "NEAR", NAME], ["KE", "TO", NAME]],
    "route": [
        *(
            ["FROM", NAME, *between, *to, NAME]
            for between in ([], [OTHER], [OTHER, OTHER])
            for to in (["TO"], ["KE"], ["AND", "KE"])
        ),
        ["FROM", "TO", NAME],
    ],
    "office": [["OFFICE", NAME]],
    "like": [["LIKE", NAME], ["LIKE", "IN", NAME]],
    "person": [["PERSON", NAME]],
}  # fmt: skip


class Roles:
    """Gives hits their roles; holds the spaCy matcher."""

    def __init__(self) -> None:
        from spacy.matcher import PhraseMatcher
        from spacy.tokens import Doc
        from spacy.vocab import Vocab

        self._vocab = Vocab()
        self._matcher = PhraseMatcher(self._vocab)
        for role, patterns in GRAMMAR.items():
            self._matcher.add(role, [Doc(self._vocab, words=pattern) for pattern in patterns])
        self._rank = {self._vocab.strings[role]: (rank, role) for rank, role in enumerate(GRAMMAR)}

    def give(self, batch: Sequence[Found]) -> None:
        """Set the role of every hit of these texts."""
        from spacy.tokens import Doc

        symbols: list[str] = []
        names: dict[int, Hit] = {}
        bare: set[int] = set()
        for found in filter(_is_telling, batch):
            for symbol, hit in _read(found):
                if hit is not None:
                    names[len(symbols)] = hit
                    if hit.said == "bare" and hit.kind != "rt_rw" and found.tokens.words[hit.first] not in HEADS:
                        bare.add(len(symbols))
                symbols.append(symbol)
        doc = Doc(self._vocab, words=symbols)
        for _, role, start, end in sorted((*self._rank[key], start, end) for key, start, end in self._matcher(doc)):
            for place in range(start, end):
                if place in (bare if role == "person" else names):
                    names[place].role = role


def _is_telling(found: Found) -> bool:
    """Say whether one of the two words before any name gives it a role."""
    words = found.tokens.words
    return any(
        not TELLING.isdisjoint(words[max(hit.first - 2, 0) : hit.first]) for hit in (*found.hits, *found.outside)
    )


def _read(found: Found) -> Iterator[tuple[str, Hit | None]]:
    """Give the symbols of a text from a little before its first name to its last one."""
    words, at = found.tokens.words, 0
    for hit in sorted([*found.hits, *found.outside], key=lambda hit: hit.first):
        if hit.first - at > REACH:
            yield END, None
            at = hit.first - REACH
        for word in words[at : hit.first]:
            if word != ".":
                yield SYMBOLS.get(word, OTHER if word[0].isalnum() else END), None
        yield NAME, hit
        at = hit.last
    yield END, None
