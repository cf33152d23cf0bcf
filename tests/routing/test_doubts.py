from itertools import count

import pytest
from made import NOW, make_labels, make_post

from dengar.mask import mask
from dengar.routing.doubts import find_doubts, find_hazards
from dengar.routing.grouping import OpenReports
from dengar.routing.joining import Joiner
from dengar.routing.recategorising import recategorise
from dengar.routing.rules import Router
from dengar.routing.states import fold_all


def hazards(text: str, *flags: str) -> list[str]:
    return [one.kind for one in find_hazards(make_post(text=mask(text), flags=flags))]


@pytest.mark.parametrize("text", [
    "Tawuran di Manggarai, bawa celurit",
    "ada orang bawa SAJAM keliling kampung",
    "dua orang nodong, ditodongin pistol",
    "Diduga bom di halte",
    "tetangga mau bunuh   diri di jpo",
    "kakak saya bilang capek hidup, pengen mati aja",
    "orang itu hendak loncat dari flyover",
    "Anak hilang sejak sore, umur 6 tahun, baju merah",
    "anak tetangga tiap malam dipukuli bapaknya",
    "Bayi dibuang di kali",
    "bayi baru lahir dibuang di got",
    "waspada penculikan di depan SD",
    "tetangga mukulin istrinya tiap malem",
    "korban kdrt minta tolong",
    "dia mengancam akan membunuh saya kalau lapor",
    "temen gw dibacok di fly over",
])  # fmt: skip
def test_danger_to_people_is_seen(text: str) -> None:
    assert hazards(text) == ["safety"]


@pytest.mark.parametrize("text", [
    "Saluran mampet di Tegal Parang",
    "batang pohon melintang, gak ada yang bawa golok buat motong",
    "rawan, tapi tidak ada senjata tajam",
    "Ini bukan KDRT, cuma ribut karena parkir",
    "Nyeberang di sini sama saja bunuh diri, tolong zebra cross",
    "bocah hilang ingatan nyasar di depan rumah",
    "Nama anak saya hilang dari daftar KJP",
    "sepeda anak hilang dari teras",
    "popok bayi dibuang ke selokan",
    "Anak kucing dipukul sampai pincang",
    "mohon fogging, bunuh nyamuk DBD",
    "ban mobil tertusuk paku di jalan rusak",
    "sajamannya kurang jelas",
    "Jalan berlubang di depan sekolah, anak-anak jatuh",
])  # fmt: skip
def test_what_only_sounds_dangerous_is_left_alone(text: str) -> None:
    assert hazards(text) == []


@pytest.mark.parametrize(("text", "kinds"), [
    ("SITUS SLOT gacor maxwin hari ini, bonus new member 100%", ["spam"]),
    ("Jasa pindahan, promo spesial, order via wa, bergaransi", ["spam"]),
    ("https://a.id https://b.id https://c.id", ["spam"]),
    ("Warung depan gang jadi tempat main slot gacor, tolong ditertibkan", []),
    ("Parkir liar di depan toko yang lagi promo", []),
    ("Banjir lagi, foto: https://a.id/1.jpg https://a.id/2.jpg", []),
])  # fmt: skip
def test_promotion_is_seen_by_several_signs(text: str, kinds: list[str]) -> None:
    assert hazards(text) == kinds


def test_a_channel_may_say_itself_that_it_is_spam() -> None:
    assert hazards("Halo", "spam") == ["spam"]


@pytest.mark.parametrize(("text", "kinds"), [
    ("NIK saya 3174021501900001 tidak terbaca", ["personal_data"]),
    ("transfer pungli ke BCA 1234567890", ["personal_data"]),
    ("viralkan orang ini, alamat rumah pelaku di gang 3", ["personal_data"]),
    ("Pak Suryadi blok C itu maling motor warga", ["personal_data"]),
    ("saudara Bambang menipu warga dengan arisan", ["personal_data"]),
    ("Pak RT, ada maling di gang 3", []),
    ("Pak Lurah diam saja soal pungli", []),
    ("maling masuk rumah Pak Yusuf tadi malam", []),
    ("kepada Pak Anies, tolong tangkap begal", []),
    ("identitas pelaku belum diketahui", []),
    ("hubungi saya 0812-3456-7890", []),
])  # fmt: skip
def test_somebodys_data_is_seen(text: str, kinds: list[str]) -> None:
    assert hazards(text) == kinds


def test_one_message_may_have_several_doubts_one_of_a_kind() -> None:
    post = make_post(text="Ada yang bawa celurit dan pistol, NIK pelaku [NIK]", place=None)
    assert [one.kind for one in find_doubts(post, None)] == ["category", "place", "personal_data", "safety"]


def make_joiner() -> Joiner:
    numbers = count(1)
    return Joiner(
        Router(rules=(), units={}), OpenReports([]), lambda _: f"DKI-{next(numbers)}", known={}, referenced={}
    )  # fmt: skip


def test_every_doubt_is_an_event_and_what_may_hurt_is_hidden() -> None:
    joiner = make_joiner()
    joiner.join(make_post(text="Ada yang bawa celurit, NIK pelaku [NIK]"), "kriminal")
    (report,) = joiner.touched.values()
    told = [(event.doubt, event.reason) for event in joiner.events if event.kind == "review"]
    assert told == [
        ("unit", "Tidak ada aturan untuk kategori ini."),
        ("personal_data", "Memuat nomor identitas atau rekening."),
        ("safety", "Mungkin ada senjata."),
    ]
    assert report.is_hidden
    assert report == fold_all(joiner.events)


def test_another_category_raises_no_danger_that_a_person_has_settled() -> None:
    joiner = make_joiner()
    post = joiner.join(make_post(text="Ada yang bawa celurit"), "kriminal")
    (report,) = joiner.touched.values()
    judged = post.replace(labels=make_labels("banjir"))
    _, events = recategorise(joiner.events, report, judged, "banjir", router=Router(rules=(), units={}), at=NOW)
    assert [event.doubt for event in events if event.kind == "review"] == ["unit"]
