"""A source on the emulator of X: mentions of the city's account, and a search."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from made import NOW
from standard_cases import LOGIN_PAGE, Scene
from x_emulator import CITY, TOKEN, Refusal, XEmulator, run_x


@contextmanager
def open_case(situation: str, folder: Path) -> Iterator[Scene]:
    del folder
    with run_x() as x:
        if situation == "normal":
            publish(x)
        elif situation == "changed":
            x.add("@DKIJakarta lampu jalan mati", at=NOW - timedelta(hours=1))
            x.wreck = "shape"
        elif situation == "rate_limited":
            x.limits = {"/mentions": 0, "/search": 0}
        elif situation == "login":
            x.refusals = [(path, Refusal(200, LOGIN_PAGE)) for path in ("/mentions", "/search")]
        elif situation == "expired":
            body = {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
            x.refusals = [(path, Refusal(401, body)) for path in ("/mentions", "/search")]
        yield Scene(section=section(x))


def section(x: XEmulator, **more: object) -> dict[str, object]:
    """Give the configuration of a source that reads the emulator."""
    return {
        "collector": "x",
        "plan": "enterprise",
        "api": x.address,
        "bearer_token": TOKEN,
        "mentions_of": CITY,
        "query": "#banjirjakarta OR jalan berlubang",
        **more,
    }


def publish(x: XEmulator) -> None:
    """Publish what the expected drafts show, oldest first; a page holds four."""
    x.fullest = 4
    lamp = x.add(
        "@DKIJakarta PJU di Gang Mawar Tebet Timur padam 4 malam, gelap &amp; rawan jambret https://t.co/foto000001",
        author="900001",
        at=ago(300),
        media=tuple(picture(n) for n in (1, 2)),
        urls=tuple(
            {"start": 87, "end": 110, "url": "https://t.co/foto000001", "media_key": f"3_{n}",
             "expanded_url": "https://x.com/warga900001/status/1/photo/1"}
            for n in (1, 2)
        ),
    )  # fmt: skip
    x.add(
        "Aspal amblas, jalan berlubang persis depan halte Rawa Buaya. Titiknya https://t.co/peta000001",
        author="900002",
        at=ago(280),
        point=(106.7276, -6.1581),
        urls=(
            {"start": 70, "end": 93, "url": "https://t.co/peta000001",
             "expanded_url": "https://maps.app.goo.gl/abc", "unwound_url": "https://maps.example/@-6.1581,106.7276"},
        ),
    )  # fmt: skip
    x.add("air udah sedengkul nih min #BanjirJakarta", author="900003", at=ago(240), place=CIPINANG)
    x.add("ini balasan kami sendiri #banjirjakarta", author=CITY, at=ago(230))
    x.add("@DKIJakarta masih padam juga min, tolong", author="900001", at=ago(200), refers=(("replied_to", lamp),))
    x.add("Ini RT saya juga begini @DKIJakarta 😤", author="900004", at=ago(180), refers=(("quoted", lamp),))
    x.add(
        "RT @warga900001: @DKIJakarta PJU di Gang Mawar Tebet Timur padam 4 malam, gelap &amp; rawan jam…",
        author="900005",
        at=ago(170),
        refers=(("retweeted", lamp),),
    )
    x.add(
        "Kronologi drainase mampet di Jalan Haji Nawi Raya, mohon dibaca sampai habis ya @DKIJakarta: sejak Senin…",
        author="900006",
        at=ago(150),
        note=LONG,
    )
    pipe = x.add("pipa bocor di Jl Percetakan Negara @DKIJakarta", author="900007", at=ago(120))
    x.edit(pipe, "pipa PAM bocor di Jl Percetakan Negara II, air mubazir ke got @DKIJakarta", ago(110))
    x.add("ditahan di sini #banjirjakarta", author="900008", at=ago(100), withheld=("ID",))
    x.deleted.add(x.add("sudah dihapus @DKIJakarta", author="900009", at=ago(90)))
    x.add("Jalan berlubang di Pasar Kopro bikin jatuh, cek dong @DKIJakarta", author="900010", at=ago(60))


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def picture(n: int) -> dict[str, str]:
    return {
        "media_key": f"3_{n}",
        "type": "photo",
        "url": f"https://pbs.twimg.example/media/{n}.jpg",
        "alt_text": "Tiang lampu yang padam",
    }


CIPINANG = {
    "id": "01864a8a64df9dc4",
    "full_name": "Cipinang Melayu, Jakarta Timur",
    "name": "Cipinang Melayu",
    "place_type": "neighborhood",
}
LONG = (
    "Kronologi drainase mampet di Jalan Haji Nawi Raya, mohon dibaca sampai habis ya @DKIJakarta: sejak Senin air "
    "hujan tidak mau turun karena mulut saluran tertutup puing renovasi ruko. Selasa kami lapor RT. Rabu puingnya "
    "ditambah. Hari ini setelah hujan satu jam air masuk ke tiga rumah, tingginya semata kaki. Yang kami minta: puing "
    "diangkut, pemilik ruko ditegur, saluran dikuras sebelum puncak hujan."
)
