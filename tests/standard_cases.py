"""What every collector is put through: the answers in `cases/<collector>/`, served by a real server.

A pull channel over HTTP needs only data: `case.toml` with its settings ({base} is the server's address) and, for each
situation, which file answers which path. Anything else has a `case_<collector>.py` with a function
`open_case(situation, folder)`: a context manager that gives a Scene. `expected.json` holds the drafts of the normal
answer, read by a person once.
"""

import importlib.util
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from serving_replies import Page, serve_replies

from dengar.models import Request

CASES = Path(__file__).parent / "cases"
SITUATIONS = ("normal", "changed", "empty", "rate_limited", "expired", "login")
LOGIN_PAGE = b"<!doctype html><html><title>Masuk</title><form action=/login><input name=password type=password></form>"
# What answers every path when the folder has nothing of its own for the situation.
USUAL: dict[str, tuple[int, dict[str, str], bytes]] = {
    "rate_limited": (429, {"retry-after": "120"}, b"{}"),
    "expired": (401, {}, b"{}"),
    "login": (200, {"content-type": "text/html"}, LOGIN_PAGE),
}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A source in a situation: its section of the configuration, and for push channels what is delivered to it.

    `impossible` says why this channel cannot come into the situation.
    """

    section: Mapping[str, object] = field(default_factory=dict)
    requests: Sequence[Request] = ()
    impossible: str = ""


OpenCase = Callable[[str, Path], AbstractContextManager[Scene]]


def open_case(collector: str, situation: str) -> AbstractContextManager[Scene]:
    """Bring a source of this collector into the situation."""
    folder = CASES / collector
    return _opener(folder)(situation, folder)


@cache
def _opener(folder: Path) -> OpenCase:
    path = folder / f"case_{folder.name}.py"
    if not path.exists():
        return serve_files
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast("OpenCase", module.open_case)


def expected(collector: str) -> Any:  # noqa: ANN401  JSON
    return json.loads((CASES / collector / "expected.json").read_text(encoding="utf-8"))


@contextmanager
def serve_files(situation: str, folder: Path) -> Iterator[Scene]:
    """Serve what `case.toml` says; a path that it does not name answers 404."""
    case = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    if isinstance(case.get(situation), str):
        yield Scene(impossible=case[situation])
        return
    pages = {path: _page(entry, folder) for path, entry in case.get(situation, {}).items()}
    usual = None if pages else USUAL[situation]
    with serve_pages(lambda path: usual or pages.get(path) or pages.get(path.partition("?")[0])) as base:
        settings = json.loads(json.dumps(case["settings"], default=str).replace("{base}", base))
        yield Scene(section={"collector": folder.name} | settings)


def _page(entry: Any, folder: Path) -> tuple[int, dict[str, str], bytes]:  # noqa: ANN401  TOML
    if isinstance(entry, str):
        entry = {"file": entry}
    body = (folder / entry["file"]).read_bytes() if "file" in entry else entry.get("body", "").encode()
    return entry.get("status", 200), entry.get("headers", {}), body


def serve_pages(find: Callable[[str], Page | None]) -> AbstractContextManager[str]:
    """Serve pages by path (with its query); gives the server's address."""

    def answer(_method: str, path: str, _headers: dict[str, str], _body: bytes) -> Page:
        return find(path) or (404, {}, f"nothing at {urlsplit(path).path}".encode())

    return serve_replies(answer)
