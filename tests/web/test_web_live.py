# ruff: noqa: F401, F811  pytest hands the imported fixture `site` in by its name
import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from test_web_feeds import change
from web_city import save_report
from web_site import Running, serve, site

from dengar.models import Selection
from dengar.store import Store
from dengar.store.news import Item
from dengar.web.live import MOST_WAITING, Client, Full, Live

Event = tuple[str, str, dict[str, str]]


@contextmanager
def listen(site: Running, query: str = "", **headers: str) -> Iterator[Iterator[Event]]:
    with site.client(**headers) as client, client.stream("GET", f"/api/aliran{query}", timeout=20) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield read_events(answer)


def read_events(answer: httpx2.Response) -> Iterator[Event]:
    found: dict[str, str] = {}
    for line in answer.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            found[name] = value
        elif "event" in found:
            yield found["event"], found.get("id", ""), json.loads(found["data"])
            found = {}


def told(event: Event) -> tuple[str, str]:
    return event[0], event[2]["number"][-1]


def test_changes_come_live_by_filter_and_resume_where_they_ended(store: Store, site: Running) -> None:
    with listen(site, "?category=banjir") as events:
        assert next(events)[0] == "mulai"
        save_report(store, "DKI-2611-000001", category="sampah")
        second = save_report(store, "DKI-2611-000002", title="Banjir\n\nid: 9\ndata: x")
        event = next(events)
        assert told(event) == ("laporan", "2")
        assert event[2]["title"] == "Banjir id: 9 data: x"
    change(store, second, is_hidden=True)
    save_report(store, "DKI-2611-000003")
    with listen(site, "?category=banjir", **{"Last-Event-ID": event[1]}) as events:
        assert next(events)[0] == "mulai"
        assert told(next(events)) == ("hilang", "2")
        assert told(next(events)) == ("laporan", "3")
        until = next(events)
        assert until[0] == "sampai"
        save_report(store, "DKI-2611-000004")
        assert told(next(events)) == ("laporan", "4")
    with listen(site, f"?setelah={until[1]}") as events:
        assert [next(events)[0] for _ in range(3)] == ["mulai", "laporan", "sampai"]


def test_a_cursor_of_changes_goes_on_live_and_one_that_is_too_old_is_told(store: Store, site: Running) -> None:
    save_report(store, "DKI-2611-000001")
    cursor = site.get("/api/perubahan").json()["berikutnya"]
    save_report(store, "DKI-2611-000002")
    with listen(site, f"?setelah={cursor}") as events:
        assert next(events)[0] == "mulai"
        assert told(next(events)) == ("laporan", "2")
    lost = "gaV0b2tlbsQCAAA"  # of no database
    with listen(site, f"?setelah={lost}") as events:
        assert [next(events)[0] for _ in range(2)] == ["mulai", "mulai_ulang"]
    assert site.get("/api/aliran?setelah=x").status_code == 400
    assert site.get("/api/aliran?state=nope").status_code == 400


def test_a_server_with_open_streams_stops_at_once(store: Store) -> None:
    with serve(store) as running, listen(running) as one, listen(running) as other:
        assert next(one)[0] == next(other)[0] == "mulai"
        running.stop()
        assert list(one) == list(other) == []
        before = time.monotonic()
    assert time.monotonic() - before < 3


def test_who_does_not_keep_up_is_sent_away_with_nothing_kept() -> None:
    client = Client()
    item = Item(number="1", report=None)
    for _ in range(MOST_WAITING):
        client.hand(item)
    assert client.queue.qsize() == MOST_WAITING
    client.hand(item)
    client.hand(item)
    assert client.queue.get_nowait() is None
    assert client.queue.empty()


def test_only_so_many_may_listen_and_who_leaves_makes_room(store: Store) -> None:
    async def run() -> None:
        live = Live(store.news, most_clients=1)
        first = await live.join()
        try:
            await live.join()
        except Full:
            live.leave(first)
        assert live.clients == 0
        await live.join()
        await live.close()

    asyncio.run(run())


def test_too_many_listeners_are_told_when_to_come_back(store: Store) -> None:
    with serve(store, most_listeners=1) as running, listen(running) as events:
        assert next(events)[0] == "mulai"
        answer = running.get("/api/aliran")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
