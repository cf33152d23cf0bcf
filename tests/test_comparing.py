"""Rankings from stored reports, as the command line and the web give them."""

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from made import NOW, make_place

from dengar.cli import main
from dengar.comparing import compare, usual_start
from dengar.models import Event, Pause, Report, Routing, Unit
from dengar.models.deeds import Deeds
from dengar.models.months import JAKARTA
from dengar.routing.ranking import add_up
from dengar.routing.states import fold
from dengar.settings import CONFIG_VARIABLE
from dengar.store import Store
from dengar.terminal import open_parts

HOUR = timedelta(hours=1)
KEL, OTHER = "kel:31.74.02.1001", "kel:31.74.02.1002"
UNITS = [
    Unit(code="kec:31.74.02", name="Kecamatan Setiabudi", kind="kecamatan"),
    Unit(code=KEL, name="Kelurahan Setiabudi", kind="kelurahan", parent="kec:31.74.02"),
    Unit(code=OTHER, name="Kelurahan Karet", kind="kelurahan", parent="kec:31.74.02"),
]


def make_report(number: int, **changes: object) -> Report:
    """Give a report that was answered after 2 hours and solved after 10, of 24."""
    received = NOW - 72 * HOUR
    report = Report(
        number=f"DKI-2611-{number:06d}",
        category="sampah",
        title="Sampah",
        urgency="routine",
        confidence=0.9,
        place=make_place(),
        kel="31.74.02.1001",
        unit=KEL,
        state="selesai",
        routing=Routing(unit=KEL, respond_by=received + 24 * HOUR, resolve_by=received + 24 * HOUR),
        created_at=received,
        last_voice_at=received,
        received_at=received,
        routed_at=received,
        answered_at=received + 2 * HOUR,
        closed_at=received + 10 * HOUR,
        updated_at=received + 10 * HOUR,
        version=1,
        voices=1,
        authors=("a",),
        channels=("form",),
        numbers=(f"DKI-2611-{number:06d}",),
    )
    return report.replace(**changes)


def event_of(report: Report) -> Event:
    return Event(report=report.number, seq=0, kind="note", at=report.updated_at, actor="dengar")


def keep(store: Store, *reports: Report) -> None:
    store.reports.save(reports, map(event_of, reports), None)


def keep_again(store: Store, report: Report) -> None:
    """Save what somebody changed."""
    grown = report.replace(version=2)
    store.reports.save([grown], [event_of(grown)], None)


def seen(store: Store, now: datetime = NOW, unit: str = KEL) -> Deeds:
    found = store.performance.of_units(usual_start(now), now, now)
    return add_up(one for code, one in found if code == unit)


OPEN: dict[str, object] = {"state": "proses", "closed_at": None}
UNANSWERED: dict[str, object] = {"state": "menunggu", "closed_at": None, "answered_at": None}
AGO = NOW - 72 * HOUR


CASES: list[tuple[dict[str, object], dict[str, object]]] = [
    ({}, {"cases": 1, "done": 1, "answerable": 1, "answered": 1, "by_category": {"sampah": (1, 0)}}),
    ({"closed_at": AGO + 25 * HOUR}, {"done": 1, "by_category": {"sampah": (1, 1)}}),
    ({"answered_at": AGO + 25 * HOUR}, {"answerable": 1, "answered": 0}),
    (OPEN, {"done": 0, "overdue": 1, "answered": 1, "by_category": {"sampah": (1, 1)}}),
    (UNANSWERED, {"answerable": 1, "answered": 0, "overdue": 1}),
    (
        UNANSWERED | {"routing": Routing(unit=KEL, respond_by=NOW + HOUR, resolve_by=NOW + HOUR)},
        {"cases": 1, "answerable": 0, "overdue": 0, "by_category": {"sampah": (0, 0)}},
    ),
    (
        OPEN | {"pause": Pause(since=AGO + HOUR, until=NOW + HOUR, question="Di mana?")},
        {"overdue": 0, "by_category": {"sampah": (0, 0)}},
    ),
    ({"reopened": 1}, {"reopened": 1, "by_category": {"sampah": (1, 1)}}),
    ({"state": "ditolak"}, {"rejected": 1, "answered": 1, "solutions": {}, "by_category": {"sampah": (0, 0)}}),
    ({"state": "ditolak", "closed_at": AGO + 25 * HOUR}, {"rejected": 1, "by_category": {"sampah": (1, 1)}}),
    ({"state": "duplikat"}, {"cases": 0, "by_category": {}}),
    ({"unit": None}, {"cases": 0}),
    ({"category": None, "rating": 4}, {"ratings": 1, "stars": 4, "by_category": {"_": (1, 0)}}),
    ({"routing": Routing(unit=KEL)}, {"cases": 1, "answerable": 0, "by_category": {"sampah": (0, 0)}}),
]


def test_each_report_counts_as_it_should(store: Store) -> None:
    keep(store, *(make_report(n, **{"unit": str(n), **changes}) for n, (changes, _) in enumerate(CASES)))
    for number, (changes, expected) in enumerate(CASES):
        found = seen(store, unit=str(number))
        assert {name: getattr(found, name) for name in expected} == expected, changes


def test_a_report_that_changes_later_moves_the_sums_of_its_month(store: Store) -> None:
    keep(store, make_report(1), make_report(2))
    assert (seen(store).cases, seen(store).late) == (2, 0)
    later = NOW + 5 * HOUR
    keep_again(store, make_report(1, state="dibuka_lagi", reopened=1, closed_at=None, updated_at=later))
    after = seen(store, later + HOUR)
    assert (after.cases, after.done, after.late) == (2, 1, 1)
    keep_again(store, make_report(2, unit=OTHER, updated_at=later + HOUR))
    end = later + 2 * HOUR
    assert (seen(store, end).done, seen(store, end, OTHER).done) == (0, 1)


def test_months_in_which_nothing_changed_are_not_added_up_again(store: Store) -> None:
    keep(store, make_report(1, updated_at=NOW - 2 * HOUR))
    assert store.performance.refresh(NOW) == 1
    assert store.performance.refresh(NOW + HOUR) == 0


def test_within_five_minutes_nothing_is_added_up_again(store: Store) -> None:
    keep(store, make_report(1, updated_at=NOW))
    minutes = (0, 4, 6)  # the last one comes within the margin for what was written late
    assert [store.performance.refresh(NOW + timedelta(minutes=one)) for one in minutes] == [1, 0, 1]


def test_several_processes_may_add_up_the_same_months_at_once(store: Store) -> None:
    keep(store, *(make_report(n) for n in range(30)))
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(lambda _: seen(store).cases, range(6))) == [30] * 6


def test_a_window_of_broken_months_has_the_sums_of_its_reports(store: Store) -> None:
    days = [datetime(2026, month, day, 12, tzinfo=JAKARTA) for month in (7, 8, 9, 10) for day in (1, 15, 28)]
    keep(store, *(make_report(number, received_at=day) for number, day in enumerate(days)))
    window = datetime(2026, 7, 10, tzinfo=JAKARTA), datetime(2026, 10, 20, tzinfo=JAKARTA)
    found = store.performance.of_units(*window, NOW)
    assert add_up(one for _, one in found).cases == sum(window[0] <= day < window[1] for day in days) == 10


def test_a_month_begins_at_midnight_in_jakarta(store: Store) -> None:
    keep(store, make_report(1, received_at=datetime(2026, 10, 31, 18, tzinfo=UTC)))  # one o'clock on the first
    november = datetime(2026, 11, 1, tzinfo=JAKARTA), datetime(2026, 12, 1, tzinfo=JAKARTA)
    assert [one.cases for _, one in store.performance.of_units(*november, NOW)] == [1]
    assert store.performance.of_units(datetime(2026, 10, 1, tzinfo=JAKARTA), november[0], NOW) == []


def test_units_of_a_level_are_ranked_by_late_cases(store: Store) -> None:
    store.units.save(UNITS)
    late = {"closed_at": AGO + 30 * HOUR, "unit": OTHER}
    keep(store, *(make_report(n) for n in range(40)), *(make_report(n, **late) for n in range(100, 140)))
    found = compare(store, "kelurahan", usual_start(NOW), NOW, NOW)
    assert [(row.code, row.rank, row.late) for row in found.rows] == [(KEL, 1, 0), (OTHER, 2, 40)]
    assert found.names[KEL] == "Kelurahan Setiabudi"
    assert found.rows[0].answer_median == pytest.approx(2, rel=0.05)
    assert found.rows[0].solution_90 == pytest.approx(10, rel=0.05)
    (above,) = compare(store, "kecamatan", usual_start(NOW), NOW, NOW).rows
    assert (above.cases, above.late) == (80, 40)


def test_people_are_ranked_by_the_reports_that_they_moved_last(store: Store) -> None:
    keep(store, make_report(1, handled_by="sari"), make_report(2, handled_by="budi"), make_report(3))
    rows = compare(store, "staff", usual_start(NOW), NOW, NOW).rows
    assert {row.code: row.cases for row in rows} == {"sari": 1, "budi": 1}


def test_who_moved_a_report_last_is_remembered_but_not_who_opened_it_again() -> None:
    report = make_report(1, state="menunggu", closed_at=None, answered_at=None)
    moves = [("dengar", "proses", None), ("sari", "selesai", "sari"), ("warga", "dibuka_lagi", "sari")]
    for actor, state, handler in moves:
        event = Event(
            report=report.number, seq=report.version, kind="state", at=NOW, actor=actor, state=state  # type: ignore[arg-type]
        )  # fmt: skip
        report = fold(report, event)
        assert report.handled_by == handler


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mongo_uri: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "dengar.toml"))
    monkeypatch.setenv("DENGAR_MONGODB_URI", mongo_uri)
    monkeypatch.setenv("DENGAR_DATABASE", f"r{tmp_path.name[-20:]}".replace("[", "").replace("]", ""))


def well(*words: str) -> str:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.usefixtures("configured")
def test_the_command_prints_a_table_a_csv_and_json() -> None:
    with open_parts() as parts:
        parts.store.units.save([UNITS[0], UNITS[1].replace(name="=Setiabudi")])
        keep(parts.store, *(make_report(n, rating=4, handled_by="sari") for n in range(3)))
    window = ("--since", "2026-11-01", "--until", "2026-12-01")
    table = well("ranking", "--level", "kelurahan", *window)
    assert "=Seti" in table
    assert "belum cukup data" in table
    (row,) = csv.DictReader(io.StringIO(well("ranking", "--level", "kelurahan", "--format", "csv", *window)))
    assert (row["name"], row["cases"], row["rating"], row["rank"]) == ("'=Setiabudi", "3", "4.0", "")
    (one,) = json.loads(well("ranking", "--level", "staff", "--format", "json", *window))["rows"]
    assert (one["code"], one["cases"]) == ("sari", 3)
    assert "Nobody has a report" in well("ranking", "--level", "dinas", *window)
    done = CliRunner().invoke(main, ["ranking", "--level", "dinas", "--since", "2026-11-02", "--until", "2026-11-01"])
    assert (done.exit_code, "The window is empty" in done.stderr) == (2, True)
