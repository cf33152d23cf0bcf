"""Texts a second of the classifier, beside scikit-learn's usual pipeline: `python bench/classify.py`.

Both judge the same texts of the corpus on one core, in batches of 500 and one by one; the pipeline is TF-IDF of words,
pairs of words and letter n-grams with a linear model, trained on a part of the corpus. The rounds alternate and the
best of each counts, so that both meet the same machine.
"""

import argparse
import os
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline, make_union
from tqdm import tqdm

from dengar.classify import Classifier
from dengar.classify.corpus import read_corpus

ROUNDS, SINGLE = 5, 300
Judge = Callable[[Sequence[str]], Any]


def make_peer(texts: Sequence[str], categories: Sequence[str]) -> Judge:
    """Train scikit-learn's pipeline."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), min_df=3, sublinear_tf=True)
    peer = make_pipeline(make_union(words, letters), SGDClassifier(loss="log_loss", random_state=0))
    peer.fit(texts, categories)
    judge: Judge = peer.predict_proba
    return judge


def seconds(judge: Judge, texts: Sequence[str], size: int) -> float:
    """Give the seconds for all texts in batches of `size`."""
    started = time.perf_counter()
    for at in range(0, len(texts), size):
        judge(texts[at : at + size])
    return time.perf_counter() - started


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=10_000)
    given = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    corpus = read_corpus()
    random.Random(0).shuffle(corpus)  # noqa: S311 - a seed is wanted, not a secret
    learnt, judged = corpus[-given.texts :], [one.text for one in corpus[: given.texts]]
    judges = {
        "dengar": Classifier.load().label,
        "scikit-learn": make_peer([one.text for one in learnt], [one.category for one in learnt]),
    }
    batches: dict[str, list[float]] = {name: [] for name in judges}
    singles: dict[str, list[float]] = {name: [] for name in judges}
    for _ in tqdm(range(ROUNDS), unit=" rounds"):
        for name, judge in judges.items():
            batches[name].append(seconds(judge, judged, 500))
            singles[name].append(seconds(judge, judged[:SINGLE], 1))
    print(f"{'on one core':16}{'texts/s':>12}{'one text, ms':>16}")
    for name in judges:
        print(f"{name:16}{len(judged) / min(batches[name]):12,.0f}{min(singles[name]) / SINGLE * 1000:16.2f}")
    print(f"{'ratio':16}{min(batches['scikit-learn']) / min(batches['dengar']):12.1f}")


if __name__ == "__main__":
    main()
