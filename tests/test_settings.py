import stat
from datetime import timedelta
from pathlib import Path

import pytest

from dengar.errors import BadSettings
from dengar.settings import CONFIG_VARIABLE, Settings, load_author_key, load_settings, read_duration
from dengar.wiring import make_source, make_sources


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration file that stands alone: the environment is a part of what is tested, not of the machine."""
    path = tmp_path / "dengar.toml"
    monkeypatch.setenv(CONFIG_VARIABLE, str(path))
    return path


def problems(config: Path, text: str) -> list[str]:
    config.write_text(text)
    with pytest.raises(BadSettings) as refused:
        make_sources(load_settings())
    return refused.value.problems


def test_without_a_file_everything_has_its_default(config: Path) -> None:
    settings = load_settings()
    assert (settings.data_dir, settings.database, settings.web.port) == (Path("data"), "dengar", 8000)
    assert [source.name for source in make_sources(settings)] == ["form", "service_requests"]


def test_the_environment_counts_before_the_file_and_the_caller_before_both(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text('database = "file"\n[web]\nport = 1\nhost = "::1"\n[sources.a]\ncollector = "feed"\n')
    monkeypatch.setenv("DENGAR_DATABASE", "env")
    monkeypatch.setenv("DENGAR_WEB__PORT", "2")
    monkeypatch.setenv("DENGAR_SOURCES__A__URL", "https://x.id/feed")
    settings = load_settings()
    assert (settings.database, settings.web.port, settings.web.host) == ("env", 2, "::1")
    assert settings.sources == {"a": {"collector": "feed", "url": "https://x.id/feed"}}
    assert load_settings(database="given").database == "given"


@pytest.mark.parametrize(
    "secret", ["0123456789012345678", "true", "null", "1e5", '{"a": 1}', "[1]", "plain-old-secret"]
)
def test_a_secret_in_the_environment_is_taken_as_it_is_written(
    config: Path, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    config.write_text('[sources.balai]\ncollector = "webhook"\n')
    monkeypatch.setenv("DENGAR_SOURCES__BALAI__SECRET", secret)
    source = next(one for one in make_sources(load_settings()) if one.name == "balai")
    assert source.settings.secret.get_secret_value() == secret


WRONG = [
    ("[web]\nport = 99999", "web.port: Input should be less than or equal to 65535, not 99999."),
    ('[web]\nport = "x"', "web.port: "),
    ("[web]\ntiles = 'https://t.example.org/7.png'", "web.tiles: "),
    ("[web]\nprot = 1", "web.prot: there is no such setting: correct the name or remove it."),
    ("colour = 1", "colour: there is no such setting: correct the name or remove it."),
    ('database = "a b"', "database: "),
    ("sources = 1", "sources: "),
    ('[sources.Pusat]\ncollector = "feed"', "sources: 'Pusat' is no source name"),
    ("[sources.a]\nurl = 'https://x.id'", "sources.a.collector: this setting is needed and has no value."),
    ('[sources.a]\ncollector = "fax"', "sources.a.collector: There is no collector named 'fax'"),
    ('[sources.a]\ncollector = "feed"', "sources.a.url: this setting is needed and has no value."),
    ('[sources.a]\ncollector = "feed"\nurl = "x"', "sources.a.url: "),
    (
        '[sources.a]\ncollector = "feed"\nurl = "https://x.id"\nevrey = "1h"',
        "sources.a.evrey: there is no such setting",
    ),
    ('[sources.a]\ncollector = "form"\nevery = "often"', "sources.a.every: 'often' is no duration"),
    ("x = [", "cannot be read"),
]


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_a_wrong_setting_is_explained_in_one_sentence(config: Path, text: str, says: str) -> None:
    (problem,) = problems(config, text)
    assert says in problem
    assert problem.endswith(".") or "cannot be read" in problem
    assert "\n" not in problem


def test_all_wrong_sources_are_told_at_once(config: Path) -> None:
    assert len(problems(config, '[sources.a]\ncollector = "fax"\n[sources.b]\ncollector = "feed"\n')) == 2


def test_secrets_are_never_shown(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text(
        'author_key = "hush-author-key-x"\nmongodb_uri = "mongodb://u:hush@h"\n'
        '[sources.balai]\ncollector = "webhook"\nsecret = "hush-secret-hush"\n'
    )
    settings = load_settings()
    (*_, source) = make_sources(settings)
    for shown in (repr(settings), str(settings), repr(source), str(source), repr(source.settings)):
        assert "hush" not in shown


def test_a_wrong_secret_is_explained_without_showing_it(config: Path) -> None:
    for text in (
        "author_key = 424242424242",
        "mongodb_uri = 424242424242",
        '[sources.a]\ncollector = "webhook"\nsecret = 424242424242',
        '[sources.a]\ncollector = "webhook"\nsecret = ["424242424242"]',
        '[sources.a]\ncollector = "webhook"\nsecrte = "424242424242"\nsecret = "x"',
    ):
        assert not any("4242" in problem for problem in problems(config, text))


RASTER = b"PMTiles\x03" + bytes(91) + b"\x02" + bytes(27)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (None, "web.basemap: it should be a file that can be read (No such file or directory), not "),
        (b"<html>", "web.basemap: it should be a PMTiles archive (version 3), not "),
        (RASTER[:100], "web.basemap: it should be a PMTiles archive (version 3), not "),
        (
            RASTER.replace(b"\x02", b"\x01"),
            "web.basemap: these maps draw no vector tiles: it should be an archive of PNG, JPEG or WebP tiles, not ",
        ),
    ],
)
def test_a_base_map_that_cannot_be_drawn_is_explained(
    config: Path, tmp_path: Path, data: bytes | None, says: str
) -> None:
    archive = tmp_path / "basemap.pmtiles"
    if data is not None:
        archive.write_bytes(data)
    (problem,) = problems(config, f"[web]\nbasemap = '{archive}'")
    assert says in problem


def test_a_base_map_of_pictures_is_taken(config: Path, tmp_path: Path) -> None:
    archive = tmp_path / "basemap.pmtiles"
    archive.write_bytes(RASTER)
    config.write_text(f"[web]\nbasemap = '{archive}'\ntiles = 'https://t.example.org/{{z}}/{{x}}/{{y}}.png'")
    assert load_settings().web.basemap == archive


@pytest.mark.parametrize(("text", "duration"), [
    ("30 seconds", timedelta(seconds=30)), ("5 minutes", timedelta(minutes=5)), ("2h", timedelta(hours=2)),
    ("1 day", timedelta(days=1)), (" 10 Min ", timedelta(minutes=10)), ("90s", timedelta(seconds=90)),
])  # fmt: skip
def test_durations_are_read_as_people_write_them(text: str, duration: timedelta) -> None:
    assert read_duration(text) == duration


@pytest.mark.parametrize(
    "text", ["", "often", "0 seconds", "-5 minutes", "5", "1.5h", "5 fortnights", "²s", "9" * 30 + "d"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        read_duration(text)
    with pytest.raises(BadSettings, match=r"sources\.a\.every"):
        make_source("a", {"collector": "form", "every": text})


def test_the_author_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    key = load_author_key(settings)
    path = tmp_path / "data" / "author.key"
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert load_author_key(settings) == key
    assert [one.name for one in path.parent.iterdir()] == ["author.key"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604])
def test_an_author_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    settings = Settings(data_dir=tmp_path)
    load_author_key(settings)
    (tmp_path / "author.key").chmod(mode)
    with pytest.raises(BadSettings, match="chmod 600"):
        load_author_key(settings)


def test_an_author_key_that_is_too_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="at least 16 characters"):
        load_author_key(load_settings(author_key="short", data_dir=tmp_path))
    load_author_key(Settings(data_dir=tmp_path))
    (tmp_path / "author.key").write_bytes(b"")
    with pytest.raises(BadSettings, match=r"author\.key"):
        load_author_key(Settings(data_dir=tmp_path))
    assert load_author_key(load_settings(author_key="long-enough-for-all")) == b"long-enough-for-all"
