from collections.abc import Mapping
from datetime import timedelta

import pytest
from made import NOW, make_labels, make_post, reasons

from dengar.classify import Classifier
from dengar.drifting import find_drift, is_due, watch_drift
from dengar.geocode import Locator
from dengar.health import make_status
from dengar.models import Event, Labels, Report
from dengar.reclassifying import Reclassifying
from dengar.routing.grouping import OpenReports
from dengar.routing.joining import Joiner
from dengar.routing.rules import BUILT_IN, Router, load_rules
from dengar.routing.states import fold, fold_all
from dengar.routing.units import make_units
from dengar.store import Store
from dengar.wiring import category_codes

TEXTS = {
    "a": "sampah menumpuk di depan pasar belum diangkut sudah seminggu",
    "b": "lampu jalan mati semua di gang kami gelap sekali",
    "c": "selamat ulang tahun untuk ibu tercinta, sehat selalu ya bu",
}


@pytest.fixture(scope="module")
def router(locator: Locator) -> Router:
    units = {unit.code: unit for unit in make_units(locator.areas)}
    return load_rules(BUILT_IN, set(category_codes().values()), units)


@pytest.fixture
def reports(store: Store, router: Router) -> Mapping[str, Report]:
    """Store three posts that an older model took for holes in the road, each with its report."""
    numbers = iter(["R-1", "R-2", "R-3"])
    joiner = Joiner(router, OpenReports([]), lambda _: next(numbers), known={}, referenced={})
    posts = [
        joiner.join(make_post(key, text, labels=make_labels("jalan_rusak"), place=None), "jalan_rusak")
        for key, text in TEXTS.items()
    ]
    store.posts.save(posts, None)
    for report in joiner.touched.values():
        store.grow_report(report, [event for event in joiner.events if event.report == report.number])
    return {post.text: joiner.touched[post.report or ""] for post in posts}


@pytest.fixture
def reclassifying(store: Store, classifier: Classifier, router: Router) -> Reclassifying:
    return Reclassifying(
        store, classifier, router=router, categories=category_codes(), clock=lambda: NOW, holder="test"
    )


def labels_of(store: Store) -> dict[str, Labels | None]:
    return {post.text: post.labels for post in store.posts.of_author("author of a")} | {
        post.text: post.labels for key in "bc" for post in store.posts.of_author(f"author of {key}")
    }


def test_the_difference_is_shown_and_nothing_written(
    store: Store, reclassifying: Reclassifying, reports: Mapping[str, Report]
) -> None:
    before = labels_of(store)
    found = reclassifying.compare()
    assert (found.posts, found.changed, found.reports) == (3, 3, 0)
    assert found.pairs == {
        "jalan_rusak > sampah": 1,
        "jalan_rusak > penerangan_jalan": 1,
        "jalan_rusak > bukan_keluhan": 1,
    }
    assert {one.before for one in found.examples} == {"jalan_rusak"}
    assert labels_of(store) == before


def test_applied_it_changes_labels_categories_and_units_through_events(
    store: Store, reclassifying: Reclassifying, reports: Mapping[str, Report]
) -> None:
    found = reclassifying.apply()
    assert found.changed == 3
    after = {text: store.reports.find(report.number) for text, report in reports.items()}
    assert [report.category if report else None for report in after.values()] == [
        "sampah",
        "penerangan_jalan",
        "jalan_rusak",
    ]
    for report in after.values():
        assert report is not None
        events = store.events.of_report(report.number)
        assert fold_all(events) == report
    thanks = after[TEXTS["c"]]
    assert thanks is not None
    assert "Model yang baru menilai pesan pertamanya bukan keluhan." in reasons(thanks)
    assert {one.category for one in labels_of(store).values() if one} == {"sampah", "penerangan_jalan", "bukan_keluhan"}
    again = reclassifying.apply()
    assert (again.changed, again.reports) == (0, 0)


def test_what_a_person_touched_stays(store: Store, reclassifying: Reclassifying, reports: Mapping[str, Report]) -> None:
    report = reports[TEXTS["a"]]
    note = Event(report=report.number, seq=report.version, kind="note", at=NOW, actor="bu lurah")
    store.grow_report(fold(report, note), [note])
    reclassifying.apply()
    kept = store.reports.find(report.number)
    assert kept is not None
    assert kept.category == "jalan_rusak"
    assert kept.version == report.version + 1


def test_only_posts_since_a_moment_are_judged(reclassifying: Reclassifying, reports: Mapping[str, Report]) -> None:
    assert reclassifying.compare(NOW + timedelta(seconds=1)).posts == 0


def test_drift_is_looked_for_once_a_day_and_told_by_the_status(store: Store, classifier: Classifier) -> None:
    texts = ["sampah menumpuk belum diangkut nomor", "lampu jalan mati lagi nomor", "jalan berlubang besar nomor"]
    weeks = [
        make_post(f"old{number}", f"{texts[number % 3]} {number}", observed_at=NOW - timedelta(days=14))
        for number in range(400)
    ]
    today = [
        make_post(
            f"new{number}", f"banjir sepinggang di zxqv{number % 7} wvutq qqzzx", observed_at=NOW - timedelta(days=1)
        )
        for number in range(400)
    ]
    store.posts.save(weeks, None)
    assert not find_drift(store, classifier, NOW).is_enough
    store.posts.save(today, None)
    assert is_due(store, NOW)
    watch_drift(store, classifier, NOW)
    assert not is_due(store, NOW + timedelta(hours=1))
    assert is_due(store, NOW + timedelta(days=1))
    seen = store.drifts.last()
    assert seen is not None
    assert len(seen.alarms) >= 2
    problems = make_status(store, [], None, NOW).problems
    assert any("People write otherwise than before" in one and "banjir" in one for one in problems)
