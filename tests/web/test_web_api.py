# ruff: noqa: F401, F811  pytest hands the imported fixture `site` in by its name
from web_city import AUTHOR, save_post, save_report, save_waiting
from web_site import Running, site

from dengar.store import Store


def test_a_report_sent_as_json_is_taken_and_its_repetition_is_known(site: Running) -> None:
    with site.client() as client:
        answers = [client.post("/api/lapor", json={"text": "Banjir", "kunci": "k" * 9}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    told = {"nomor": "DKI-2611-000001", "url": "/laporan/DKI-2611-000001"}
    assert [answer.json() for answer in answers] == [told | {"baru": True}, told | {"baru": False}]
    assert site.form.requests[0].headers["content-type"] == "application/json"


def test_the_newest_reports_are_listed_by_kelurahan_and_category(store: Store, site: Running) -> None:
    save_report(store, "DKI-2611-000001")
    save_report(store, "DKI-2611-000002", category="sampah", place=None)
    assert len(site.get("/api/laporan").json()["laporan"]) == 2
    assert len(site.get("/api/laporan?limit=1").json()["laporan"]) == 1
    (found,) = site.get("/api/laporan?kel=31.74.01.1002&category=banjir").json()["laporan"]
    assert found["number"] == "DKI-2611-000001"
    assert found["category_name"] == "Banjir"
    assert (found["place"]["lat"], found["place"]["lon"]) == (-6.2281, 106.8551)


def test_a_wrong_limit_is_explained(site: Running) -> None:
    answer = site.get("/api/laporan?limit=100000")
    assert answer.status_code == 422
    assert "query.limit" in answer.json()["error"]


def test_one_report_comes_with_history_and_messages(store: Store, site: Running) -> None:
    save_report(store, texts=("Banjir!", "banjir bos"), state="selesai")
    case = site.get("/api/laporan/dki-2611-000100").json()
    assert [step["kind"] for step in case["history"]] == ["received", "routed", "voice", "note", "state"]
    assert [message["text"] for message in case["messages"]] == ["Banjir!", "banjir bos"]


def test_what_is_no_report_is_not_found_and_says_how_far_it_is(store: Store, site: Running) -> None:
    save_waiting(store, "DKI-2611-000777")
    assert site.get("/api/laporan/DKI-0000-000000").json()["error"] == "No report has this number."
    waiting = site.get("/api/laporan/DKI-2611-000777")
    assert waiting.status_code == 404
    assert "received" in waiting.json()["error"]


def test_no_page_and_no_answer_tells_who_wrote(store: Store, site: Running) -> None:
    save_report(store, texts=("Banjir!", "banjir bos"), review=("Lokasi belum pasti.",), state="proses")
    save_post(store, "DKI-2611-000778", "Halo", report=None, is_complaint=False)
    for path in (
        "/",
        "/laporan/DKI-2611-000100",
        "/laporan/DKI-2611-000778",
        "/api/laporan",
        "/api/laporan/DKI-2611-000100",
    ):
        text = site.get(path).text
        for secret in (AUTHOR, "akun_rahasia", "petugas-7", "catatan dalam", "DKI-2611-000100-1", "6.22812345"):
            assert secret not in text, (path, secret)


def test_the_api_describes_itself(site: Running) -> None:
    description = site.get("/api/openapi.json").json()
    files = {f"/api/laporan.{form}" for form in ("csv", "geojson", "parquet")}
    feeds = {"/umpan/laporan.atom", "/umpan/laporan.rss", "/api/perubahan", "/api/aliran", *files}
    assert set(description["paths"]) >= {"/api/lapor", "/api/laporan", "/api/laporan/{number}", *feeds}
    assert "multipart/form-data" in description["paths"]["/api/lapor"]["post"]["requestBody"]["content"]
    assert site.get("/docs").status_code == 404
