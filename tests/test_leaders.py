"""RT/RW heads: registered by pseudonym, counted by month, forgotten when they ask."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from made import KEY, NOW, make_item, make_post

from dengar.cli import main
from dengar.erasing import erase_author
from dengar.errors import DengarError
from dengar.leaders import Counted, count_month, read_leaders
from dengar.models import Event
from dengar.models.leader import Leader
from dengar.models.months import JAKARTA
from dengar.pipeline import make_author
from dengar.settings import CONFIG_VARIABLE
from dengar.store import Store
from dengar.terminal import open_parts

KEL = "31.74.02.1001"
NOVEMBER = datetime(2026, 11, 1, tzinfo=JAKARTA)
HEADER = "kanal,akun,kelurahan,rw,rt"


def read(*rows: str) -> tuple[list[Leader], list[tuple[int, str]]]:
    return read_leaders([HEADER, *rows], {KEL}, KEY, NOW)


def test_accounts_are_kept_by_pseudonym_alone(store: Store) -> None:
    found, refused = read(f"whatsapp, 0811222333, {KEL}, 3, 12", f"app,Ketua-RW,{KEL},3,")
    assert refused == []
    store.leaders.save(found)
    assert [(one.rw, one.rt) for one in store.leaders.find_all(KEL)] == [("003", ""), ("003", "012")]
    assert "0811222333" not in str(list(store.data["leaders"].find()))
    assert found[0].author == make_author("whatsapp", "0811222333", KEY)


def test_lines_that_cannot_be_used_are_told_and_the_others_taken() -> None:
    good = f"app,a,{KEL},1,1"
    found, refused = read(good, "app,b,31.99,1,1", f",c,{KEL},1,1", f"app,d,{KEL},x,1", good, f"app,e,{KEL},1,2")
    assert [one.rt for one in found] == ["001", "002"]
    assert [line for line, _ in refused] == [3, 4, 5, 6]
    assert "no code of a kelurahan" in refused[0][1]
    with pytest.raises(DengarError, match="no column rw"):
        read_leaders(["kanal,akun,kelurahan", "a,b,c"], {KEL}, KEY, NOW)


def send(store: Store, leader: Leader, day: int, count: int, verified: int) -> None:
    """Let a leader send reports at one o'clock at night in Jakarta, the day before in UTC; some are verified."""
    at = datetime(2026, 11, day, 1, tzinfo=JAKARTA)
    number = f"DKI-2611-{day:02d}{leader.rt}{count}{verified}"
    posts = [
        make_post(
            f"{leader.author}-{day}-{n}", author=leader.author, created_at=at + timedelta(minutes=n), report=number
        )
        for n in range(count)
    ]
    store.posts.save(posts, None)
    ids = tuple(post.id for post in posts[:verified])
    events = [
        Event(report=number, seq=seq, kind="verified", at=NOW, actor="sekretaris", posts=ids) for seq in (1, 2)
    ]  # the second time changes nothing
    store.events.append(events, None)


def test_verified_reports_are_counted_by_day_with_a_cap(store: Store) -> None:
    found, _ = read(f"app,a,{KEL},1,1", f"app,b,{KEL},1,1", f"app,c,{KEL},1,2", f"app,idle,{KEL},2,1")
    store.leaders.save(found)
    send(store, found[0], 1, 5, 4)
    send(store, found[1], 2, 2, 2)
    send(store, found[2], 3, 3, 3)
    before = datetime(2026, 10, 31, 23, tzinfo=JAKARTA)
    store.posts.save([make_post("old", author=found[2].author, created_at=before, report="DKI-1")], None)
    store.posts.save([make_post("chat", author=found[2].author, created_at=NOW)], None)  # it is no report
    rows = list(count_month(store, NOVEMBER, 3))
    same = {"kel": KEL, "rw": "001"}
    assert rows == [
        Counted(rt="001", sent=7, verified=6, full_days=1, counted=5, **same),
        Counted(rt="002", sent=3, verified=3, full_days=1, counted=3, **same),
        Counted(kel=KEL, rw="002", rt="001", sent=0, verified=0, full_days=0, counted=0),
    ]
    assert [one.counted for one in count_month(store, NOVEMBER, 1, KEL)] == [2, 1, 0]
    assert list(count_month(store, NOVEMBER, 3, "31.74.02.1002")) == []


def test_a_leader_who_is_erased_is_no_longer_registered(store: Store) -> None:
    found, _ = read(f"app,Pak RT,{KEL},1,1")
    store.leaders.save(found)
    store.save_batch("app", [make_item("1", channel="app")])
    touched = erase_author(store, "pak rt", store.leaders.channels(), KEY, NOW)
    assert (touched.leaders, store.leaders.find_all()) == (1, [])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mongo_uri: str) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "dengar.toml"))
    monkeypatch.setenv("DENGAR_MONGODB_URI", mongo_uri)
    monkeypatch.setenv("DENGAR_AUTHOR_KEY", KEY.decode())
    monkeypatch.setenv("DENGAR_DATABASE", f"l{tmp_path.name[-20:]}".replace("[", "").replace("]", ""))
    return tmp_path


def dengar(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_the_commands_register_count_and_forget(folder: Path) -> None:
    (folder / "ketua.csv").write_text(f"{HEADER}\napp,a,{KEL},1,1\napp,b,nowhere,1,2\n")
    done = dengar("leaders", "import", "ketua.csv")
    assert done.exit_code == 1
    assert "1 accounts are registered" in done.stdout
    assert "line 3: 'nowhere' is no code" in done.stdout
    with open_parts() as parts:
        (leader,) = parts.store.leaders.find_all()
        send(parts.store, leader, 5, 4, 4)
    done = dengar("leaders", "counts", "--month", "2026-11", "--kel", KEL, "--most-per-day", "2", "--out", "out.csv")
    assert done.exit_code == 0, done.output
    (row,) = csv.DictReader((folder / "out.csv").read_text().splitlines())
    assert (row["rt"], row["sent"], row["verified"], row["full_days"], row["counted"]) == ("001", "4", "4", "1", "2")
    assert "RW 001  RT 001  app" in dengar("leaders", "list", "--kel", KEL).stdout
    assert dengar("leaders", "remove", "--channel", "app", "--account", "A").exit_code == 0
    assert "is registered" in dengar("leaders", "remove", "--channel", "app", "--account", "A").stderr


def test_erase_finds_a_leader_who_never_wrote(folder: Path) -> None:
    (folder / "ketua.csv").write_text(f"{HEADER}\napp,a,{KEL},1,1\n")
    assert dengar("leaders", "import", "ketua.csv").exit_code == 0
    assert "no longer registered for an RT or RW" in dengar("erase", "--author", "a", "--yes").stdout
