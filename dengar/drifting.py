"""Drift, once a day: this week's posts against those of the four weeks before."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dengar.classify.drift import Drift, Sample, compare
from dengar.store import Store
from dengar.store.drifts import SeenDrift

if TYPE_CHECKING:
    from dengar.classify import Classifier

WEEK, WEEKS_BEFORE = timedelta(days=7), timedelta(days=28)
MOST = 4000
LOOK_AGAIN = timedelta(hours=20)


def find_drift(store: Store, classifier: "Classifier", now: datetime) -> Drift:
    """Let the model that serves judge samples of both periods anew, and compare them."""
    week = now - WEEK
    return compare(_sample(store, classifier, week, now), _sample(store, classifier, week - WEEKS_BEFORE, week))


def _sample(store: Store, classifier: "Classifier", since: datetime, until: datetime) -> Sample:
    texts = [post.text for post in store.posts.sample(since, MOST, until) if post.text.strip()]
    return Sample(labels=classifier.label(texts), unknown=classifier.unknown_shares(texts))


def is_due(store: Store, now: datetime) -> bool:
    """Say whether nobody has looked today."""
    seen = store.drifts.last()
    return seen is None or now - seen.at > LOOK_AGAIN


def watch_drift(store: Store, classifier: "Classifier", now: datetime) -> None:
    """Look for drift, and keep what was found for the status."""
    found = find_drift(store, classifier, now)
    store.drifts.save(SeenDrift(at=now, model=classifier.version, alarms=found.alarms, posts=found.now))
