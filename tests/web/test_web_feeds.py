# ruff: noqa: F401, F811  pytest hands the imported fixture `site` in by its name
import csv
import io
import json
from datetime import timedelta

import feedparser
import httpx2
from pyarrow import parquet
from web_city import AUTHOR, UNITS, save_report
from web_site import Running, site

from dengar.models import Event, Photo, Report
from dengar.store import Store

FILES = (
    "/umpan/laporan.atom",
    "/umpan/laporan.rss",
    "/api/laporan.csv",
    "/api/laporan.geojson",
    "/api/laporan.parquet",
)
PIXEL = Photo(data=b"\xff\xd8\xff\xe0 pixel", media_type="image/jpeg")


def change(store: Store, report: Report, **fields: object) -> Report:
    """Write a report anew, as if an event had changed it."""
    stored = store.reports.find_all([report.number])[0]
    grown = stored.replace(version=stored.version + 1, updated_at=stored.updated_at + timedelta(minutes=30), **fields)
    event = Event(report=stored.number, seq=stored.version, kind="note", at=grown.updated_at, actor="petugas")
    store.grow_report(grown, [event])
    return grown


def numbers_in(answer: httpx2.Response) -> list[str]:
    """Read the numbers of the reports out of any format."""
    kind = answer.headers["content-type"].partition(";")[0]
    if kind == "text/csv":
        rows = csv.DictReader(io.StringIO(answer.text.partition("\r\n")[2], newline=""))
        return sorted(row["number"] for row in rows)
    if kind == "application/geo+json":
        return sorted(one["properties"]["number"] for one in answer.json()["features"])
    if kind == "application/vnd.apache.parquet":
        return sorted(parquet.read_table(io.BytesIO(answer.content))["number"].to_pylist())
    if kind == "application/json":
        return sorted(one["number"] for one in answer.json()["laporan"])
    return sorted(entry.link.rpartition("/")[2] for entry in feedparser.parse(answer.content).entries)


def test_every_feed_gives_what_the_filter_asks_for_and_nothing_hidden(store: Store, site: Running) -> None:
    store.units.save(UNITS)
    save_report(store, "DKI-2611-000001")
    save_report(store, "DKI-2611-000002", category="sampah", unit=None)
    change(store, save_report(store, "DKI-2611-000003", title="rahasia"), is_hidden=True)
    change(store, save_report(store, "DKI-2611-000004"), state="duplikat", duplicate_of="DKI-2611-000001")
    for path in (*FILES, "/api/laporan"):
        whole = site.get(path)
        assert numbers_in(whole) == ["DKI-2611-000001", "DKI-2611-000002"], path
        assert numbers_in(site.get(f"{path}?category=banjir&unit=sda&kel=31.74&state=open")) == ["DKI-2611-000001"]
        assert numbers_in(site.get(f"{path}?state=duplikat")) == []
        assert site.get(f"{path}?category=nope").status_code == 400, path
        assert site.get(f"{path}?kategori=banjir").status_code == 400, path
        for secret in (b"rahasia", AUTHOR.encode(), b"6.22812345", b"akun_rahasia", b"petugas-7"):
            assert secret not in whole.content


def test_a_refusal_names_what_is_wrong(site: Running) -> None:
    told = site.get("/api/laporan?category=nope").json()
    assert told == {"status": 400, "error": "category: 'nope' is unknown. Known are banjir, sampah, jalan_rusak."}
    assert site.get("/umpan/laporan.atom?category=nope").json() == told  # programs read feeds, and no pages


def test_pages_go_on_by_cursor_through_every_report_once(store: Store, site: Running) -> None:
    for n in range(7):
        save_report(store, f"DKI-2611-{n:06d}", ago=timedelta(minutes=n // 3))
    for order in ("baru", "berubah"):
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            answer = site.get(f"/api/laporan?limit=2&urut={order}&setelah={cursor}").json()
            seen += [one["number"] for one in answer["laporan"]]
            cursor = answer["berikutnya"]
        assert [one[-1] for one in seen] == ["2", "1", "0", "5", "4", "3", "6"]
    other = site.get("/api/laporan?limit=2&urut=berubah").json()["berikutnya"]
    for wrong in (other, "x", "%F0%9F%92%A9"):
        assert "setelah" in site.get(f"/api/laporan?setelah={wrong}").json()["error"]


def test_a_feed_that_did_not_change_is_not_sent_again(store: Store, site: Running) -> None:
    report = save_report(store)
    with site.client() as client:
        first = {path: client.get(path).headers for path in FILES[:2]}
        for path, headers in first.items():
            same = f'"x", {headers["etag"]}'
            assert client.get(path, headers={"if-none-match": same}).status_code == 304
            assert client.get(path, headers={"if-modified-since": headers["last-modified"]}).status_code == 304
            assert client.get(path, headers={"if-modified-since": "yesterday"}).status_code == 200
        change(store, report, is_hidden=True)
        for path, headers in first.items():
            known = {"if-none-match": headers["etag"], "if-modified-since": headers["last-modified"]}
            again = client.get(path, headers=known)
            assert feedparser.parse(again.content).entries == []
            del known["if-none-match"]
            assert again.status_code == client.get(path, headers=known).status_code == 200


def test_links_lead_to_where_the_site_is_whatever_host_is_claimed(store: Store, site: Running) -> None:
    save_report(store)
    with site.client(host="evil.example") as client:
        for path in FILES[:3]:
            text = client.get(path).text
            assert "evil.example" not in text
            assert f"{site.address}/laporan/DKI-2611-000100" in text


def test_spreadsheets_get_their_marks_and_separators(store: Store, site: Running) -> None:
    save_report(store, title="=1+1; satu, dua")
    answer = site.get("/api/laporan.csv?bom=1&pemisah=titikkoma")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert ';"\'=1+1; satu, dua";banjir;Banjir;' in answer.text
    assert site.get("/api/laporan.csv?pemisah=%7C").status_code == 400


def test_a_hidden_report_is_being_checked_and_its_photos_are_not_shown(store: Store, site: Running) -> None:
    report = save_report(store, title="rahasia", texts=("rahasia sekali",), photos=(("a1b2c3d4e5", PIXEL),))
    assert site.get("/foto/a1b2c3d4e5").status_code == 200
    change(store, report, is_hidden=True)
    page = site.get(f"/laporan/{report.number}")
    assert page.status_code == 404
    assert "Sedang diperiksa petugas" in page.text
    answer = site.get(f"/api/laporan/{report.number}")
    assert (answer.status_code, "sedang diperiksa" in answer.text) == (404, True)
    assert site.get("/foto/a1b2c3d4e5").status_code == 404
    for told in (page.text, answer.text, site.get("/").text, site.get("/api/laporan").text):
        assert "rahasia" not in told


def test_a_duplicate_leads_to_the_report_that_goes_on(store: Store, site: Running) -> None:
    last = save_report(store, "DKI-2611-000001", title="Yang lanjut")
    for number, into in (("DKI-2611-000002", "DKI-2611-000003"), ("DKI-2611-000003", last.number)):
        change(store, save_report(store, number), state="duplikat", duplicate_of=into)
    page = site.get("/laporan/DKI-2611-000002")
    assert "Yang lanjut" in page.text
    assert "bergabung dengan laporan DKI-2611-000001" in page.text
    assert site.get("/api/laporan/DKI-2611-000002").json()["number"] == last.number
    assert site.get("/").text.count('<li class="card') == 1
    change(store, last, state="duplikat", duplicate_of="DKI-2611-000002")  # a ring, which must end somewhere
    assert site.get("/laporan/DKI-2611-000002").status_code == 200


def test_changes_come_behind_a_cursor_with_what_is_gone(store: Store, site: Running) -> None:
    reports = [save_report(store, f"DKI-2611-{n:06d}", category="banjir") for n in range(5)]
    first = site.get("/api/perubahan?category=banjir").json()
    assert [one["laporan"]["number"][-1] for one in first["perubahan"]] == ["0", "1", "2", "3", "4"]
    change(store, reports[0], is_hidden=True)
    change(store, reports[1], state="duplikat", duplicate_of=reports[4].number)
    change(store, reports[2], category="sampah")
    change(store, reports[3], voices=0)
    change(store, reports[4], state="proses")
    told = site.get(f"/api/perubahan?category=banjir&setelah={first['berikutnya']}").json()
    assert [one.get("hilang") for one in told["perubahan"]] == [
        {"number": reports[0].number, "why": "ditahan"},
        {"number": reports[1].number, "why": "duplikat", "into": reports[4].number},
        {"number": reports[2].number, "why": "saringan"},
        {"number": reports[3].number, "why": "dihapus"},
        None,
    ]
    assert told["perubahan"][4]["laporan"]["state"] == "proses"
    assert told["habis"]
    assert AUTHOR not in json.dumps(told)
    assert site.get("/api/perubahan?setelah=x").status_code == 400
    for count in ("0", "1001", "x", "%C2%B2"):
        assert "jumlah" in site.get(f"/api/perubahan?jumlah={count}").json()["error"]
