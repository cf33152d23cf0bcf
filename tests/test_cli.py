import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dengar.cli import main
from dengar.models import Gap
from dengar.settings import CONFIG_VARIABLE, load_settings
from dengar.wiring import open_parts

FEED = '[sources.koran]\ncollector = "feed"\nurl = "https://news.example.org/feed.xml"\n'


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_dir: Path) -> Path:
    """A configuration in an empty current folder."""
    path = tmp_path / "dengar.toml"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(CONFIG_VARIABLE, str(path))
    monkeypatch.setenv("DENGAR_MODEL_DIR", str(model_dir))
    return path


def command(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def explained(done: Result) -> str:
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    return done.stderr


@pytest.mark.parametrize("words", [["status"], ["run"], ["check"]])
def test_a_data_folder_that_cannot_be_made_is_explained(config: Path, words: list[str]) -> None:
    Path("data").write_text("a file stands where the folder should be")
    config.write_text("[web]\nport = 0\n")
    said = explained(command(*words))
    assert f"{Path('data').absolute()}" in said
    assert "choose another place." in said
    assert said.count("\n") == 1


def test_a_file_that_the_settings_name_and_that_is_not_there_is_explained(config: Path) -> None:
    config.write_text('rules = "nowhere.toml"')
    assert "The rules in nowhere.toml cannot be read" in explained(command("check"))


def test_an_address_is_told_only_when_it_will_be_served(config: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        config.write_text(f"[web]\nport = {taken.getsockname()[1]}\n")
        done = command("run")
    assert "set DENGAR_WEB__PORT." in explained(done)
    assert done.stdout == ""


def test_an_address_of_another_machine_is_the_hosts_fault(config: Path) -> None:
    config.write_text('[web]\nhost = "192.0.2.1"\n')
    assert "web.host: 192.0.2.1:8000 cannot be used" in explained(command("run"))


def test_a_variable_that_is_no_setting_is_told(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGAR_MONGODB_URL", "mongodb://production")
    said = explained(command("status"))
    assert said == "- DENGAR_MONGODB_URL: there is no such setting: correct the name or unset it.\n"


def test_check_says_where_the_settings_are_and_which_source_nobody_reads(config: Path) -> None:
    mail = '[sources.surel]\ncollector = "mail"\nhost = "h"\nusername = "u"\npassword = "p"\n'
    config.write_text(FEED + mail)
    said = command("check", "--no-connect").stdout
    assert f"Settings: {config}." in said
    assert "sources.koran: only `dengar collect koran` reads it; set every" in said
    assert "surel" not in said  # it is read when news comes
    config.unlink()
    assert f"{config} does not exist" in command("check", "--no-connect").stdout


def test_filters_answer_rows_and_end_with_1_when_one_got_an_error(config: Path) -> None:
    row = '{"id": 1, "text": "sampah numpuk dpn pasar palmerah blm diangkut"}\n'
    done = CliRunner().invoke(main, ["classify"], input=row)
    assert (done.exit_code, json.loads(done.stdout)["category"]) == (0, "sampah")
    assert CliRunner().invoke(main, ["classify"], input=row + "{}\n").exit_code == 1


def test_what_a_file_brought_and_could_not_be_used_is_told_with_its_reason(config: Path) -> None:
    rows = [{"id": "1", "text": "Pohon tumbang di Jalan Wijaya"}, {"id": "2", "text": ""}]
    Path("rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + "no json\n")
    done = command("ingest", "rows.jsonl")
    assert done.exit_code == 0
    assert done.stdout.endswith("2 could not be used and are in quarantine: `dengar replay` says why.\n")
    again = command("ingest", "rows.jsonl")
    assert (again.exit_code, again.stdout) == (0, "rows.jsonl: 0 items, 0 in quarantine.\n")
    replayed = command("replay").stdout
    assert "0 of 2 items are posts now, 2 are still in quarantine.\n" in replayed
    assert "  berkas:berkas:2: " in replayed


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--until", "2026-11-21"], "--until needs --since"),
        (["--since", "2026-11-21", "--until", "2026-11-19"], "The window is empty"),
        (["--since", "2126-11-21"], "The window is empty"),
    ],
)
def test_a_window_that_cannot_be_read_is_refused(config: Path, words: list[str], says: str) -> None:
    config.write_text(FEED)
    assert says in explained(command("collect", "koran", *words))


def test_collectors_are_listed_without_any_configuration(config: Path) -> None:
    done = command("collectors")
    assert done.exit_code == 0
    assert done.stdout.startswith("collector ")
    assert "\nmail " in done.stdout


def test_gaps_are_listed_until_they_are_closed(config: Path) -> None:
    config.write_text(FEED)
    since = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
    with open_parts(load_settings()) as parts:
        parts.store.gaps.note(
            Gap(source="koran", since=since, until=since + timedelta(hours=1), cause="429", noticed_at=since)
        )
    listed = command("gaps")
    assert listed.exit_code == 1
    assert "dengar collect koran --since 2026-11-20T14:00:00+0700 --until 2026-11-20T15:00:00+0700" in listed.stdout
    assert command("gaps", "--close", "lain").exit_code == 1
    closed = command("gaps", "--close", "koran")
    assert closed.exit_code == 0
    assert closed.stdout == "koran: 1 closed.\nEverything is covered, as far as is known.\n"


def test_the_status_of_what_does_not_run_says_so(config: Path) -> None:
    config.write_text(FEED + 'every = "1 hour"\n')
    done = command("status")
    assert done.exit_code == 1
    assert "every 1 hour" in done.stdout
    assert "! No scheduler runs, so no source is read: start `dengar run` or `dengar schedule`.\n" in done.stdout
    assert json.loads(command("status", "--json").stdout)["ailments"][0]["kind"] == "no_scheduler"
