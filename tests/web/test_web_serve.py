# ruff: noqa: F401, F811  pytest hands the imported fixture `site` in by its name
import asyncio
import signal
import socket
import time
from datetime import timedelta
from urllib.parse import urlsplit

import httpx2
import pytest
from web_city import NOW, UNITS, save_report
from web_site import CATEGORIES, FakePush, Running, make_status, site

from dengar.store import Store
from dengar.web.app import make_app
from dengar.web.figures import Kept
from dengar.web.serve import make_server


def test_a_server_runs_in_a_given_loop_and_leaves_the_signals_alone(store: Store) -> None:
    app = make_app(store, {"form": FakePush()}, make_status, CATEGORIES, lambda: NOW)

    async def run() -> None:
        server = make_server(app, "127.0.0.1", 0)
        task = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110  uvicorn has no event for this
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with httpx2.AsyncClient() as client:
            assert (await client.get(f"http://127.0.0.1:{port}/sehat")).status_code == 200
        server.should_exit = True
        await task

    handler = signal.getsignal(signal.SIGINT)
    asyncio.run(run())
    assert signal.getsignal(signal.SIGINT) is handler


def test_who_hangs_up_in_the_middle_of_an_upload_leaves_no_error_behind(
    site: Running, caplog: pytest.LogCaptureFixture
) -> None:
    address = urlsplit(site.address)
    for path in ("/lapor", "/api/lapor", "/kait/balai"):
        with socket.create_connection((address.hostname or "", address.port or 0)) as caller:
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{{"
            caller.sendall(head.encode())
            time.sleep(0.1)
    time.sleep(0.3)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_forwarded_address_is_not_believed(site: Running) -> None:
    with site.client(**{"X-Forwarded-For": "10.9.8.7"}) as client:
        client.post("/lapor", data={"text": "Banjir"})
    assert site.form.requests[0].remote == "127.0.0.1"


def test_the_first_page_takes_few_milliseconds(store: Store, site: Running) -> None:
    store.units.save(UNITS)
    for number in range(25):
        save_report(store, f"DKI-2611-{number:06d}", ago=timedelta(minutes=number))
    with site.client() as client:
        client.get("/")
        took = []
        for _ in range(20):
            started = time.perf_counter()
            assert client.get("/").status_code == 200
            took.append(time.perf_counter() - started)
    assert sorted(took)[5] < 0.1


def test_a_kept_value_is_shown_while_it_is_renewed() -> None:
    values = iter(range(1, 100))
    kept = Kept(lambda: next(values), fresh=0.0, stale=60.0)
    assert kept.value() == 1
    assert kept.value() == 1
    end = time.monotonic() + 5
    while kept.value() == 1:
        assert time.monotonic() < end


def test_an_empty_value_is_not_kept() -> None:
    values = iter(["", "", "units"])
    kept = Kept(lambda: next(values), fresh=60.0, stale=60.0)
    assert [kept.value() for _ in range(4)] == ["", "", "units", "units"]
