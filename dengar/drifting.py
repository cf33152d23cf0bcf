"""Drift, once a day: this week's posts against those of the four weeks before."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dengar.classify.drift import DOUBT_ALARM, MIX_ALARM, NEW_WORDS_ALARM, NEW_WORDS_MORE, Drift, Sample, compare
from dengar.store import Store
from dengar.store.drifts import SeenDrift, Signal

if TYPE_CHECKING:
    from dengar.classify import Classifier

WEEK, WEEKS_BEFORE = timedelta(days=7), timedelta(days=28)
MOST = 4000
LOOK_AGAIN = timedelta(hours=20)


def find_drift(store: Store, classifier: "Classifier", now: datetime) -> Drift:
    """Let the model that serves judge samples of both periods anew, and compare them."""
    return compare(*_samples(store, classifier, now))


def watch_drift(store: Store, classifier: "Classifier", now: datetime) -> SeenDrift:
    """Look for drift, and keep what was found for the status and the analysts' page."""
    week, past = _samples(store, classifier, now)
    found = compare(week, past)
    seen = SeenDrift(
        at=now,
        model=classifier.version,
        alarms=found.alarms,
        moved=_moved(found),
        posts=found.now,
        before=found.before,
        is_enough=found.is_enough,
        mix=found.mix,
        doubt=found.doubt,
        new_words=_mean(week.unknown),
        new_words_before=_mean(past.unknown),
        sure=_mean([one.confidence for one in week.labels]),
        sure_before=_mean([one.confidence for one in past.labels]),
        abstained=_mean([one.abstained for one in week.labels]),
        abstained_before=_mean([one.abstained for one in past.labels]),
        shares=_shares(week),
        shares_before=_shares(past),
    )
    store.drifts.save(seen)
    return seen


def _moved(found: Drift) -> tuple[Signal, ...]:
    """Name the signals that raise an alarm."""
    now, before = found.new_words
    alarms: dict[Signal, bool] = {
        "mix": found.mix > MIX_ALARM,
        "doubt": found.doubt > DOUBT_ALARM,
        "words": now > NEW_WORDS_ALARM * before and now - before > NEW_WORDS_MORE,
    }
    return tuple(name for name, is_raised in alarms.items() if is_raised)


def is_due(store: Store, now: datetime) -> bool:
    """Say whether nobody has looked today."""
    seen = store.drifts.last()
    return seen is None or now - seen.at > LOOK_AGAIN


def _samples(store: Store, classifier: "Classifier", now: datetime) -> tuple[Sample, Sample]:
    week = now - WEEK
    return _sample(store, classifier, week, now), _sample(store, classifier, week - WEEKS_BEFORE, week)


def _sample(store: Store, classifier: "Classifier", since: datetime, until: datetime) -> Sample:
    texts = [post.text for post in store.posts.sample(since, MOST, until) if post.text.strip()]
    return Sample(labels=classifier.label(texts), unknown=classifier.unknown_shares(texts))


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


def _shares(sample: Sample) -> dict[str, float]:
    counts = Counter(one.category for one in sample.labels)
    return {code: round(count / len(sample.labels), 4) for code, count in sorted(counts.items())}
