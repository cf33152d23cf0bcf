"""Metrics for Prometheus: the status as numbers, without anybody's data."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from dengar.models import SourceStatus, Status

HARMLESS = {"silent", "nearly_silent", "expiring", "long"}  # such a source is read all the same

Sample = tuple[tuple[str, ...], float]


def write_metrics(status: Status, accept: str) -> tuple[bytes, str]:
    """Write the status in the format that the caller accepts; gives its content type too."""
    registry = CollectorRegistry()
    registry.register(StatusCollector(status))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


class StatusCollector(Collector):
    """Makes metrics of a status."""

    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        """Give every metric; of a store that does not answer only that it does not."""
        yield from _of_whole(self._status)
        if self._status.store_ready:
            yield from _of_store(self._status)
            yield from _of_sources([one for one in self._status.sources if one.enabled])


def _of_whole(status: Status) -> Iterator[Metric]:
    labels = ("version", "model")
    yield _gauge(
        "dengar_info", "Versions of Dengar and of its classifier.", labels, [((status.version, status.model or ""), 1)]
    )
    yield _gauge("dengar_store_up", "1 while MongoDB takes writes.", (), [((), status.store_ready)])


def _of_store(status: Status) -> Iterator[Metric]:
    age = (status.at - status.waiting_since).total_seconds() if status.waiting_since else 0
    numbers = (
        ("dengar_scheduler_leader", "1 while a scheduler leads.", status.scheduler is not None),
        ("dengar_posts", "Messages that became posts.", status.posts),
        ("dengar_reports", "Reports.", status.reports),
        ("dengar_reports_to_review", "Reports that a person should look at.", status.review),
        ("dengar_queue_items", "Messages that wait for the pipeline.", status.waiting),
        ("dengar_queue_oldest_age_seconds", "How long the first of them has waited.", max(0.0, age)),
        ("dengar_quarantine_items", "Messages that could not be read.", status.quarantined),
        ("dengar_problems", "Sentences that an operator must act on.", len(status.problems)),
        ("dengar_warnings", "Sentences about what may mend itself.", len(status.warnings)),
    )
    yield from (_gauge(name, told, (), [((), number)]) for name, told, number in numbers)
    replies = [((state,), count) for state, count in status.replies.items()]
    yield _gauge("dengar_replies", "What people are to be told, by state.", ("state",), replies)


def _of_sources(sources: list[SourceStatus]) -> Iterator[Metric]:
    def gauge(name: str, told: str, samples: Iterable[tuple[SourceStatus, float | None]]) -> Metric:
        rows = [((one.name,), value) for one, value in samples if value is not None]
        return _gauge(f"dengar_source_{name}", told, ("source",), rows)

    yield gauge("up", "1 unless something keeps the source from being read.", ((one, _is_up(one)) for one in sources))
    ailing = [((one.name, ailment.kind), 1.0) for one in sources for ailment in one.ailments]
    yield _gauge("dengar_source_ailment", "1 for each thing that ails a source.", ("source", "kind"), ailing)
    yield gauge(
        "last_success_timestamp_seconds",
        "When the last run began that went well.",
        ((one, _seconds(one.last_good)) for one in sources),
    )
    yield gauge(
        "last_message_timestamp_seconds",
        "When the last message came.",
        ((one, _seconds(one.last_message)) for one in sources),
    )
    items = CounterMetricFamily("dengar_source_items", "New messages.", labels=("source",))
    for one in sources:
        items.add_metric((one.name,), one.messages)
    yield items
    yield gauge(
        "expected_items",
        "Messages that usually come in the time since the last one.",
        ((one, one.expected) for one in sources),
    )
    yield gauge(
        "silent",
        "1 while a source is quieter than ever by chance.",
        ((one, one.silence is not None) for one in sources),
    )
    yield gauge("paused", "1 while a source is left alone.", ((one, one.paused_until is not None) for one in sources))
    yield gauge("gaps", "Windows that are not covered.", ((one, one.gaps) for one in sources))
    yield gauge("quarantine_items", "Messages that could not be read.", ((one, one.quarantined) for one in sources))
    yield gauge(
        "token_expiry_timestamp_seconds",
        "When the credentials end.",
        ((one, _seconds(one.expires_at)) for one in sources),
    )
    left = [sample for one in sources for sample in _budget_left(one)]
    yield _gauge(
        "dengar_source_budget_left", "Posts, and US dollars, that are left.", ("source", "kind", "period"), left
    )


def _is_up(source: SourceStatus) -> bool:
    return all(ailment.kind in HARMLESS for ailment in source.ailments)


def _budget_left(source: SourceStatus) -> Iterator[Sample]:
    if source.budget is None:
        return
    left = source.budget
    amounts = (
        ("posts", "day", left.posts_today),
        ("posts", "month", left.posts_this_month),
        ("money", "day", left.money_today),
        ("money", "month", left.money_this_month),
    )
    yield from (((source.name, kind, period), float(amount)) for kind, period, amount in amounts if amount is not None)


def _gauge(name: str, told: str, labels: tuple[str, ...], samples: Iterable[Sample]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=labels)
    for values, number in samples:
        family.add_metric(values, float(number))
    return family


def _seconds(at: datetime | None) -> float | None:
    return at.timestamp() if at else None
