import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from made import NOW, make_open_report, make_post
from pyarrow import parquet

from dengar.cli import main
from dengar.settings import CONFIG_VARIABLE
from dengar.store import Store


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Store, mongo_uri: str) -> Path:
    """Work in an empty folder with the database of the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "dengar.toml"))
    monkeypatch.setenv("DENGAR_MONGODB_URI", mongo_uri)
    monkeypatch.setenv("DENGAR_DATABASE", store.data.name)
    return tmp_path


def export(*words: str) -> Result:
    done = CliRunner().invoke(main, ["export", *words])
    assert "Traceback" not in done.output
    return done


def test_reports_are_exported_and_later_only_what_changed(config: Path, store: Store) -> None:
    reports = [make_open_report(f"DKI-2611-{n:06d}", version=0) for n in range(5)]
    store.reports.save([*reports, make_open_report("DKI-2611-000009", version=0, is_hidden=True)], [], None)
    done = export("reports", "--format", "jsonl", "--out", "all.jsonl")
    about, *rows = (json.loads(line) for line in (config / "all.jsonl").read_text().splitlines())
    assert about["about"].startswith("Dengar ")
    assert [row["number"] for row in rows] == [one.number for one in reports]
    cursor = done.stderr.strip().rpartition("--after ")[2]
    assert not list(config.glob("*.part"))

    store.reports.save([make_open_report("DKI-2611-000007", version=0)], [], None)
    store.data["reports"].update_one({"_id": reports[0].number}, {"$set": {"is_hidden": True}})
    changed = [
        json.loads(line) for line in export("reports", "--format", "jsonl", "--after", cursor).stdout.splitlines()
    ]
    assert [(row.get("number", "")[-1:], row.get("why")) for row in changed if "number" in row] == [
        ("7", None),
        ("0", "ditahan"),
    ]


def test_every_format_holds_the_same_reports(config: Path, store: Store) -> None:
    store.reports.save([make_open_report(f"DKI-2611-{n:06d}", version=0) for n in range(3)], [], None)
    for form in ("csv", "parquet", "geojson", "jsonl"):
        assert export("reports", "--format", form, "--out", f"r.{form}", "--number", "DKI-2611").exit_code == 0
    assert len((config / "r.csv").read_text().splitlines()) == 2 + 3
    assert parquet.read_table(config / "r.parquet").num_rows == 3
    assert len((config / "r.jsonl").read_text().splitlines()) == 1 + 3
    assert json.loads((config / "r.geojson").read_text())["type"] == "FeatureCollection"


def test_posts_are_exported_without_authors_unless_they_are_asked_for(config: Path, store: Store) -> None:
    posts = [make_post(str(n), f"=Jalan; {n}", created_at=NOW - timedelta(days=n)) for n in range(3)]
    store.posts.save([*posts, make_post("9", "tersembunyi", hidden_since=NOW)], None)
    told = export("posts", "--created-since", "2026-11-19").stdout
    rows = list(csv.DictReader(io.StringIO(told.partition("\n")[2])))
    assert sorted(row["text"] for row in rows) == ["'=Jalan; 0", "'=Jalan; 1"]
    assert {(row["author"], row["category"], row["kelurahan_code"]) for row in rows} == {
        ("", "jalan_rusak", "31.74.02.1001")
    }
    assert (
        "author of 2" in export("posts", "--with-authors", "--category", "jalan_rusak", "--urgency", "routine").stdout
    )


def test_what_cannot_be_exported_is_refused_in_a_sentence(config: Path) -> None:
    for words, told in (
        (("posts", "--state", "open"), "--state: posts cannot be chosen by it"),
        (("reports", "--category", "nope"), "category: 'nope' is unknown."),
        (("reports", "--after", "x"), "--after: changes can be told of reports in jsonl alone"),
        (("reports", "--format", "jsonl", "--after", "x"), "This cursor cannot be read"),
        (("reports", "--out", "nowhere/x.csv"), "nowhere"),
    ):
        done = export(*words)
        assert done.exit_code == 2, words
        assert told in done.stderr
