"""Write how common words are in complaints, from the corpus: `python bench/make_words.py`.

One line a category, and one ("-") for all together: words with the negative logarithm of the share of texts that hold
them, so that a rare word weighs more.
"""

import math
from collections import Counter, defaultdict
from pathlib import Path

import dengar.routing
from dengar.classify.corpus import read_corpus
from dengar.routing.gist import stem, words_of

TARGET = Path(dengar.routing.__path__[0]) / "words.tsv"
RAREST = 0.001  # what fewer texts hold is as rare as a word can be
RAREST_IN_CATEGORY = 0.01


def main() -> None:
    """Write the table."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    texts: Counter[str] = Counter()
    for example in read_corpus():
        said = {stem(word) for word in words_of(example.text)}
        for shelf in ("-", example.category):
            counts[shelf].update(said)
            texts[shelf] += 1
    with TARGET.open("w", encoding="utf-8") as file:
        for shelf in sorted(counts):
            least = texts[shelf] * (RAREST if shelf == "-" else RAREST_IN_CATEGORY)
            kept = sorted((word, count) for word, count in counts[shelf].items() if count >= least)
            weights = (f"{word}:{math.log(texts[shelf] / count):.1f}" for word, count in kept)
            file.write(f"{shelf}\t{' '.join(weights)}\n")


if __name__ == "__main__":
    main()
