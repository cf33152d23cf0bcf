"""`dengar new-source`: guesses how a site is read, shows what that finds, and writes the source down."""

import keyword
import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import HttpUrl, TypeAdapter, ValidationError

from dengar import ingest, source_files
from dengar.errors import BadSettings, SourceChanged
from dengar.ingest.crawling.crawl import Page, host_of, open_crawl
from dengar.ingest.crawling.trying import Remembered, guess_site, read_saved, try_entries
from dengar.ingest.protocol import Clock
from dengar.ingest.spiders.site import Settings
from dengar.models import Draft

DELAY_SECONDS, TIMEOUT_SECONDS = 1.0, 30.0
CASE_TIME = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # when the tests read every case
CASE_SOURCE = "kotak"  # what they call its source
LONGEST_SHOWN = 300
SAVED = "http://saved.invalid"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, kw_only=True)
class NewSource:
    """What was guessed: the first entries that it finds, its section of the configuration, and the files of it."""

    entries: list[Draft]
    section: str
    files: dict[Path, str]


def find_clone() -> Path | None:
    """Give the folder of the source code when this runs in it and may write there."""
    root = Path(ingest.__file__).parents[2]
    is_clone = (root / "tests" / "cases").is_dir() and os.access(root / "dengar" / "ingest" / "spiders", os.W_OK)
    return root if is_clone else None


def find_source(
    name: str,
    url: str,
    *,
    clone: Path | None,
    config: Path,
    clock: Clock,
    on_page: Callable[[str], None],
    delay: float = DELAY_SECONDS,
) -> NewSource:
    """Guess a source from the list at this address; nothing is written yet.

    In a clone it becomes a collector of its own, elsewhere a section for the collector `site`. `on_page` hears of each
    page before it is fetched. Raises BadSettings for a name or address that cannot be used, StopSource for a page that
    gives no list.
    """
    address = _check(name, url, clone, config)
    selectors, entries, pages = _guess(name, address, clock, on_page, delay)
    collector = name if clone else "site"
    section = source_files.write_section(name, collector, selectors, address)
    texts = {source_files.path_of(url): source_files.save_page(page) for url, page in pages.items() if page.text}
    cases = (clone / "tests" if clone else config.parent) / "cases" / name
    files = {cases / file: text for file, text in _make_case(name, selectors, texts).items()}
    if clone:
        files[clone / "dengar" / "ingest" / "spiders" / f"{name}.py"] = source_files.write_module(
            name, selectors, address
        )
        files[clone / "docs" / "sources" / f"{name}.md"] = source_files.write_page(name, selectors, address, section)
    return NewSource(entries=entries, section=section, files=files)


def _guess(
    name: str, url: str, clock: Clock, on_page: Callable[[str], None], delay: float
) -> tuple[dict[str, str], list[Draft], dict[str, Page]]:
    hosts, now = frozenset({host_of(url)}), clock()
    with open_crawl(hosts, delay=delay, timeout=TIMEOUT_SECONDS, clock=clock) as crawl:
        pages = Remembered(crawl, on_page)
        selectors = guess_site(pages, url, hosts, now)
        entries = try_entries(_make_settings(name, name, url, selectors), pages, now)
    if not entries:
        raise SourceChanged(f"What repeats on {url} has no text: give the address of a list of messages.")
    return selectors, entries, pages.pages


def _make_settings(name: str, channel: str, url: str, selectors: dict[str, str]) -> Settings:
    section: dict[str, Any] = {"name": name, "collector": "site", "channel": channel, "urls": [url], **selectors}
    return Settings.model_validate(section)


def _make_case(name: str, selectors: dict[str, str], texts: dict[str, str]) -> dict[str, str]:
    """Make the standard case of the source, from the pages that were fetched; by file name."""
    settings = _make_settings(CASE_SOURCE, name, SAVED + next(iter(texts)), selectors)
    items = read_saved(settings, {SAVED + path: text for path, text in texts.items()}, CASE_TIME)
    files = source_files.write_case(texts, selectors["entry"], selectors["empty"])
    return files | {"expected.json": source_files.write_expected(items)}


def write_source(new: NewSource, config: Path) -> None:
    """Write the files, and add the section to the configuration."""
    for path, text in new.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    written = config.read_text(encoding="utf-8").rstrip() + "\n\n" if config.exists() else ""
    config.write_text(written + new.section, encoding="utf-8")


def _check(name: str, url: str, clone: Path | None, config: Path) -> str:
    """Give the address as it is written in full; raises BadSettings with everything that is wrong."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise BadSettings([f"{name!r} is no source name: use small letters, digits and _, beginning with a letter."])
    folder = Path(ingest.__file__).parent
    if name in ingest.names() or (folder / name).exists() or (folder / f"{name}.py").exists():
        raise BadSettings([f"There is a collector named {name!r} already: choose another name."])
    if name in _sections(config):
        raise BadSettings([f"{config} has a section [sources.{name}] already: choose another name."])
    taken = [clone / "tests" / "cases" / name, clone / "docs" / "sources" / f"{name}.md"] if clone else []
    for path in [*taken, config.parent / "cases" / name]:
        if path.exists():
            raise BadSettings([f"{path} exists already: remove it or choose another name."])
    try:
        address = str(TypeAdapter(HttpUrl).validate_python(url))
    except ValidationError as error:
        raise BadSettings([f"{url!r} is no address of a web page: give one that begins with https://."]) from error
    return address.partition("#")[0]


def _sections(config: Path) -> dict[str, object]:
    """Give the sections of the sources; raises BadSettings for a file to which none can be added."""
    if not config.exists():
        return {}
    text = config.read_text(encoding="utf-8")
    try:
        tomllib.loads(f"{text.rstrip()}\n\n[sources.a_new_one]\n")
        return dict(tomllib.loads(text).get("sources", {}))
    except (tomllib.TOMLDecodeError, TypeError, ValueError) as error:
        raise BadSettings([f"No section can be added to {config}: {error}. Correct it first."]) from error


def tell(new: NewSource, config: Path) -> str:
    """Say what was found and written, for a person to judge."""
    found = [f"{place}. {_show(entry)}" for place, entry in enumerate(new.entries, start=1)]
    written = [*map(str, new.files), f"{config}, with the section:"]
    look = [
        "Look at these entries. Where one is wrong, correct the selector of that field; the saved pages show the HTML.",
        "They hold what people wrote: read them before you give them to others. Then try `dengar check`.",
    ]
    return "\n".join(["The first entries:", "", *found, "Written:", *written, "", new.section, *look])


def _show(entry: Draft) -> str:
    time = "no time" if "bad_time" in entry.flags else f"{entry.created_at:%d %b %Y %H:%M} UTC"
    facts = [entry.author or "no author", time, entry.place_hint or "no place", entry.url or "no address"]
    text = entry.text if len(entry.text) <= LONGEST_SHOWN else f"{entry.text[:LONGEST_SHOWN]} ..."
    return "\n".join([" | ".join(facts), *(f"   {line}" for line in text.splitlines()), ""])
