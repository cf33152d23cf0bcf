"""Invented posts for the benches: complaints over real place names, the same for the same seed, made when needed."""

import json
import random
from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

from dengar.geocode.tables import Entry, read_areas, read_names
from dengar.models.place import Area

REPEATS = 0.2  # of the posts speak of a problem that an earlier one spoke of
CHAT = 0.1  # are no complaint
POINTED = 0.25  # carry coordinates
RECENT = 400  # problems that a repetition may speak of
SECONDS_APART = 2  # 40,000 posts a day
START = datetime(2026, 1, 5, tzinfo=timezone(timedelta(hours=7)))
CHANNELS = ("x", "aplikasi", "sms", "formulir")
OPENERS = (
    "", "", "Selamat pagi, ", "Min tolong ", "Lapor pak, ", "Mohon perhatian dinas terkait, ", "Yth Bapak Gubernur, ",
    "Admin, ", "Assalamualaikum, mau lapor: ", "Halo @DKIJakarta ", "Izin melaporkan, ",
)  # fmt: skip
PROBLEMS = (
    "jalan berlubang cukup dalam", "aspal mengelupas dan bergelombang", "lampu jalan mati total",
    "lampu penerangan umum kedip-kedip", "sampah menumpuk tidak diangkut", "tumpukan sampah liar sampai ke badan jalan",
    "banjir setinggi lutut orang dewasa", "genangan air tidak surut-surut", "saluran air mampet penuh lumpur",
    "pohon tumbang menutup jalan", "dahan pohon besar hampir patah", "parkir liar di bahu jalan",
    "mobil parkir sembarangan menutup gerbang warga", "pedagang kaki lima memenuhi trotoar",
    "macet parah karena angkot ngetem", "antrean kendaraan panjang tidak bergerak", "trotoar rusak dan ubinnya lepas",
    "bangku taman patah dan mainan anak berkarat", "jambret beraksi lagi", "tawuran remaja hampir tiap malam",
    "kebakaran rumah, api membesar", "kabel listrik menjuntai rendah sekali", "pengemis dan anak jalanan makin banyak",
    "bus Transjakarta tidak datang lebih dari 40 menit", "halte kotor dan pintunya macet", "jentik nyamuk di selokan",
    "warga banyak kena DBD, minta fogging", "pembuatan KTP lama sekali, blangko katanya habis",
    "bangunan tanpa izin terus dikerjakan", "air PAM keruh dan berbau",
)  # fmt: skip
DETAILS = (
    "sudah {n} hari", "sejak {n} minggu yang lalu", "kurang lebih {n} meter dari mulut gang", "terutama malam hari",
    "tiap pagi jam {n}", "bau dan banyak lalat", "sudah ada {n} motor yang jatuh", "anak sekolah lewat sini tiap hari",
    "belum ada petugas yang datang", "sudah dilaporkan {n} kali tapi tidak ada tindakan", "warga resah",
    "lansia takut lewat", "bikin macet sampai {n} km", "kondisinya makin parah kalau hujan",
)  # fmt: skip
CLOSINGS = (
    "", "mohon segera ditindaklanjuti", "tlg dicek ya", "terima kasih", "mohon bantuannya min", "kapan diperbaiki?",
    "jangan tunggu ada korban", "trims", "ditunggu tindakannya pak", "#jakarta", "harap segera diperbaiki 🙏",
)  # fmt: skip
TALK = (
    "Selamat pagi Jakarta, semangat kerja hari ini", "Ada yang tahu tempat makan enak buka sampai jam {n}?",
    "Jual cepat motor matic tahun 201{n}, nego sampai jadi", "Terima kasih petugas yang membersihkan kali kemarin",
    "Nonton bareng {n} orang di rumah, seru sekali", "Promo cuci sepatu {n} pasang gratis satu, hubungi kami",
)  # fmt: skip


class Problem(NamedTuple):
    """What several posts may speak of."""

    what: str
    where: str
    area: Area


class City(NamedTuple):
    """Kelurahan by code, and the streets and buildings that lie in one."""

    areas: dict[str, Area]
    spots: list[Entry]


def write_posts(path: Path, count: int, seed: int = 0) -> None:
    """Write so many distinct posts, one JSON object a line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in make_posts(count, seed))


def make_posts(count: int, seed: int = 0) -> Iterator[dict[str, object]]:
    """Give so many distinct posts, two seconds apart."""
    rng = random.Random(seed)  # noqa: S311  nothing is secret here
    areas = {area.code: area for area in read_areas() if area.level == "kelurahan"}
    city = City(areas, [entry for _, entry in read_names() if entry.spots and entry.codes])
    recent: deque[Problem] = deque(maxlen=RECENT)
    for number in range(count):
        yield {
            "id": f"bench-{seed}-{number:07d}",
            "created_at": (START + timedelta(seconds=SECONDS_APART * number)).isoformat(),
            "author": f"warga{rng.randrange(count // 2 + 1)}",
            "channel": rng.choice(CHANNELS),
        } | _say(rng, city, recent)


def _say(rng: random.Random, city: City, recent: deque[Problem]) -> dict[str, object]:
    if rng.random() < CHAT:
        return {"text": rng.choice(TALK).format(n=rng.randint(2, 9)) + f" ({rng.randrange(10**6)})"}
    if not recent or rng.random() >= REPEATS:
        recent.append(_make_problem(rng, city))
        problem = recent[-1]
    else:
        problem = rng.choice(recent)
    return {"text": _tell(rng, problem)} | (_point(rng, problem.area) if rng.random() < POINTED else {})


def _make_problem(rng: random.Random, city: City) -> Problem:
    spot = rng.choice(city.spots)
    area = city.areas.get(spot.codes[0]) or rng.choice(list(city.areas.values()))
    place = rng.choice(
        (
            f"Kel. {area.name}",
            f"kelurahan {area.name}",
            area.name,
            f"RT {rng.randint(1, 16)}/RW 0{rng.randint(1, 9)} {area.name}",
        )
    )
    where = rng.choice(
        (f"di {spot.name}, {place}", f"di depan {spot.name} {place}", f"di {place}", f"dekat {spot.name}")
    )
    return Problem(rng.choice(PROBLEMS), where, area)


def _tell(rng: random.Random, problem: Problem) -> str:
    details = ", ".join(rng.sample(DETAILS, rng.choice((1, 2, 2, 3)))).format(n=rng.randint(2, 9))
    said = f"{rng.choice(OPENERS)}{problem.what} {problem.where}, {details}. {rng.choice(CLOSINGS)}".strip()
    return said.lower() if rng.random() < 0.3 else said[0].upper() + said[1:]  # noqa: PLR2004


def _point(rng: random.Random, area: Area) -> dict[str, object]:
    return {
        "lat": round(area.lat + rng.uniform(-0.003, 0.003), 6),
        "lon": round(area.lon + rng.uniform(-0.003, 0.003), 6),
    }
