"""A desk over a real store, with reports to work on."""

from datetime import datetime
from functools import cache

from made import KEY, NOW, make_labels, make_place, make_post

from dengar.desk import Desk
from dengar.geocode import Locator
from dengar.models import Event, Post, Report, Role, Staff, Unit
from dengar.pipeline import choose_category
from dengar.placing import find_place
from dengar.proving import Proving
from dengar.routing.grouping import OpenReports
from dengar.routing.joining import Joiner, make_voice
from dengar.routing.rules import BUILT_IN, Router, load_rules
from dengar.routing.states import grow
from dengar.routing.units import make_units
from dengar.store import Store
from dengar.wiring import category_codes


class Time:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@cache
def locator() -> Locator:
    return Locator()


@cache
def units() -> dict[str, Unit]:
    return {unit.code: unit for unit in make_units(locator().areas)}


@cache
def router() -> Router:
    return load_rules(BUILT_IN, set(category_codes().values()), units())


def make_desk(store: Store, clock: Time | None = None) -> Desk:
    proving = Proving(store, lambda lats, lons: locator().kelurahan_of(lats, lons))
    return Desk(store, router, lambda said: find_place(said, locator), clock or Time(), proving=proving, number_key=KEY)


def make_staff(name: str = "sari", role: Role = "operator", unit: str | None = None) -> Staff:
    return Staff(name=name, role=role, unit=unit, key_hash=f"hash of {name}", added_at=NOW)


def hear(store: Store, *posts: Post) -> list[Report]:
    """Take posts to reports as the pipeline does, each by itself."""
    numbers = []
    for post in posts:
        joiner = Joiner(router(), OpenReports(), store.numbers.take, known={}, referenced={})
        joined = joiner.join(post, choose_category(post, {}))
        store.posts.save([joined], None)
        for report in joiner.touched.values():
            store.grow_report(report, joiner.events)
        numbers.append(joined.report)
    return [find(store, number) for number in numbers if number]


def find(store: Store, number: str) -> Report:
    report = store.reports.find_own(number)
    assert report is not None
    return report


def sure(native_id: str = "1", text: str = "Jalan berlubang parah", **changes: object) -> Post:
    return make_post(native_id, text).replace(**changes)


def unsure(native_id: str = "1", text: str = "Tolong ini bagaimana", **changes: object) -> Post:
    post = make_post(native_id, text, place=None, labels=make_labels("lainnya", abstained=True))
    return post.replace(**changes)


def elsewhere(native_id: str = "9", **changes: object) -> Post:
    return make_post(
        native_id, "Sampah menumpuk", place=make_place("31.71.01.1001"), labels=make_labels("sampah")
    ).replace(**changes)


def join(store: Store, report: Report, *posts: Post) -> None:
    """Let posts be further voices of a report."""
    told = Event(report=report.number, seq=0, kind="voice", at=NOW, actor="dengar")
    store.grow_report(*grow(report, *(told.replace(voice=make_voice(post)) for post in posts)))
    store.posts.save(posts, None)
