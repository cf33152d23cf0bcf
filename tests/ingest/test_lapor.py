import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import NOW, make_item
from served import Site, serve

from dengar.errors import (
    AuthExpired,
    BadRequest,
    BadSettings,
    BudgetSpent,
    Forbidden,
    Poison,
    RateLimited,
    SourceChanged,
)
from dengar.ingest import lapor
from dengar.ingest.gateways.door import FORM
from dengar.ingest.protocol import Batch, Budget, Window
from dengar.ingest.sp4n.words import read_form
from dengar.models import Draft, Item, Point, Request
from dengar.wiring import make_source

SECRET = "rahasia-gerbang-1708"


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as served:
        yield served


def settings(**section: object) -> lapor.Settings:
    made: lapor.Settings = make_source("sp4n", {"collector": "lapor"} | section).settings
    return made


def read(made: lapor.Settings, cursor: lapor.Cursor | None = None, **more: object) -> list[Batch]:
    given_ = {"window": None, "budget": Budget(), "clock": lambda: NOW} | more
    return list(lapor.pull(made, cursor or lapor.Cursor(), **given_))  # type: ignore[arg-type]


def items_of(batches: Sequence[Batch]) -> list[Item]:
    return [item for batch in batches for item in batch.items]


# exports

HEAD = "Tracking ID;Judul Laporan;Isi Laporan;Kategori;Lokasi;Tanggal Laporan;Status;Instansi"
ROW = '7710431;Lampu merah mati;"Lampu mati di simpang; macet";Lalu lintas;Kedoya Utara;20/11/2026 08:45;Proses;DKI'


def export(tmp_path: Path, *rows: str, head: str = HEAD, encoding: str = "utf-8") -> lapor.Settings:
    (tmp_path / "sp4n.csv").write_bytes("\r\n".join([head, *rows, ""]).encode(encoding))
    return settings(form="csv", path=str(tmp_path))


def draft(made: lapor.Settings) -> Draft:
    (item,) = items_of(read(made))
    return lapor.parse(item)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_an_export_is_read_by_lapors_own_columns(tmp_path: Path, encoding: str) -> None:
    made = export(tmp_path, ROW.replace("macet", "macét"), encoding=encoding)
    (item,) = items_of(read(made))
    assert (item.id, item.kind) == ("lapor:sp4n:7710431", "upsert")
    assert lapor.parse(item) == Draft(
        text="Lampu merah mati\nLampu mati di simpang; macét",
        author="",
        created_at=datetime(2026, 11, 20, 1, 45, tzinfo=UTC),
        place_hint="Kedoya Utara",
        category_hint="Lalu lintas",
    )


def test_other_names_of_the_columns_and_commas_are_read(tmp_path: Path) -> None:
    head = "No. Tiket,Judul,Isi Aduan,Lokasi Kejadian,Kelurahan,Kecamatan,Tgl. Laporan,Status,Nama Pelapor,Lat,Long"
    row = '"#17",Got,"Got mampet, bau",Jl. Swadaya,Manggarai,Tebet,2026-11-20 08:45:00,Proses,Rini,"-6,21","106,85"'
    (item,) = items_of(read(export(tmp_path, row, head=head)))
    found = lapor.parse(item)
    assert (item.native_id, found.author, found.place_hint) == ("17", "Rini", "Jl. Swadaya, Manggarai, Tebet")
    assert (found.text, found.geotag) == ("Got\nGot mampet, bau", Point(lat=-6.21, lon=106.85))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("46346,364583", datetime(2026, 11, 20, 1, 45, tzinfo=UTC)),
        ("46346", datetime(2026, 11, 19, 17, 0, tzinfo=UTC)),
        ("20-11-2026 08.45", datetime(2026, 11, 20, 1, 45, tzinfo=UTC)),
        ("Jumat, 20 November 2026 08:45 WIB", datetime(2026, 11, 20, 1, 45, tzinfo=UTC)),
    ],
)
def test_dates_are_read_as_people_and_spreadsheets_write_them(tmp_path: Path, written: str, meant: datetime) -> None:
    assert draft(export(tmp_path, ROW.replace("20/11/2026 08:45", written))).created_at == meant


@pytest.mark.parametrize("name", ["Anonim", "RAHASIA", "-", "***"])
def test_who_does_not_want_to_be_named_is_nobody(tmp_path: Path, name: str) -> None:
    assert draft(export(tmp_path, f"{ROW};{name}", head=f"{HEAD};Pelapor")).author == ""


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("Selesai", "ended"),
        ("SELESAI (otomatis)", "ended"),
        ("Ditutup", "ended"),
        ("Belum Selesai", "upsert"),
        ("", "upsert"),
    ],
)
def test_a_finished_report_is_over(tmp_path: Path, status: str, kind: str) -> None:
    (item,) = items_of(read(export(tmp_path, ROW.replace("Proses", status))))
    assert item.kind == kind


def test_a_changed_row_is_the_same_report_with_other_contents(tmp_path: Path) -> None:
    (before,) = items_of(read(export(tmp_path, ROW)))
    (after,) = items_of(read(export(tmp_path, ROW.replace("macet", "macet total"))))
    assert before.id == after.id
    assert before.content_hash != after.content_hash


def test_rows_without_an_id_and_ids_that_a_spreadsheet_spoilt_are_put_aside(tmp_path: Path) -> None:
    spoilt, nameless = ROW.replace("7710431", "7,71E+06"), ROW.replace("7710431", "")
    (batch,) = read(export(tmp_path, spoilt, nameless, ROW, "kurang;kolom"))
    assert [item.native_id for item in batch.items] == ["7710431"]
    reasons = [one.reason for one in batch.poison]
    assert ["rounded by a spreadsheet" in reasons[0], "no tracking id" in reasons[1]] == [True, True]
    assert len(reasons) == 3


def test_exports_go_on_where_they_were_left_and_only_csv_is_read(tmp_path: Path) -> None:
    rows = [ROW.replace("7710431", str(n)) for n in range(lapor.BATCH_ROWS + 5)]
    made = export(tmp_path, *rows)
    (tmp_path / "catatan.jsonl").write_text('{"text": "bukan laporan"}\n')
    first, second = read(made)
    assert (len(first.items), len(second.items)) == (lapor.BATCH_ROWS, 5)
    assert isinstance(first.cursor, lapor.Cursor)
    assert isinstance(second.cursor, lapor.Cursor)
    assert items_of(read(made, first.cursor)) == list(second.items)
    assert read(made, second.cursor) == []
    (only,) = read(made, budget=Budget(posts=lapor.BATCH_ROWS))
    assert only == first


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    missing = settings(form="csv", path=str(tmp_path / "tidak-ada"))
    with pytest.raises(Forbidden):
        read(missing)
    assert "does not exist" in lapor.check(missing)[0]
    assert lapor.check(export(tmp_path, ROW)) == []


# the list


def row(number: int, days: float = 0, **more: object) -> dict[str, object]:
    at = (NOW - timedelta(days=days)).isoformat()
    told = {"tracking_id": number, "judul_laporan": "Got", "isi_laporan": f"Got mampet {number}", "tanggal_laporan": at}
    return told | {"status": "Proses"} | more


def listed(site: Site, *pages: Sequence[object]) -> lapor.Settings:
    for page, rows in enumerate([*pages, []], start=1):
        site.pages[f"/laporan?kota=jkt&page={page}&per_page=2"] = (200, {}, json.dumps({"data": rows}).encode())
    return settings(form="http", url=f"{site.address}/laporan?kota=jkt", token="token-sp4n", page_size=2, days=30)


def numbers(batches: Sequence[Batch]) -> list[str]:
    return [item.native_id for item in items_of(batches)]


def test_the_list_is_read_until_a_page_is_older_than_the_days(site: Site) -> None:
    made = listed(site, [row(6), row(5)], [row(4, 10), row(3, 31)], [row(2, 32), row(1, 33)], [row(0, 34)])
    batches = read(made)
    assert numbers(batches) == ["6", "5", "4", "3", "2", "1"]
    assert [batch.more for batch in batches] == [True, True, False]
    assert batches[-1].cursor == lapor.Cursor(swept_at=NOW)
    assert site.asked[0][1]["authorization"] == "Bearer token-sp4n"
    (item, *_) = batches[0].items
    assert json.loads(item.payload) == row(6)


def test_a_sweep_goes_on_where_it_was_left_whatever_came_in_meanwhile(site: Site) -> None:
    made = listed(site, [row(4), row(3)], [row(2), row(1)])
    first = read(made)[0]
    assert isinstance(first.cursor, lapor.Cursor)
    made = listed(site, [row(6), row(5)], [row(4), row(3)], [row(2), row(1)])
    assert numbers(read(made, first.cursor)) == ["4", "3", "2", "1"]
    assert numbers(read(made)) == ["6", "5", "4", "3", "2", "1"]


def test_a_page_that_does_not_end_is_noticed(site: Site) -> None:
    made = listed(site, [row(2), row(1)], [row(2), row(1)])
    with pytest.raises(SourceChanged, match="does not know `page`"):
        read(made)


def test_a_list_without_a_wrapper_and_one_of_another_shape(site: Site) -> None:
    made = listed(site, [])
    site.pages["/laporan?kota=jkt&page=1&per_page=2"] = (200, {}, json.dumps([row(1)]).encode())
    assert numbers(read(made)) == ["1"]
    site.pages["/laporan?kota=jkt&page=1&per_page=2"] = (200, {}, b'{"items": []}')
    with pytest.raises(SourceChanged):
        read(made)


def test_a_window_is_read_to_its_beginning_and_leaves_no_gap(site: Site) -> None:
    made = listed(site, [row(4), row(3, 50)], [row(2, 70), row(1, 80)], [row(0, 90)])
    window = Window(since=NOW - timedelta(days=60), until=NOW)
    batches = read(made, lapor.Cursor(swept_at=NOW - timedelta(days=300)), window=window)
    assert numbers(batches) == ["4", "3", "2", "1"]
    assert [gap for batch in batches for gap in batch.gaps] == []


def test_a_list_that_was_not_read_for_long_leaves_a_gap(site: Site) -> None:
    made = listed(site, [row(1)])
    since = NOW - timedelta(days=40)
    (gap,) = [gap for batch in read(made, lapor.Cursor(swept_at=since)) for gap in batch.gaps]
    assert (gap.since, gap.until) == (since, NOW - timedelta(days=30))
    assert [batch.gaps for batch in read(made, lapor.Cursor(swept_at=NOW - timedelta(days=29)))] == [(), ()]


def test_a_budget_smaller_than_a_page_asks_for_none(site: Site) -> None:
    made = listed(site, [row(2), row(1)])
    with pytest.raises(BudgetSpent):
        read(made, budget=Budget(posts=1))
    assert site.asked == []


def test_the_list_says_what_ails_it(site: Site) -> None:
    made = listed(site)
    assert lapor.check(made) == []
    for status, kind in ((401, AuthExpired), (403, Forbidden), (429, RateLimited)):
        site.pages["/laporan?kota=jkt&page=1&per_page=2"] = (status, {}, b"{}")
        with pytest.raises(kind) as refused:
            lapor.check(made)
        assert "token-sp4n" not in str(refused.value)


# SMS of 1708


@pytest.mark.parametrize(
    ("sms", "text", "place"),
    [
        ("KELUHAN#Siti#Jl. Tebet Raya#Lampu jalan mati #gelap", "Lampu jalan mati #gelap", "Jl. Tebet Raya"),
        ("keluhan # Siti # Tebet # Lampu mati", "Lampu mati", "Tebet"),
        ("LAPOR#Tebet Timur#Lampu mati", "Lampu mati", "Tebet Timur"),
        ("ADUAN#Lampu mati", "Lampu mati", ""),
        ("KELUHAN#Siti#Tebet#", "Tebet", "Siti"),
        ("KELUHAN###", "KELUHAN###", ""),
        ("LAPOR lampu mati di Tebet", "lampu mati di Tebet", ""),
        ("Lapor! lampu mati", "lampu mati", ""),
        ("Keluhan: lampu mati", "lampu mati", ""),
        ("JKT KEL MENTENG lampu mati", "KEL MENTENG lampu mati", ""),
        ("LAPOR JKT kec tebet lampu mati", "kec tebet lampu mati", ""),
        ("Jakarta Timur banjir", "Jakarta Timur banjir", ""),
        ("Laporan saya belum dijawab", "Laporan saya belum dijawab", ""),
        ("Banjir #Tebet #Jakarta", "Banjir #Tebet #Jakarta", ""),
        ("LAPOR", "LAPOR", ""),
    ],
)
def test_the_forms_of_1708_are_read_tolerantly(sms: str, text: str, place: str) -> None:
    filled = read_form(sms)
    assert (filled.text, filled.place) == (text, place)


def delivery(text: str, secret: str = SECRET) -> Request:
    query = f"secret={secret}&from=%2B6281211&to=1708&text={text}&id=17&timestamp=1795140000"
    return Request(method="GET", headers={}, body=b"", query=query)


def test_an_sms_of_1708_becomes_a_report_without_its_senders_name() -> None:
    made = settings(form="sms", secret=SECRET)
    batch = lapor.accept(made, delivery("KELUHAN%23Siti%23Tebet%23Lampu+mati"), NOW)
    (item,) = batch.items
    assert (batch.answer, item.id, item.collector) == ("", "lapor:sp4n:17", "lapor")
    assert lapor.parse(item) == Draft(
        text="Lampu mati",
        author="+6281211",
        created_at=datetime(2026, 11, 20, 2, tzinfo=UTC),
        place_hint="Tebet",
    )
    assert read(made) == []
    assert lapor.check(made) == []
    assert "shorter" in lapor.check(settings(form="sms", secret="pendek"))[0]


def test_a_stranger_is_refused_and_so_is_a_delivery_to_another_form(tmp_path: Path) -> None:
    with pytest.raises(BadRequest) as refused:
        lapor.accept(settings(form="sms", secret=SECRET), delivery("a", "lain"), NOW)
    assert refused.value.status == 401
    with pytest.raises(BadRequest) as refused:
        lapor.accept(settings(form="sms", secret=SECRET, allowed=["10.0.0.0/8"]), delivery("a"), NOW)
    assert refused.value.status == 403
    with pytest.raises(BadRequest) as refused:
        lapor.accept(export(tmp_path, ROW), delivery("a"), NOW)
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("section", "missing"),
    [
        ({"form": "csv"}, "path"),
        ({"form": "http"}, "url, token"),
        ({"form": "sms"}, "secret"),
        ({}, "form"),
        ({"form": "fax"}, "form"),
    ],
)
def test_a_setting_that_the_form_needs_is_missed_by_its_name(section: dict[str, object], missing: str) -> None:
    with pytest.raises(BadSettings, match=missing):
        settings(**section)
    assert lapor.describe().sees_edits


NAMES = st.sampled_from(["Tracking ID", "isi_laporan", "Tanggal Laporan", "status", "lat", "long", "lokasi", "pelapor"])
VALUES = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20) | st.lists(st.integers())


@given(st.dictionaries(NAMES, VALUES) | VALUES | st.lists(VALUES))
def test_any_row_is_a_draft_or_poison(said: object) -> None:
    with suppress(Poison):
        assert lapor.parse(make_item(payload=json.dumps(said).encode())).text.encode()


@given(st.binary(max_size=200), st.sampled_from(["text/csv", "application/json", FORM]))
def test_any_bytes_are_a_draft_or_poison(payload: bytes, media_type: str) -> None:
    with suppress(Poison):
        assert lapor.parse(make_item(payload=payload, media_type=media_type)).text.encode()


@given(st.text(max_size=120))
def test_any_sms_keeps_its_words(text: str) -> None:
    filled = read_form(text)
    assert filled.text in text
    assert filled.text or not text.strip()
