"""A real Kannel (bearerbox, smsbox and its fake SMSC) delivers to a running Dengar and sends what it replies.

Debian: apt-get install kannel kannel-extras.
"""

import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes
from uuid import uuid4

import pytest
from hooked import free_port, serve_hook
from made import KEY, make_item

from dengar.errors import AuthExpired
from dengar.ingest import sms
from dengar.ingest.protocol import Source
from dengar.models import Item
from dengar.store import Store
from dengar.store.embedded import EmbeddedMongo
from dengar.wiring import make_source, utc_now

FAKE_SMSC = Path("/usr/lib/kannel/test/fakesmsc")
SECRET = "rahasia-gerbang-sms"
RESIDENT, CITY = "+6281211112222", "1708"
PATIENCE_SECONDS = 30
QUERY = f"secret={SECRET}&from=%p&to=%P&timestamp=%T&charset=%C&coding=%c&udh=%u&smsc=%i&id=%I"

pytestmark = pytest.mark.skipif(
    not (shutil.which("bearerbox", path="/usr/sbin") and FAKE_SMSC.exists()),
    reason="Kannel is not installed: apt-get install kannel kannel-extras",
)


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


def wait_for(condition: Callable[[], object], what: str) -> None:
    end = datetime.now(UTC) + timedelta(seconds=PATIENCE_SECONDS)
    while not condition():
        assert datetime.now(UTC) < end, what
        threading.Event().wait(0.05)


class Kannel:
    """A gateway under way: the port of its SMSC, and the source that it delivers to."""

    def __init__(self, folder: Path, hook_port: int) -> None:
        self.folder = folder
        self.hook_port = hook_port
        self.smsc_port = free_port()
        self.sendsms_port = free_port()
        self.source = self.make_source()

    def make_source(self, **changes: object) -> Source:
        section: dict[str, object] = {
            "collector": "sms",
            "secret": SECRET,
            "username": "dengar",
            "password": "sandi-kannel",
            "sendsms_url": f"http://127.0.0.1:{self.sendsms_port}/cgi-bin/sendsms",
        }
        return make_source("sms", section | changes)

    def write(self, service: str, core: str) -> Path:
        path = self.folder / "kannel.conf"
        path.write_text(f"""
group = core
admin-port = {free_port()}
admin-interface = 127.0.0.1
admin-password = sandi-admin
smsbox-port = {free_port()}
smsbox-interface = 127.0.0.1
store-type = file
store-location = {self.folder}/store
{core}

group = smsc
smsc = fake
smsc-id = PALSU
port = {self.smsc_port}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {self.sendsms_port}
sendsms-interface = 127.0.0.1
http-request-retry = 20
http-queue-delay = 1

group = sendsms-user
username = dengar
password = sandi-kannel
max-messages = 5
concatenation = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
{service}
""")
        return path

    @contextmanager
    def running(self, *, post: bool = False, core: str = "", query: str = QUERY) -> Iterator["Kannel"]:
        address = f"http://127.0.0.1:{self.hook_port}/kait/sms?{query}"
        # not %a: it squeezes blanks, and in UCS-2 two bytes that look like blanks are halves of two letters
        conf = self.write(f'post-url = "{address}"' if post else f'get-url = "{address}&text=%b"', core)
        with self._start("bearerbox", conf, "entering mainloop"), self._start("smsbox", conf, "Connected to bearerbox"):
            yield self

    @contextmanager
    def _start(self, program: str, conf: Path, ready: str) -> Iterator[None]:
        log = self.folder / f"{program}.log"
        with log.open("wb") as out:
            process = subprocess.Popen([f"/usr/sbin/{program}", conf], stdout=out, stderr=out)
        try:
            wait_for(lambda: ready.encode() in log.read_bytes() or process.poll() is not None, f"{program} starts")
            assert process.poll() is None, log.read_text(errors="replace")
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def reply(self, item: Item, text: str) -> str:
        settings: sms.Settings = self.source.settings
        return sms.reply(settings, item, text, "received:1")


class Phones:
    """The fake SMSC: sends one message into Kannel, and remembers what Kannel sends to the phones."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.received: list[str] = []
        self._process = process
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        for line in self._process.stderr or ():
            if found := re.search(r"Got message \d+: <(.*)>$", line.strip()):
                self.received.append(found[1])

    def wait(self, count: int) -> list[str]:
        wait_for(lambda: len(self.received) >= count, f"{count} messages arrive, not {self.received}")
        return self.received

    def stop(self) -> None:
        with self._process:  # closes its pipe
            self._process.terminate()
            self._thread.join()


@contextmanager
def phones(kannel: Kannel, message: str) -> Iterator[Phones]:
    command = [str(FAKE_SMSC), "-H", "127.0.0.1", "-r", str(kannel.smsc_port), "-i", "0.01", "-m", "1"]
    process = subprocess.Popen(
        [*command, f"{RESIDENT} {CITY} {message}"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    running = Phones(process)
    try:
        yield running
    finally:
        running.stop()


def wait_for_items(store: Store, count: int) -> list[Item]:
    wait_for(lambda: store.items.count_pending() >= count, f"{count} messages are stored")
    return [one.item for one in store.items.pending(100, 10**9)]


@pytest.fixture
def kannel(tmp_path: Path) -> Kannel:
    return Kannel(tmp_path, free_port())


@pytest.fixture
def served(kannel: Kannel, store: Store) -> Iterator[Store]:
    with serve_hook(store, kannel.source, utc_now, kannel.hook_port):
        yield store


@pytest.mark.parametrize("post", [False, True], ids=["get-url", "post-url"])
def test_a_message_arrives_with_its_letters_and_only_our_reply_goes_back(
    kannel: Kannel, served: Store, *, post: bool
) -> None:
    text = "Banjir di Jl. Tebet Barat + got 50% mampet & bau é€"
    with kannel.running(post=post), phones(kannel, f"text {text}") as smsc:
        (item,) = wait_for_items(served, 1)
        draft = sms.parse(item)
        assert (draft.text, draft.author, draft.flags) == (text, RESIDENT, ("dialogue",))
        assert abs(draft.created_at - datetime.now(UTC)) < timedelta(minutes=5)
        assert re.fullmatch("[0-9a-f-]{36}", item.native_id)
        assert SECRET.encode() not in item.payload
        assert kannel.reply(item, "Terima kasih, nomor DKI-2611-000123.") == "received:1"
        # whatever Kannel made of our empty answer would have come first
        assert smsc.wait(1) == [f"{CITY} {RESIDENT} text Terima kasih, nomor DKI-2611-000123."]


@pytest.mark.parametrize("post", [False, True], ids=["get-url", "post-url"])
def test_letters_that_gsm_does_not_know_go_both_ways(kannel: Kannel, served: Store, *, post: bool) -> None:
    text = "Banjir 洪水 “dalam” 😀 di Gang Mawar"
    with kannel.running(post=post), phones(kannel, f"ucs2 {quote(text.encode('utf-16-be'))}") as smsc:
        (item,) = wait_for_items(served, 1)
        assert sms.parse(item).text == text
        kannel.reply(item, "Terima kasih “洪水” 😀")
        (sent,) = smsc.wait(1)
        head = f"{CITY} {RESIDENT} ucs-2 "
        assert (
            unquote_to_bytes(sent.removeprefix(head).replace("+", " ")).decode("utf-16-be") == "Terima kasih “洪水” 😀"
        )


PARTS = ("Bagian satu: lampu jalan mati di sepanjang Jl. Swadaya, ", "bagian dua: sudah sebulan.")


def deliver_parts(kannel: Kannel, store: Store) -> list[Item]:
    for place, text in enumerate(PARTS, start=1):
        with phones(kannel, f"udh-text %05%00%03%2A%02%0{place} {text}"):
            log = kannel.folder / "bearerbox.log"
            wait_for(lambda: log.read_bytes().count(b"new message received") >= place, "the part arrives")  # noqa: B023
    wait_for_items(store, 1)
    return wait_for_items(store, 1)


def test_kannel_joins_the_parts_of_a_long_message(kannel: Kannel, served: Store) -> None:
    with kannel.running():
        (item,) = deliver_parts(kannel, served)
    draft = sms.parse(item)
    assert draft.text == "".join(PARTS).strip()
    assert draft.reply_to is None


def test_parts_that_kannel_does_not_join_refer_to_each_other(kannel: Kannel, served: Store) -> None:
    with kannel.running(core="sms-combine-concatenated-mo = false"):
        deliver_parts(kannel, served)
        items = wait_for_items(served, 2)
    assert sorted(sms.parse(item).text for item in items) == [part.strip() for part in PARTS]
    (thread,) = {sms.parse(item).reply_to for item in items}
    assert {item.native_id.partition("#")[0] for item in items} == {thread}


def test_a_long_reply_is_sent_in_parts(kannel: Kannel, served: Store) -> None:
    text = "Terima kasih, laporan Anda kami teruskan ke Suku Dinas Bina Marga. " * 4
    with kannel.running(), phones(kannel, "text Aspal mengelupas") as smsc:
        (item,) = wait_for_items(served, 1)
        kannel.reply(item, text)
        parts = smsc.wait(2)
    said = [unquote_to_bytes(part.partition(" data ")[2].replace("+", " ")).decode() for part in parts]
    assert "".join(said) == text


def test_a_message_that_comes_while_dengar_is_away_comes_again_once(kannel: Kannel, store: Store) -> None:
    with kannel.running(), phones(kannel, "text Pohon tumbang di Jl. Otista") as smsc:
        log = kannel.folder / "smsbox.log"
        wait_for(lambda: b"etry" in log.read_bytes(), "Kannel finds Dengar away")
        with serve_hook(store, kannel.source, utc_now, kannel.hook_port):
            (item,) = wait_for_items(store, 1)
            kannel.reply(item, "Terima kasih")
            assert smsc.wait(1) == [f"{CITY} {RESIDENT} text Terima kasih"]
    assert sms.parse(item).text == "Pohon tumbang di Jl. Otista"


def test_a_gateway_without_the_secret_is_refused_and_the_resident_hears_nothing_of_it(
    kannel: Kannel, served: Store
) -> None:
    with kannel.running(query=QUERY.replace(SECRET, "salah")), phones(kannel, "text Banjir") as smsc:
        log = kannel.folder / "smsbox.log"
        wait_for(lambda: b"401" in log.read_bytes(), "Kannel is refused")
        kannel.reply(received(), "Hanya ini")
        assert smsc.wait(1) == [f"{CITY} {RESIDENT} text Hanya ini"]
    assert served.items.count_pending() == 0


def received() -> Item:
    payload = f"from={quote(RESIDENT)}&to={CITY}&text=Banjir".encode()
    return make_item(payload=payload, media_type="application/x-www-form-urlencoded")


def test_the_user_is_tried_without_sending(kannel: Kannel) -> None:
    with kannel.running():
        assert sms.check(kannel.source.settings) == []
        with pytest.raises(AuthExpired, match="username and password"):
            sms.check(kannel.make_source(password="salah").settings)
        with pytest.raises(AuthExpired):
            sms.reply(kannel.make_source(password="salah").settings, received(), "Terima kasih", "1")
