"""The form, its second look, and the reporter's answers: over HTTP, with the real judgement behind them."""

# ruff: noqa: F401, F811  pytest hands the imported fixture `town` in by its name
import re
from datetime import timedelta

import httpx2
import pytest
from deskwork import make_staff
from made import KEY as KEY_OF_AUTHORS
from made import NOW
from reporting_site import HOLE, Town, serve_town, take_photo, town

from dengar.erasing import erase_author
from dengar.models import Draft, Request
from dengar.routing import commands as do
from dengar.routing.grouping import Match
from dengar.web.reporting.drafting import add_fields

KEY = "k" * 22
FORM = {"text": HOLE, "lokasi": "Kelurahan Bangka", "kunci": KEY, "periksa": "1"}
AGAIN = "Lubang besar di Jalan Kemang Raya belum ditambal, motor jatuh lagi"


def number_in(answer: httpx2.Response) -> str:
    found = re.search(r"/laporan/(DKI-\d{4}-\d{6})", answer.headers["location"])
    assert found is not None, answer.headers
    return found[1]


def key_in(answer: httpx2.Response) -> str:
    return answer.headers["location"].partition("kunci=")[2].partition("&")[0]


def test_a_form_about_something_new_is_taken_at_once_and_leads_to_its_private_page(town: Town) -> None:
    with town.client() as client:
        answer = client.post("/lapor", data=FORM)
        assert answer.status_code == 303
        number = number_in(answer)
        assert key_in(answer) == town.desk.key_of(number)
        waiting = client.get(answer.headers["location"]).text
        assert f"/laporan/{number}?kunci={key_in(answer)}&amp;baru=1" in waiting
        assert "Simpan juga tautan pribadi ini." in waiting
        town.work()
        page = client.get(answer.headers["location"]).text
    assert "Suku Dinas Bina Marga Jakarta Selatan mulai bertindak paling lambat" in page
    assert "mailto:?subject=Laporan%20" in page


def test_a_form_that_may_be_known_is_kept_and_asked_about(town: Town) -> None:
    first = town.send(HOLE, lokasi="Kelurahan Bangka")
    photo = {"foto": ("a.jpg", take_photo(None), "image/jpeg")}
    with town.client() as client:
        asked = client.post("/lapor", data=FORM | {"text": AGAIN}, files=photo)
        assert asked.status_code == 200
        assert "Apakah ini masalah yang sama?" in asked.text
        assert f'name="laporan" value="{first}"' in asked.text
        assert town.store.items.count_pending() == 0  # nothing is taken before the answer
        answer = client.post("/lapor/kirim", data={"draf": KEY, "bukan": first, "laporan": first})
        town.work()
        repeated = client.post("/lapor/kirim", data={"draf": KEY, "bukan": first, "laporan": first})
    mine, report = number_in(answer), town.find(first)
    assert number_in(repeated) == mine != first
    assert (report.voices, len(report.photos)) == (2, 1)
    assert mine in report.numbers
    with town.client() as client:
        assert f"Nomor Anda {mine} bergabung dengan laporan {first}" in client.get(f"/laporan/{mine}").text


def test_who_says_that_it_is_another_problem_gets_a_report_and_a_person_looks(town: Town) -> None:
    first = town.send(HOLE, lokasi="Kelurahan Bangka")
    with town.client() as client:
        client.post("/lapor", data=FORM | {"text": AGAIN})
        answer = client.post("/lapor/kirim", data={"draf": KEY, "bukan": first, "laporan": ""})
    town.work()
    mine = town.find(number_in(answer))
    assert mine.number != first
    assert [(one.kind, one.related) for one in mine.needs_review] == [("duplicate", first)]
    assert town.find(first).voices == 1


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Jalan berlubang parah, motor jatuh", "Kelurahan Kapuk, Cengkareng"),
        ("Sampah menumpuk dua minggu tidak diangkut, baunya menyengat", "Kelurahan Menteng Atas"),
    ],
)
def test_a_voice_that_what_it_says_speaks_against_stays_a_suggestion(town: Town, text: str, place: str) -> None:
    first = town.send(HOLE, lokasi="Kelurahan Bangka")
    mine = town.find(town.send(text, lokasi=place, laporan=first))
    assert mine.number != first
    assert town.find(first).voices == 1
    (doubt,) = [one for one in mine.needs_review if one.kind == "duplicate"]
    assert doubt.related == first
    assert "kata pelapornya" in doubt.reason


def test_few_words_join_the_report_that_they_name(town: Town) -> None:
    first = town.send(HOLE, lokasi="Kelurahan Bangka")
    mine = town.send("Saya juga mengalami ini", lokasi="Jalan Kemang Raya, Kel. Bangka", kategori="jalan_rusak",
                     laporan=first)  # fmt: skip
    assert town.find(mine).number == first
    assert town.find(first).voices == 2


def test_a_report_that_is_named_and_unknown_or_closed_costs_nothing(town: Town) -> None:
    for text, named in ((HOLE, "DKI-2611-999999"), ("Sampah menumpuk di Kelurahan Menteng Atas", None)):
        first = town.send(text, **({"laporan": named} if named else {}))
        assert town.find(first).number == first
    town.close(first)
    late = town.find(town.send("Sampahnya menumpuk lagi di Kelurahan Menteng Atas", laporan=first))
    assert late.number != first
    assert town.find(first).state == "selesai"
    assert [one.related for one in late.needs_review if one.kind == "duplicate"] == [first]


def test_the_further_voice_has_a_form_of_its_own(town: Town) -> None:
    first = town.send(HOLE, lokasi="Kelurahan Bangka")
    with town.client() as client:
        page = client.get(f"/lapor?suara={first}").text
        assert f'name="laporan" value="{first}"' in page
        assert 'value="Jalan Kemang Raya, Kel. Bangka"' in page
        assert '<option value="jalan_rusak" selected>' in page
        assert 'name="laporan" value=""' in client.get("/lapor?suara=DKI-2611-999999").text


def test_a_photos_place_is_offered_and_can_be_denied(town: Town) -> None:
    for answer, is_placed in (("ya", True), ("tidak", False)):
        key = answer * 11
        with town.client() as client:
            photo = {"foto": ("a.jpg", take_photo(), "image/jpeg")}
            asked = client.post("/lapor", data={"text": "Got mampet total", "kunci": key, "periksa": "1"}, files=photo)
            assert "Foto ini diambil di Kel. Bangka, Kec. Mampang Prapatan: pakai tempat itu?" in asked.text
            sent = client.post("/lapor/kirim", data={"draf": key, "tempat_foto": answer})
        town.work()
        place = town.find(number_in(sent)).place
        assert (place is not None and place.kelurahan == "Bangka") == is_placed


def test_a_refusal_names_its_field_and_takes_the_focus_there(town: Town) -> None:
    heic = {"foto": ("a.heic", b"\0\0\0\x18ftypheic" + b"\0" * 99, "image/heic")}
    with town.client("en") as client:
        page = client.post("/lapor", data=FORM | {"text": "?", "nama": "Wahyu"})
        assert page.status_code == 400
        assert '<a href="#text">Please write what the problem is' in page.text
        assert re.search(r'<textarea id="text"[^>]*aria-invalid="true" autofocus', page.text)
        assert 'value="Wahyu"' in page.text
        page = client.post("/lapor", data=FORM, files=heic)
        assert page.status_code == 415
        assert re.search(r'<input id="foto"[^>]*aria-invalid="true"[^>]*autofocus', page.text)
        assert "HEIC photos cannot be read yet" in page.text
        told = client.post("/lapor", data=FORM, files=heic, headers={"accept": "application/json"})
    assert told.json() == {
        "status": 415,
        "error": "HEIC photos cannot be read yet: turn it into a JPEG first, or send a screenshot of it.",
        "field": "foto",
    }


def test_an_answer_that_comes_too_late_gets_the_form_again(town: Town) -> None:
    with town.client() as client:
        page = client.post("/lapor/kirim", data={"draf": "never-was-there", "laporan": ""})
        assert client.get("/lapor/kirim").status_code == 303
    assert page.status_code == 410
    assert "Isian ini sudah terlalu lama" in page.text


def test_suggestions_that_break_keep_nobody_from_reporting(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from dengar.suggesting import Suggesting

    def break_down(_: Suggesting, draft: Draft) -> list[Match]:
        raise ZeroDivisionError(draft.text)

    town.send(HOLE, lokasi="Kelurahan Bangka")
    monkeypatch.setattr(Suggesting, "find_like", break_down)
    with town.client() as client:
        assert client.post("/lapor", data=FORM).status_code == 303
        assert client.post("/api/lapor/serupa", json={"text": HOLE}).json() == {"laporan": []}


def test_a_hidden_report_is_suggested_to_nobody(town: Town) -> None:
    first = town.send(HOLE, lokasi="Kelurahan Bangka")
    asked = {"text": AGAIN, "lokasi": "Kelurahan Bangka"}
    with town.client("en") as client:
        (likely,) = client.post("/api/lapor/serupa", json=asked).json()["laporan"]
        assert (likely["number"], likely["state_name"], likely["why"]) == (
            first, "Waiting", ["the same street", "similar words"],
        )  # fmt: skip
        town.desk.act(make_staff(), first, do.Hide(reason="nama orang"))
        assert client.post("/api/lapor/serupa", json=asked).json() == {"laporan": []}
        assert 'name="laporan" value=""' in client.get(f"/lapor?suara={first}").text


def test_a_photo_tells_its_place_and_time_from_its_first_bytes(town: Town) -> None:
    with town.client() as client:
        told = client.post("/api/lapor/foto", content=take_photo(size=(3000, 2000))[:60_000]).json()
        bare = client.post("/api/lapor/foto", content=take_photo(None)).json()
        abroad = client.post("/api/lapor/foto", content=take_photo((48.1, 11.5))).json()
        refused = client.post("/api/lapor/foto", content=b"\0\0\0\x18ftypheic")
    assert (told["where"], told["taken"]) == ("Kel. Bangka, Kec. Mampang Prapatan", "20 Nov 2026 09.12 WIB")
    assert (bare["lat"], bare["is_outside"]) == (None, False)
    assert (abroad["lat"], abroad["is_outside"]) == (None, True)
    assert (refused.status_code, refused.json()["error"][:9]) == (415, "Foto HEIC")


def test_who_asks_too_often_while_writing_is_only_not_told(town: Town) -> None:
    with town.client() as client:
        codes = [client.post("/api/lapor/serupa", json={"text": "x"}).status_code for _ in range(42)]
        assert codes == [200] * 40 + [429] * 2
        assert client.post("/lapor", data=FORM).status_code == 303


def test_the_reporter_rates_and_the_public_sees_stars_alone(town: Town) -> None:
    number = town.send(HOLE, lokasi="Kelurahan Bangka")
    key = town.desk.key_of(number)
    town.close(number)
    path = f"/laporan/{number}/tanggapan"
    with town.client() as client:
        page = client.get(f"/laporan/{number}?kunci={key}").text
        assert "Bagaimana hasilnya?" in page
        assert "Sudah ditambal." in page
        refused = client.post(path, data={"kunci": key, "apa": "nilai", "komentar": "bagus sekali"})
        assert refused.status_code == 422
        assert "Pilih dulu satu sampai lima bintang." in refused.text
        assert ">bagus sekali</textarea>" in refused.text
        done = client.post(path, data={"kunci": key, "apa": "nilai", "bintang": "4", "komentar": "bagus sekali"})
        assert done.status_code == 303
        assert "Terima kasih atas penilaian Anda." in client.get(done.headers["location"]).text
        public = client.get(f"/laporan/{number}").text
    assert town.find(number).rating == 4
    assert "4 dari 5 bintang" in public
    assert "bagus sekali" not in public
    assert "Bagaimana hasilnya?" not in public


def test_the_reporter_opens_it_again_with_a_photo_and_their_words_are_for_the_unit(town: Town) -> None:
    number = town.send(HOLE, lokasi="Kelurahan Bangka")
    key = town.desk.key_of(number)
    town.close(number)
    path, said = f"/laporan/{number}/tanggapan", {"kunci": key, "apa": "buka", "alasan": "Masih berlubang"}
    with town.client() as client:
        assert client.post(path, data=said | {"alasan": " "}).status_code == 422
        photo = {"foto": ("a.jpg", take_photo(), "image/jpeg")}
        done = client.post(path, data=said, files=photo)
        assert done.status_code == 303
        again = client.post(path, data=said)
        page = client.get(f"/laporan/{number}").text
    report = town.find(number)
    assert (report.state, report.reopened, len(report.photos)) == ("dibuka_lagi", 1, 1)
    assert town.store.events.of_report(number)[-1].reason == "Masih berlubang"
    assert (again.status_code, "Laporan ini sudah dibuka" in again.text) == (409, True)
    assert "Pelapor menyatakan belum beres" in page
    assert "Masih berlubang" not in page


def test_a_wrong_key_opens_nothing_and_says_so(town: Town) -> None:
    number, other = town.send(HOLE, lokasi="Kelurahan Bangka"), town.send("Sampah menumpuk di Kelurahan Menteng Atas")
    town.close(number)
    with town.client("en") as client:
        for key in ("0" * 16, "é", town.desk.key_of(other)):
            page = client.get(f"/laporan/{number}", params={"kunci": key}).text
            assert "This private link does not fit the number." in page
            assert 'name="apa"' not in page
            said = {"kunci": key, "apa": "buka", "alasan": "x"}
            refused = client.post(f"/laporan/{number}/tanggapan", data=said)
            assert (refused.status_code, "This key does not fit the number." in refused.text) == (403, True)
        assert client.post("/laporan/DKI-2611-999999/tanggapan", data=said).status_code == 404
    assert town.find(number).state == "selesai"


def test_after_ten_working_days_a_closed_report_is_not_opened_any_more(town: Town) -> None:
    number = town.send(HOLE, lokasi="Kelurahan Bangka")
    key = town.desk.key_of(number)
    town.close(number)
    town.clock.now += timedelta(days=30)
    with town.client() as client:
        page = client.get(f"/laporan/{number}?kunci={key}").text
        assert 'value="nilai"' in page
        assert 'value="buka"' not in page
        said = {"kunci": key, "apa": "buka", "alasan": "Masih"}
        refused = client.post(f"/laporan/{number}/tanggapan", data=said)
    assert (refused.status_code, "Sudah terlalu lama ditutup" in refused.text) == (409, True)


def test_the_reporter_answers_a_question_and_the_clock_goes_on(town: Town) -> None:
    number = town.send(HOLE, lokasi="Kelurahan Bangka")
    key = town.desk.key_of(number)
    town.desk.act(make_staff(), number, do.Ask(question="Di depan nomor berapa?"))
    path, said = f"/laporan/{number}/tanggapan", {"kunci": key, "apa": "jawab", "jawaban": "Di depan nomor 12"}
    with town.client() as client:
        assert "Petugas bertanya: Di depan nomor berapa?" in client.get(f"/laporan/{number}?kunci={key}").text
        done = client.post(path, data=said)
        assert "Jawaban Anda sudah disampaikan" in client.get(done.headers["location"]).text
        assert "nomor 12" not in client.get(f"/laporan/{number}").text
        late = client.post(path, data=said)
    assert town.find(number).pause is None
    assert [one.reason for one in town.store.events.of_report(number) if one.kind == "note"] == ["Di depan nomor 12"]
    assert (late.status_code, "tidak menunggu jawaban" in late.text) == (409, True)


def test_what_is_next_follows_the_clocks(town: Town) -> None:
    number = town.send(HOLE, lokasi="Kelurahan Bangka")

    def look() -> str:
        with town.client() as client:
            return client.get(f"/laporan/{number}").text

    assert "mulai bertindak paling lambat" in look()
    town.clock.now += timedelta(days=2)
    assert "seharusnya sudah bertindak paling lambat" in look()
    town.desk.act(make_staff(), number, do.Start())
    assert "menyelesaikannya paling lambat" in look()
    town.clock.now += timedelta(days=30)
    assert "seharusnya sudah menyelesaikannya paling lambat" in look()
    town.desk.act(make_staff(), number, do.Reject(reason="Ini jalan tol."))
    page = look()
    assert "Laporan ini ditutup tanpa tindakan. Alasannya:" in page
    assert "Ini jalan tol." in page
    assert "Ditangani</span>" not in page


def test_every_state_of_a_number_has_a_page_of_its_own(town: Town) -> None:
    number = town.send(HOLE, lokasi="Kelurahan Bangka")
    town.desk.act(make_staff(), number, do.Hide(reason="nama orang"))
    with town.client() as client:
        held = client.get(f"/laporan/{number}")
        assert (held.status_code, "Petugas memeriksanya dulu" in held.text) == (404, True)
        assert HOLE not in held.text
        unknown = client.get("/laporan/DKI-2611-999999")
        assert (unknown.status_code, "yang pesannya sudah dihapus" in unknown.text) == (404, True)
        waiting = client.post("/api/lapor", json={"text": "Lampu jalan mati"}).json()["nomor"]
        assert "Sudah diterima, sedang diproses" in client.get(f"/laporan/{waiting}").text
        town.clock.now += timedelta(minutes=11)
        assert "Ini lebih lama dari biasanya." in client.get(f"/laporan/{waiting}").text
        assert client.get(f"/api/laporan/{waiting}/kini").json()["version"] == 0
        assert client.get(f"/umpan/laporan/{number}.atom").status_code == 404
        assert client.get("/umpan/laporan/nope!.atom").status_code == 404
        town.work()
        assert client.get(f"/api/laporan/{waiting}/kini").json()["state"] == "menunggu"


def test_a_report_of_which_every_message_was_deleted_says_so(town: Town) -> None:
    number = town.send(HOLE, lokasi="Kelurahan Bangka", kontak="wahyu@example.org")
    erase_author(town.store, "wahyu@example.org", ["form"], KEY_OF_AUTHORS, NOW)
    town.work()
    with town.client("en") as client:
        page = client.get(f"/laporan/{number}")
    assert (page.status_code, "This report was deleted" in page.text) == (410, True)
    assert HOLE not in page.text


def test_the_feed_of_a_report_tells_its_steps_and_keeps_their_ids(town: Town) -> None:
    number = town.send(HOLE, lokasi="Kelurahan Bangka")
    with town.client("en") as client:
        before = client.get(f"/umpan/laporan/{number}.atom")
        town.close(number)
        after = client.get(f"/umpan/laporan/{number}.atom").text
    assert before.headers["content-type"].startswith("application/atom+xml")
    ids = re.findall(r"<entry>\s*<id>(.*?)</id>", after)
    assert ids[1:] == re.findall(r"<entry>\s*<id>(.*?)</id>", before.text)
    assert "State is now: Done" in after
    assert "Sudah ditambal." in after


def test_fields_are_added_behind_the_others_of_both_kinds_of_body() -> None:
    from dengar.ingest.formats.submission import read_form

    body = b'--b\r\nContent-Disposition: form-data; name="laporan"\r\n\r\nold\r\n--b--\r\n'
    kinds = {"multipart/form-data; boundary=b": body, "application/x-www-form-urlencoded": b"laporan=old&text=a%26b"}
    for kind, before in kinds.items():
        form = read_form(add_fields(before, kind, {"laporan": "DKI-2611-000001", "bukan": "a b"}), kind)
        assert form.fields["laporan"] == "DKI-2611-000001"
        assert form.fields["bukan"] == "a b"
