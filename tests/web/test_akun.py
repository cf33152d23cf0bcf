"""/akun: everybody's own password, sessions and key."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_access import PASSWORD, hire, sign_in
from web_office import SAME, caller, lines, run_office, signed_in
from web_site import Running, serve

from dengar.store import Store

NEW = "kuda laut menari pelan"


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Iterator[Running]:
    with run_office(store, tmp_path) as running:
        yield running


def change(old: str = PASSWORD, new: str = NEW, again: str | None = None) -> dict[str, str]:
    return {"aksi": "sandi", "lama": old, "baru": new, "ulang": new if again is None else again}


def test_a_new_own_password_ends_the_sessions_on_other_devices(store: Store, office: Running) -> None:
    with signed_in(store, office, "operator") as desk, office.client(**SAME) as phone:
        sign_in(phone, "operator")
        assert phone.get("/akun").status_code == 200
        answer = desk.post("/akun", data=change())
        assert answer.headers["location"] == "/akun?kabar=sandi"
        assert "sesi di perangkat lain diakhiri" in desk.get("/akun?kabar=sandi").text
        assert phone.get("/akun").status_code == 303
        assert sign_in(phone, "operator", PASSWORD).status_code == 403
        assert sign_in(phone, "operator", NEW).status_code == 303


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (change(old="salah"), "Kata sandi lama tidak cocok"),
        (change(new="pendek"), "perlu 12 huruf"),
        (change(new="operator1234"), "tidak boleh sama dengan nama"),
        (change(new="katasandi2026"), "paling sering dicoba"),
        (change(new=PASSWORD), "harus lain dari yang lama"),
        (change(again="kuda laut berenang"), "tidak sama"),
    ],
)
def test_a_bad_change_is_refused_in_words(store: Store, office: Running, typed: dict[str, str], says: str) -> None:
    with signed_in(store, office, "operator") as client:
        answer = client.post("/akun", data=typed)
        assert answer.status_code == 422
        assert says in answer.text
        assert typed["baru"] not in answer.text
    assert store.staff.find_by_password("operator", PASSWORD) is not None
    assert "password_changed" not in [one.kind for one in lines(store)]


def test_who_has_a_session_of_somebody_cannot_guess_their_password(store: Store, office: Running) -> None:
    with signed_in(store, office, "operator") as client:
        tries = [client.post("/akun", data=change(old=f"tebakan {n}")).status_code for n in range(6)]
    assert tries == [422] * 4 + [429] * 2, "signing in was one of five"


def test_a_key_is_made_for_who_knows_the_password_and_shown_once(store: Store, office: Running) -> None:
    with signed_in(store, office, "operator") as client:
        assert client.post("/akun", data={"aksi": "kunci", "lama": "salah"}).status_code == 422
        page = client.post("/akun", data={"aksi": "kunci", "lama": PASSWORD}).text
        key = re.findall(r'class="number"><bdi>([^<]+)<', page)[0]
        assert key not in client.get("/akun").text
    with office.client(authorization=f"Bearer {key}") as client:
        assert client.get("/api/meja/saya").json()["name"] == "operator"
    with caller(office, "operator") as client:
        assert client.get("/api/meja/saya").status_code == 403


def test_own_sessions_are_seen_and_ended_and_nobody_elses(store: Store, office: Running) -> None:
    with signed_in(store, office, "operator") as desk, office.client(**SAME) as phone, office.client(**SAME) as tablet:
        phone.headers["user-agent"] = "Mozilla/5.0 (Linux; Android 14) Gecko/20100101 Firefox/131.0"
        for one in (phone, tablet):
            sign_in(one, "operator")
        page = desk.get("/akun").text
        assert "Firefox · Android" in page
        assert page.count("perangkat ini") == 1
        ids = re.findall(r'name="id" value="([0-9a-f]{64})"', page)
        assert len(ids) == 2, "the own one cannot be ended here"
        with signed_in(store, office, "auditor") as other:
            other.post("/akun", data={"aksi": "sesi", "id": ids[0]})
        assert tablet.get("/akun").status_code == 200
        desk.post("/akun", data={"aksi": "sesi", "id": ids[0]})
        assert sorted((tablet.get("/akun").status_code, phone.get("/akun").status_code)) == [200, 303]
        desk.post("/akun", data={"aksi": "semua"})
        assert (tablet.get("/akun").status_code, phone.get("/akun").status_code) == (303, 303)
        assert desk.get("/akun").status_code == 200
        assert desk.post("/akun", data={}).status_code == 422


def test_a_form_of_another_site_changes_nothing(store: Store, office: Running) -> None:
    with signed_in(store, office, "operator") as client:
        answer = client.post("/akun", data=change(), headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403
    assert store.staff.find_by_password("operator", PASSWORD) is not None


def test_where_nobody_works_yet_the_sign_in_page_says_how_the_first_admin_comes_in(store: Store) -> None:
    with serve(store) as site:
        assert "dengar staff add NAMA --role admin" in site.get("/masuk").text
        assert "Nobody can sign in yet" in site.get("/masuk", "en").text
        hire(store, "sari", "admin")
        assert "dengar staff add" not in site.get("/masuk").text


def test_only_a_trusted_proxy_says_who_calls(store: Store) -> None:
    forwarded = {"x-forwarded-for": "203.0.113.7, 10.0.0.9"}
    hire(store, "sari")
    for trusted, address in (((), "127.0.0.1"), (("127.0.0.1", "10.0.0.0/8"), "203.0.113.7")):
        with serve(store, trusted_proxies=trusted) as site, site.client(**SAME, **forwarded) as client:
            assert sign_in(client, "sari", "salah").status_code == 403
        assert lines(store)[0].address == address


def test_behind_a_proxy_each_address_has_its_own_tries(store: Store) -> None:
    with serve(store, trusted_proxies=("127.0.0.1",)) as site, site.client(**SAME) as client:

        def tries(address: str, count: int) -> list[int]:
            client.headers["x-forwarded-for"] = address
            return [sign_in(client, f"siapa{address}{n}", "salah").status_code for n in range(count)]

        assert tries("203.0.113.7", 6) == [403] * 5 + [429]
        assert tries("203.0.113.8", 1) == [403]
