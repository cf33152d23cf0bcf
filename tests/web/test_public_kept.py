"""What is kept for everybody: finished pages, and the figures behind them."""

# ruff: noqa: F401, F811  pytest hands the imported fixture `site` in by its name
import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse
from web_city import save_report
from web_site import Running, site

from dengar.store import Store
from dengar.web.figures import Kept
from dengar.web.pages import Make, Pages


def test_a_page_is_made_once_for_many_and_once_for_each_language(store: Store, site: Running) -> None:
    save_report(store)
    first = site.get("/")
    assert first.headers["cache-control"] == "public, max-age=5"
    assert {"Accept-Language", "Cookie"} <= {one.strip() for one in first.headers["vary"].split(",")}
    save_report(store, "DKI-2611-000200", title="Baru sekali")
    assert site.get("/").text == first.text
    assert "Newest reports" in site.get("/", "en").text
    assert "Baru sekali" in site.get("/?kategori=banjir").text


def test_who_has_the_page_is_told_so_and_who_cannot_unpack_gets_it_plain(site: Running) -> None:
    first = site.get("/privasi")
    with site.client() as client:
        same = client.get("/privasi", headers={"if-none-match": first.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")
        packed = client.get("/privasi", headers={"accept-encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        plain = client.get("/privasi", headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.text == packed.text
        assert client.head("/privasi").status_code == 200


def test_choosing_a_language_sets_a_cookie_and_that_answer_is_kept_for_nobody(site: Running) -> None:
    with site.client() as client:
        chosen = client.get("/privasi?bahasa=en")
        assert chosen.headers["cache-control"] == "no-store"
        assert "set-cookie" in chosen.headers
        assert "set-cookie" not in client.get("/privasi").headers
        assert '<html lang="en">' in client.get("/privasi").text
    assert '<html lang="id">' in site.get("/privasi").text


def ask(pages: Pages, query: str, make: Make) -> int:
    """Ask for a page as a browser would; gives the status."""
    scope: dict[str, object] = {"type": "http", "method": "GET", "path": "/x", "headers": [], "server": None}
    scope["query_string"] = query.encode()
    return asyncio.run(pages.give(Request(scope), make, 60.0)).status_code


def test_invented_questions_do_not_fill_the_memory() -> None:
    pages, made = Pages(most=2), []

    def make(request: Request) -> HTMLResponse:
        made.append(request.url.query)
        return HTMLResponse("page")

    for query in ("", "a=1", "b=2", "b=2", ""):
        assert ask(pages, query, make) == 200
    assert made == ["", "a=1", "b=2", ""]


def test_a_page_that_went_wrong_is_kept_for_nobody() -> None:
    pages, answers = Pages(), iter([404, 200])
    assert ask(pages, "", lambda _: HTMLResponse("x", next(answers))) == 404
    assert ask(pages, "", lambda _: HTMLResponse("x", next(answers))) == 200
    with pytest.raises(OSError, match="gone"):
        ask(pages, "other", _fail)
    assert ask(pages, "other", lambda _: HTMLResponse("x")) == 200


def _fail(_: Request) -> HTMLResponse:
    raise OSError("gone")


def test_many_who_ask_at_once_read_once() -> None:
    reads, go = count(1), threading.Event()

    def read() -> int:
        go.wait(5)
        return next(reads)

    kept = Kept(read, fresh=60.0, stale=60.0)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(kept.value) for _ in range(8)]
        go.set()
        assert {one.result() for one in asked} == {1}


def test_what_failed_is_told_to_all_who_waited_and_tried_again_by_the_next() -> None:
    reads, go = count(1), threading.Event()

    def read() -> str:
        go.wait(5)
        if next(reads) == 1:
            raise OSError("gone")
        return "back"

    kept = Kept(read, fresh=60.0, stale=60.0)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(kept.value) for _ in range(4)]
        time.sleep(0.2)  # until all of them wait: that cannot be seen from outside
        go.set()
        outcomes = [one.exception() for one in asked]
    assert all(isinstance(one, OSError) for one in outcomes)
    assert kept.value() == "back"
