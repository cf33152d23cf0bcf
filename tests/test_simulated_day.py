"""Two schedulers on one store over 24 hours that pass in seconds; the one that leads dies on the way."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

from made import KEY
from simulated import simulated

from dengar.collecting import Collecting
from dengar.ingest.protocol import Batch, Cursor, Source, SourceSettings
from dengar.scheduler import Scheduler
from dengar.store import Store
from dengar.timetable import make_grid

BEGIN = datetime(2026, 11, 30, 8, 0, 0, 250_000, tzinfo=UTC)  # 15:00 in Jakarta
END = BEGIN + timedelta(days=1)
ON_TIME = timedelta(seconds=1)
TAKEN_OVER = timedelta(seconds=30)

EVERY = {"lima": timedelta(minutes=5), "sepuluh": timedelta(minutes=10), "sejam": timedelta(minutes=60)}
AT = {
    "pagi": ("*/20 6-7 * * *", ["01 06:00", "01 06:20", "01 06:40", "01 07:00", "01 07:20", "01 07:40"]),
    "malam": ("59 23 * * *", ["30 23:59"]),
    "bulanan": ("0 0 1 * *", ["01 00:00"]),
    "mingguan": ("30 12 * * tue,sun", ["01 12:30"]),
    "lain": ("0 9 * * wed-sat", []),
}
JAKARTA_HOURS = timedelta(hours=7)

Firings = list[tuple[str, str, datetime]]  # scheduler, source, moment


def now() -> datetime:
    return datetime.now(UTC)


class Read(Cursor, frozen=True, kw_only=True):
    times: int = 0


def make_sources(scheduler: str, told: Firings) -> list[Source]:
    def source(name: str, **settings: str) -> Source:
        def pull(_: object, cursor: Read, *__: object) -> Iterator[Batch]:
            told.append((scheduler, name, now()))
            yield Batch(items=(), cursor=Read(times=cursor.times + 1))

        collector = SimpleNamespace(Cursor=Read, pull=pull, recheck=None)
        made = SourceSettings.model_validate({"name": name, "collector": "made", **settings})
        return Source(name=name, collector=collector, settings=made)

    return [
        source("lima", every="5 minutes", recheck="6 hours"),
        source("sepuluh", every="10m"),
        source("sejam", every="1 hour"),
        *(source(name, at=line) for name, (line, _) in AT.items()),
    ]


class Rechecks:
    """Stands where Rechecking stands: remembers what was to be rechecked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, datetime]] = []

    def run(self, source: Source) -> None:
        self.asked.append((source.name, now()))


def make_scheduler(store: Store, holder: str, told: Firings, recheck: Callable[[Source], None]) -> Scheduler:
    return Scheduler(
        store=store,
        sources=make_sources(holder, told),
        collecting=Collecting(store, now, holder),
        working=None,
        clock=now,
        holder=holder,
        rechecking=recheck,
    )


async def until(moment: datetime) -> None:
    await asyncio.sleep((moment - now()).total_seconds())


async def live_a_day(first_store: Store, store: Store, dies: datetime, told: Firings, rechecks: Rechecks) -> None:
    first = make_scheduler(first_store, "satu", told, rechecks.run)
    running = [asyncio.create_task(first.run())]
    await asyncio.sleep(1)
    second = make_scheduler(store, "dua", told, rechecks.run)
    running.append(asyncio.create_task(second.run()))
    await until(dies)
    assert store.leases.holder_of("scheduler", now()) == "satu"
    first_store.close()  # cut off from the store it can neither renew its lease nor give it back
    await until(dies + TAKEN_OVER)
    assert store.leases.holder_of("scheduler", now()) == "dua"
    await until(END)
    for scheduler in (first, second):
        scheduler.stop()
    await asyncio.gather(*running)


def test_every_firing_of_a_day_comes_once_and_in_time_also_when_the_leader_dies(store: Store, mongo_uri: str) -> None:
    told, rechecks = Firings(), Rechecks()
    hourly = make_grid("sejam", "1 hour").get_next_fire_time(None, BEGIN + timedelta(hours=9))
    assert hourly is not None
    dies = hourly - timedelta(seconds=2)  # nobody leads when the hour comes
    first_store = Store.connect(mongo_uri, store.data.name, key=KEY)
    with simulated(BEGIN) as runner:
        runner.run(live_a_day(first_store, store, dies, told, rechecks))

    def moments(name: str) -> list[datetime]:
        return [at for _, one, at in told if one == name]

    def in_time(planned: datetime, happened: datetime) -> bool:
        late = TAKEN_OVER if dies <= planned <= dies + TAKEN_OVER else ON_TIME
        return planned <= happened < planned + late

    for name, apart in EVERY.items():
        begun, first, *_ = moments(name)
        assert begun - BEGIN < ON_TIME
        assert first - begun <= apart
        planned = [first.replace(microsecond=0) + apart * n for n in range(timedelta(days=1) // apart)]
        assert len(moments(name)) == 1 + timedelta(days=1) // apart
        assert all(in_time(plan, at) for plan, at in zip(planned, moments(name)[1:], strict=True)), name
    for name, (_, times) in AT.items():
        assert [f"{at + JAKARTA_HOURS:%d %H:%M}" for at in moments(name)] == times
        assert all(at.second == 0 for at in moments(name))

    assert [at for name, at in rechecks.asked if name == "lima"] == [at for _, at in rechecks.asked]
    assert len(rechecks.asked) == 4
    assert all(later - earlier == timedelta(hours=6) for (_, earlier), (_, later) in pairwise(rechecks.asked))

    leaders = [scheduler for scheduler, _, _ in told]
    taken_over = leaders.index("dua")
    assert set(leaders[:taken_over]) == {"satu"}
    assert set(leaders[taken_over:]) == {"dua"}
    assert told[taken_over][2] - dies < TAKEN_OVER
