# ruff: noqa: F401, F811  pytest hands the imported fixtures in by their names
import re

from web_site import Running, SignedPush, lone_store
from web_site import lone_site as site

from dengar.errors import BadRequest, StoreUnavailable

MEGABYTE = 1_000_000


def test_a_sent_form_reaches_the_push_untouched_and_leads_to_its_number(site: Running) -> None:
    with site.client() as client:
        answer = client.post("/lapor", data={"text": "Banjir", "lokasi": "Tebet"}, headers={"X-Own": "Yes"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/laporan/DKI-2611-000001?baru=1"
    (message,) = site.form.requests
    assert message.body == b"text=Banjir&lokasi=Tebet"
    assert message.headers["content-type"] == "application/x-www-form-urlencoded"
    assert message.headers["x-own"] == "Yes"
    assert message.remote == "127.0.0.1"


def test_a_form_with_a_photo_is_passed_on_byte_for_byte(site: Running) -> None:
    photo = bytes(range(256)) * 4000
    with site.client() as client:
        answer = client.post("/lapor", data={"text": "Lubang"}, files={"foto": ("a.jpg", photo, "image/jpeg")})
    assert answer.status_code == 303
    assert photo in site.form.requests[0].body
    assert site.form.requests[0].headers["content-type"].startswith("multipart/form-data; boundary=")


def test_sending_twice_gives_the_same_number(site: Running) -> None:
    with site.client() as client:
        answers = [client.post("/lapor", data={"text": "Banjir", "kunci": "k" * 16}) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]


def test_every_form_has_a_key_of_its_own(site: Running) -> None:
    keys = {re.findall(r'name="kunci" value="([^"]{16,})"', site.get("/lapor").text)[0] for _ in range(3)}
    assert len(keys) == 3


def test_a_refused_form_shows_why_and_keeps_what_was_typed(site: Running) -> None:
    site.form.problem = BadRequest("Tulis dulu apa masalahnya, sedikitnya beberapa kata.")
    typed = {"text": 'a "<b>', "lokasi": "Gang Mawar", "nama": "Wahyu", "kategori": "sampah"}
    with site.client() as client:
        for files in (None, {"foto": ("a.jpg", b"\xff", "image/jpeg")}):
            page = client.post("/lapor", data=typed, files=files)
            assert page.status_code == 400
            assert "Tulis dulu apa masalahnya" in page.text
            assert "a &#34;&lt;b&gt;</textarea>" in page.text
            assert 'value="Gang Mawar"' in page.text
            assert 'value="Wahyu"' in page.text
            assert '<option value="sampah" selected>' in page.text


def test_a_refusal_is_told_in_the_readers_language(site: Running) -> None:
    site.form.problem = BadRequest("Tulis dulu apa masalahnya, sedikitnya beberapa kata.")
    with site.client("en") as client:
        assert "Please write what the problem is" in client.post("/lapor", data={"text": ""}).text


def test_a_refused_body_that_cannot_be_read_is_still_a_page(site: Running) -> None:
    site.form.problem = BadRequest("Formulir tidak terbaca.")
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "text/plain", "nonsense"):
        with site.client() as client:
            page = client.post("/lapor", content=b"\x00\xff--x\r\n", headers={"content-type": kind})
        assert page.status_code == 400
        assert "Formulir tidak terbaca." in page.text


def test_a_body_over_twelve_megabytes_is_refused_with_a_page(site: Running) -> None:
    with site.client() as client:
        assert client.post("/lapor", content=b"x" * 12 * MEGABYTE).status_code == 303
        page = client.post("/lapor", content=b"x" * (12 * MEGABYTE + 1))
        assert page.status_code == 413
        assert "Perkecil foto" in page.text


def test_the_limit_holds_for_a_body_whose_length_is_not_told(site: Running) -> None:
    with site.client() as client:
        answer = client.post("/api/lapor", content=(b"x" * MEGABYTE for _ in range(13)))
    assert answer.status_code == 413
    assert answer.json()["status"] == 413
    assert not site.form.requests


def test_the_eleventh_report_in_a_minute_has_to_wait(site: Running) -> None:
    with site.client() as client:
        codes = [client.post("/lapor", data={"text": f"Banjir {n}"}).status_code for n in range(11)]
        page = client.post("/lapor", data={"text": "lagi"})
        data = client.post("/api/lapor", json={"text": "lagi"})
    assert codes == [303] * 10 + [429]
    assert 1 <= int(page.headers["retry-after"]) <= 60
    assert "Tunggu satu menit" in page.text
    assert data.json()["status"] == 429
    assert len(site.form.requests) == 10


def test_a_store_that_is_away_is_a_503_to_be_tried_again(site: Running) -> None:
    site.form.problem = StoreUnavailable("No MongoDB answers.")
    with site.client() as client:
        page = client.post("/lapor", data={"text": "Banjir"})
    assert page.status_code == 503
    assert int(page.headers["retry-after"]) > 0
    assert "Belum siap" in page.text


def test_a_crash_is_a_page_without_details(site: Running) -> None:
    site.form.problem = RuntimeError("secret detail")
    with site.client() as client:
        page = client.post("/lapor", data={"text": "Banjir"})
    assert page.status_code == 500
    assert "secret" not in page.text
    assert "Ada kesalahan di pihak kami" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_a_signed_webhook_gets_its_receipt_and_a_repetition_is_no_news(site: Running) -> None:
    with site.client(**{"X-Signature": "good"}) as client:
        first = client.post("/kait/balai", content=b'{"id": 1}')
        second = client.post("/kait/balai", content=b'{"id": 1}')
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == {"id": "form:web:1", "nomor": "DKI-2611-000001", "baru": True}
    assert second.json() == {"id": "form:web:1", "nomor": "DKI-2611-000001", "baru": False}
    assert isinstance(site.hook, SignedPush)
    assert site.hook.requests[0].body == b'{"id": 1}'


def test_a_webhook_without_signature_is_refused_in_json(site: Running) -> None:
    with site.client() as client:
        answer = client.post("/kait/balai", content=b"{}")
    assert answer.status_code == 401
    assert answer.json() == {"status": 401, "error": "The signature is missing, wrong, or too old."}


def test_the_form_is_no_webhook_and_an_unknown_one_is_not_found(site: Running) -> None:
    with site.client() as client:
        assert client.post("/kait/form", content=b"{}").status_code == 404
        assert client.post("/kait/nope", content=b"{}").json()["error"] == "No webhook has this name."
        assert client.get("/kait/balai").status_code == 401  # some channels shake hands by GET
