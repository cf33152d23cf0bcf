import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner
from made import NOW, make_labels, make_place, make_post

from dengar.classify.taxonomy import CATEGORIES as TAXONOMY
from dengar.cli import main
from dengar.errors import BadSettings, DengarError
from dengar.models import Area, Changes, Event, Post, Report, RulesVersion
from dengar.models.rules_version import Origin
from dengar.rehearsing import rehearse
from dengar.routing.grouping import OpenReports
from dengar.routing.joining import Joiner
from dengar.routing.rules import BUILT_IN, Router, make_router
from dengar.routing.units import make_units
from dengar.routing_listing import history_lines, rehearsal_lines
from dengar.ruling import Ruling
from dengar.store import Store
from dengar.store.rules import AddedMeanwhile

KOTA = Area(code="31.74", name="Jakarta Selatan", level="kota", lat=-6.2, lon=106.8, radius_m=9000)
KECAMATAN = KOTA.replace(code="31.74.02", name="Setiabudi", level="kecamatan", parent="31.74")
AREAS = [KOTA, KECAMATAN, KECAMATAN.replace(code="31.74.02.1001", level="kelurahan", parent="31.74.02")]
UNITS = {unit.code: unit for unit in make_units(AREAS)}
CATEGORIES = ["banjir", "sampah"]


def rules_text(unit: str = "kelurahan", days: int = 3) -> str:
    return f"""
[[rule]]
name = "banjir"
categories = ["banjir"]
units = ["sudin:sda"]
reason = "Banjir."

[[rule]]
name = "semua"
units = ["{unit}"]
resolve = "{days} working days"
reason = "Semua."
"""


class Time:
    """A timer that a test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 3
        return self.now


def make_ruling(store: Store, path: Path | None = None, text: str | None = None) -> Ruling:
    if path is not None and text is not None:
        path.write_text(text, encoding="utf-8")
    codes = CATEGORIES if path else CODES
    ruling = Ruling(store, lambda: NOW, path, categories=codes, units=UNITS, timer=Time())
    ruling.adopt()
    return ruling


CODES = {one.code for one in TAXONOMY}


def numbers(store: Store) -> list[tuple[int, str]]:
    return [(one.number, one.origin) for one in store.rules.history()]


def test_the_built_in_rules_are_the_first_version(store: Store) -> None:
    assert make_ruling(store).current().version == 1
    assert make_ruling(store).current().version == 1  # nothing new at the next start
    (version,) = store.rules.history()
    assert (version.text, version.by, version.origin) == (BUILT_IN.read_text(encoding="utf-8"), "dengar", "built-in")


def test_to_look_at_rules_enters_no_version(store: Store) -> None:
    ruling = Ruling(store, lambda: NOW, None, categories=CODES, units=UNITS, timer=Time())
    assert ruling.current().version == 0
    assert ruling.current().rules
    assert numbers(store) == []


def test_a_changed_file_is_a_new_version(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "kota.toml"
    assert make_ruling(store, path, rules_text(days=3)).current().version == 1
    assert make_ruling(store, path, rules_text(days=4)).current().version == 2
    assert make_ruling(store, path, rules_text(days=3)).current().version == 3  # back to what it was
    assert make_ruling(store, path).current().route(make_post(), "sampah", NOW).version == 3


def test_running_processes_follow_what_a_person_chooses(store: Store, tmp_path: Path) -> None:
    ruling = make_ruling(store, tmp_path / "kota.toml", rules_text())
    other = make_ruling(store, tmp_path / "kota.toml")
    assert ruling.current().version == 1
    version = other.use(rules_text("dinas:bpbd"), "baru.toml", "Ani", "uji")
    assert (version.number, version.origin, version.by, version.note) == (2, "chosen", "Ani", "uji")
    assert ruling.current().version == 2
    assert ruling.current().route(make_post(), "sampah", NOW).unit == "dinas:bpbd"
    again = other.use(other.find(1).text, "kota.toml", "Ani", "kembali")
    assert ruling.current().version == again.number == 3
    assert make_ruling(store, tmp_path / "kota.toml").current().version == 3  # a restart does not undo it
    assert numbers(store) == [(3, "chosen"), (2, "chosen"), (1, "file")]
    with pytest.raises(DengarError, match="There is no version 9"):
        other.find(9)


def test_new_built_in_rules_do_not_push_aside_what_people_chose(store: Store) -> None:
    store.rules.add(make_version(1, "as an older Dengar brought them along", "built-in"))
    store.rules.add(make_version(2, rules_text()))
    assert make_ruling(store).current().version == 2
    assert numbers(store) == [(2, "chosen"), (1, "built-in")]


def test_new_built_in_rules_follow_the_old_ones_that_nobody_changed(store: Store) -> None:
    store.rules.add(make_version(1, rules_text(), "built-in"))
    assert make_ruling(store).current().version == 2


def make_version(number: int, text: str, origin: Origin = "chosen") -> RulesVersion:
    return RulesVersion(number=number, text=text, name="kota.toml", origin=origin, by="Ani", at=NOW)


def test_a_broken_file_is_refused_and_nothing_is_kept(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="unknown unit"):
        make_ruling(store, tmp_path / "kota.toml", rules_text("bos"))
    ruling = make_ruling(store, tmp_path / "kota.toml", rules_text())
    with pytest.raises(BadSettings, match="unknown unit"):
        ruling.use(rules_text("bos"), "x", "Ani", "")
    assert numbers(store) == [(1, "file")]


def test_a_version_that_cannot_be_used_leaves_the_one_before(store: Store, tmp_path: Path) -> None:
    ruling = make_ruling(store, tmp_path / "kota.toml", rules_text())
    assert ruling.current().version == 1
    store.rules.add(make_version(2, rules_text("dinas:tutup")))
    assert ruling.current().version == 1
    assert ruling.problem is not None
    assert "Version 2 of the routing rules cannot be used, 1 is" in ruling.problem
    store.rules.add(make_version(3, rules_text()))
    assert ruling.current().version == 3
    assert not ruling.problem


def test_two_who_choose_at_once_get_two_versions(store: Store) -> None:
    store.rules.add(make_version(1, "a"))
    with pytest.raises(AddedMeanwhile):
        store.rules.add(make_version(1, "b"))
    assert [one.text for one in store.rules.history()] == ["a"]


# What a change would have done


@pytest.fixture
def reported(store: Store) -> Sequence[Post]:
    """Give three reports of which one is older than a month, and one post that was deleted."""
    said = [
        make_post("1", "Sampah menumpuk di gang", labels=make_labels("sampah")),
        make_post("2", "Banjir selutut di jalan besar", labels=make_labels("banjir")),
        make_post("3", "Got bau sekali", labels=make_labels("sampah"), observed_at=NOW - timedelta(days=40)),
        make_post("4", "Puing bangunan dibuang", labels=make_labels("sampah")),
    ]
    taken = count(1)
    router = make_router(rules_text(), "a", CATEGORIES, UNITS)
    posts: list[Post] = []
    reports: list[Report] = []
    events: list[Event] = []
    for post in said:  # each by itself, so that none joins another
        joiner = Joiner(router, OpenReports([]), lambda _: f"DKI-{next(taken)}", known={}, referenced={})
        posts.append(joiner.join(post.replace(place=make_place()), post.labels.category if post.labels else None))
        reports += joiner.touched.values()
        events += joiner.events
    with store.leases.keep("test", "me", lambda: NOW) as lease:
        assert lease is not None
        changes = Changes(posts=tuple(posts[:3]), reports=tuple(reports), events=tuple(events))
        store.save_changes(changes, lease, NOW)
    return posts


def test_it_is_shown_what_a_change_would_have_done(store: Store, reported: Sequence[Post]) -> None:
    before = make_router(rules_text(), "a", CATEGORIES, UNITS)
    after = make_router(rules_text("dinas:bpbd").replace("semua", "baru"), "b", CATEGORIES, UNITS)
    told: list[int] = []
    found = rehearse(
        store, before, after, {"banjir": "banjir"}, since=NOW - timedelta(days=30), on_report=told.append
    )  # fmt: skip
    assert (found.reports, found.unchanged, found.missing, len(told)) == (3, 1, 1, 3)
    assert [(one.rule, one.before, one.after) for one in found.rules] == [
        ("banjir", 1, 1), ("baru", 0, 1), ("semua", 1, 0),
    ]  # fmt: skip
    assert found.moves == {"kel:31.74.02.1001 > dinas:bpbd": 1}
    (example,) = found.examples
    assert (example.title, example.unit_before, example.unit_after) == (
        "Sampah menumpuk di gang", "kel:31.74.02.1001", "dinas:bpbd",
    )  # fmt: skip
    lines = list(rehearsal_lines(found, 200))
    assert lines[0] == "3 reports: 1 unchanged, 1 changed, 1 without their first message."
    assert any("kel:31.74.02.1001 > dinas:bpbd  by 2026-11-25 16:00" in line for line in lines)


def test_the_same_rules_change_nothing(store: Store, reported: Sequence[Post]) -> None:
    same = make_router(rules_text(), "a", CATEGORIES, UNITS)
    renamed = make_router(rules_text().replace("semua", "baru"), "a", CATEGORIES, UNITS, version=9)
    found = rehearse(store, same, renamed, {}, since=NOW - timedelta(days=60))
    assert (found.reports, found.unchanged, found.examples) == (4, 3, ())


# In the terminal


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["routing", *arguments])
    return done.exit_code, done.output


@pytest.fixture
def at_home(tmp_path: Path, mongo_uri: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DENGAR_MONGODB_URI", mongo_uri)
    monkeypatch.setenv("DENGAR_DATABASE", store.data.name)
    return tmp_path


def test_rules_are_looked_at_and_brought_into_use(store: Store, at_home: Path) -> None:
    own = at_home / "kota.toml"
    own.write_text(rules_text(), encoding="utf-8")
    assert run("show")[1] == BUILT_IN.read_text(encoding="utf-8")
    assert run("history") == (0, "")
    code, told = run("use", str(own), "--by", "Ani", "--note", "milik kota")
    assert (code, told) == (0, "Version 2 of the routing rules decides now.\n")
    assert run("show")[1] == rules_text()
    assert run("show", "1")[1] == BUILT_IN.read_text(encoding="utf-8")
    lines = run("history")[1].splitlines()
    assert lines[0].startswith("*    2  ")
    assert lines[0].endswith("Ani  chosen: kota.toml  milik kota")
    assert run("use", "1", "--by", "Ani", "--note", "kembali")[0] == 0
    assert store.rules.last_number() == 3
    code, told = run("test", str(own), "--json")
    assert code == 0
    assert json.loads(told[told.index("{") :])["reports"] == 0


def test_a_file_is_checked_and_a_deadline_counted(at_home: Path) -> None:
    assert run("check", str(BUILT_IN)) == (0, "rules.toml: 36 rules, all in order.\n")
    broken = at_home / "kota.toml"
    broken.write_text(rules_text("bos"), encoding="utf-8")
    code, told = run("check", str(broken))
    assert (code, told) == (2, "- Rule 'semua' (line 8) names the unknown unit 'bos'.\n")
    code, told = run("deadline", "--from", "2026-03-18T10:00", "2 working days")
    assert code == 0
    assert told.splitlines()[0] == "2 working days from Wed 18 Mar 2026 10:00 WIB: Thu 26 Mar 2026 16:00 WIB"
    assert "  Thu 19 Mar 2026  -  Hari Suci Nyepi" in told
    assert "The cuti bersama of 2028 are not known" in run("deadline", "--from", "2028-02-28", "8 office hours")[1]
    assert run("deadline", "--from", "2026-03-18T10:00Z", "24 hours")[1].startswith(
        "24 hours from Wed 18 Mar 2026 17:00 WIB"
    )
    assert run("deadline", "--from", "2026-03-18", "soon")[0] == 2


def test_the_history_of_no_versions_is_empty() -> None:
    assert list(history_lines([])) == []


def test_a_router_is_its_own_current_one() -> None:
    router = Router(rules=(), units={})
    assert router.current() is router
