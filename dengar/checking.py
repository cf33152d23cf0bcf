"""What `dengar check` looks at: settings, database, model, rules, and the credentials of every source."""

import stat
import tomllib
from collections.abc import Iterator

from dengar.deliver.protocol import Target
from dengar.errors import BadSettings, DengarError
from dengar.ingest.protocol import Source
from dengar.settings import Settings, config_path, explain_file, load_author_key
from dengar.store.embedded import find_mongod
from dengar.timetable import make_timetable
from dengar.wiring import (
    category_codes,
    load_classifier,
    load_locator,
    make_city_units,
    make_sources,
    make_targets,
    open_parts,
)

SECRETS = {"secret", "password", "api_key"}


def find_problems(settings: Settings, *, connect: bool) -> list[str]:
    """Give one sentence for everything that must be mended before Dengar can work."""
    problems: list[str] = []
    for look in (
        _check_sources, check_targets, _check_key, _check_model, _check_tables, _check_rules, _check_store,
    ):  # fmt: skip
        try:
            problems += look(settings, connect=connect)
        except BadSettings as error:
            problems += error.problems
        except DengarError as error:
            problems.append(str(error))
        except OSError as error:
            if error.filename is None:  # no file or folder is to blame
                raise
            problems.append(explain_file(error))
    return list(dict.fromkeys(problems))


def find_remarks(settings: Settings) -> Iterator[str]:
    """Give what is worth knowing and not wrong."""
    path = config_path().absolute()
    yield f"Settings: {path}" + ("." if path.is_file() else " does not exist; only the environment counts.")
    if settings.mongodb_uri is None:
        yield (
            f"MongoDB: the embedded one ({find_mongod() or 'none found'}). It is for trying and testing: "
            "its version 6.0 gets no more fixes. For real use set DENGAR_MONGODB_URI to a supported MongoDB (8.x)."
        )
    if not settings.sources:
        yield "Sources: only the web form. Name others in dengar.toml as [sources.NAME]; see docs/sources.md."
    for name in _unread(settings):
        yield f"sources.{name}: only `dengar collect {name}` reads it; set every, for example to '15 minutes', or at."
    if settings.web.host not in {"127.0.0.1", "::1", "localhost"}:
        yield f"Web: {settings.web.host} can be reached from other machines; put a TLS proxy before it."


def _unread(settings: Settings) -> list[str]:
    try:
        sources = make_sources(settings)
    except BadSettings:
        return []  # find_problems tells
    waiting = [one for one in sources if one.is_pulled and one.settings.enabled and not make_timetable(one.settings)]
    return [one.name for one in waiting if not hasattr(one.collector, "wait")]  # mail is also read when news comes


def _check_sources(settings: Settings, *, connect: bool) -> list[str]:
    sources = [one for one in make_sources(settings) if one.settings.enabled]
    return [problem for source in sources for problem in _try(source)] if connect else []


def _try(source: Source) -> list[str]:
    try:
        return [f"sources.{source.name}: {problem}" for problem in source.collector.check(source.settings)]
    except DengarError as error:
        return [f"sources.{source.name}: {error}"]


def check_targets(settings: Settings, *, connect: bool) -> list[str]:
    """Explain the wrong settings of targets, and with `connect` try to reach each one."""
    targets = [one for one in make_targets(settings) if one.settings.enabled]
    problems = list(_find_open_secrets())
    return problems + [problem for target in targets if connect for problem in _try_target(target)]


def _find_open_secrets() -> Iterator[str]:
    """Tell of secrets of targets in a configuration file that others can read."""
    path = config_path()
    if not path.is_file() or not stat.S_IMODE(path.stat().st_mode) & 0o077:
        return
    for name, section in tomllib.loads(path.read_text(encoding="utf-8")).get("targets", {}).items():
        for field in sorted(SECRETS & (set(section) | set(section.get("smtp", {})))):
            yield f"targets.{name}.{field} stands in {path}, which others can read: run chmod 600 {path}."


def _try_target(target: Target) -> list[str]:
    try:
        return [f"targets.{target.name}: {problem}" for problem in target.sender.check(target.settings)]
    except DengarError as error:
        return [f"targets.{target.name}: {error}"]


def _check_key(settings: Settings, *, connect: bool) -> list[str]:
    del connect
    load_author_key(settings)
    return []


def _check_model(settings: Settings, *, connect: bool) -> list[str]:
    del connect
    load_classifier(settings)
    return []


def _check_tables(settings: Settings, *, connect: bool) -> list[str]:
    del connect
    problem = load_locator(settings).problem
    return [problem] if problem else []


def _check_rules(settings: Settings, *, connect: bool) -> list[str]:
    from dengar.routing.rules import BUILT_IN, load_rules

    del connect
    load_rules(settings.rules or BUILT_IN, set(category_codes().values()), make_city_units(settings))
    return []


def _check_store(settings: Settings, *, connect: bool) -> list[str]:
    if not connect:
        return []
    with open_parts(settings) as parts:
        return [] if parts.store.is_ready() else ["MongoDB takes no writes now."]
