"""How often the words of doubts.toml strike in the corpus, and some of the texts, to be read for false alarms.

    python bench/doubts.py [--show 50] [--seed 1] [--all]

Without --all only complaints are looked at: nothing else becomes a report without a person's wish.
"""

import argparse
import random
import time
from collections import Counter
from datetime import UTC, datetime

from dengar.classify.corpus import read_corpus
from dengar.classify.taxonomy import NOT_A_COMPLAINT
from dengar.mask import mask
from dengar.models import Post
from dengar.routing.doubts import find_hazards

AT = datetime(2026, 11, 22, tzinfo=UTC)


def main() -> None:
    """Print hits per 1,000 texts by reason, the cost of a text, and texts that were hit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true")
    chosen = parser.parse_args()
    texts = [
        (example.category, mask(example.text))
        for example in read_corpus()
        if chosen.all or example.category != NOT_A_COMPLAINT
    ]
    counts: Counter[tuple[str, str]] = Counter()
    hits: list[tuple[str, str, str]] = []
    begin = time.process_time()
    for category, text in texts:
        found = {one.reason: one.kind for one in find_hazards(_make_post(text))}
        counts.update((kind, reason) for reason, kind in found.items())
        hits += ((reason, category, text) for reason in found)
    spent = time.process_time() - begin
    print(f"{len(texts):,} texts, {spent / len(texts) * 1e6:.0f} microseconds each")
    for (kind, reason), count in counts.most_common():
        print(f"{count / len(texts) * 1000:6.2f} of 1,000  {count:5}  {kind:14} {reason}")
    for reason, category, text in random.Random(chosen.seed).sample(hits, min(chosen.show, len(hits))):  # noqa: S311  the same texts again
        print(f"[{reason}] {category}: {' '.join(text.split())[:240]}")


def _make_post(text: str) -> Post:
    return Post(
        id="1", item_id="a:b:1", source="a", channel="a", author="a", text=text, created_at=AT, observed_at=AT
    )  # fmt: skip


if __name__ == "__main__":
    main()
