"""Who may use which address: sessions, keys, and the matrix of roles and addresses."""

# ruff: noqa: F401, F811  pytest hands the imported fixture `site` in by its name
import re
from typing import get_args

import httpx2
import pytest
from starlette.routing import Route
from web_site import NOW, Running, site

from dengar.models import Role, Staff, hash_key
from dengar.store import Store
from dengar.web.roles import ACCESS

ROLES: tuple[Role, ...] = tuple(role for role in get_args(Role) if role != "pelapor")
PASSWORD = "empat kata yang panjang"


def hire(store: Store, name: str, role: Role = "operator") -> None:
    unit = "kel:31.74.02.1001" if role == "petugas" else None
    store.staff.add(Staff(name=name, role=role, unit=unit, key_hash=hash_key(f"kunci-{name}"), added_at=NOW))


def sign_in(client: httpx2.Client, name: str, password: str = PASSWORD, target: str = "") -> httpx2.Response:
    form = {"nama": name, "sandi": password, "ke": target}
    return client.post("/masuk", data=form, headers={"sec-fetch-site": "same-origin"})


def filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "x", path)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_do_what_the_table_says_and_no_more(store: Store, site: Running, role: Role) -> None:
    hire(store, role, role)
    with site.client(authorization=f"Bearer kunci-{role}") as client:
        for path, access in ACCESS.items():
            for method, allowed in (("GET", access.read), ("POST", access.change), ("DELETE", access.change)):
                if allowed is None:
                    continue
                status = client.request(method, filled(path)).status_code
                assert (status == 403) == (role not in allowed) or status in {404, 405, 400, 422}, (method, path)
                if role not in allowed:
                    assert status == 403, (method, path)


def test_nobody_comes_in_without_a_name(site: Running) -> None:
    with site.client() as client:
        for path, access in ACCESS.items():
            for method, allowed in (("GET", access.read), ("POST", access.change), ("PUT", access.change)):
                if allowed is None:
                    continue
                answer, is_page = client.request(method, filled(path)), not path.startswith("/api/")
                assert answer.status_code == (303 if is_page else 401), (method, path)
                assert not is_page or answer.headers["location"].startswith("/masuk?ke="), path


def test_what_the_table_does_not_know_does_not_exist(site: Running) -> None:
    assert site.get("/docs").status_code == 404
    assert site.get("/api/rahasia").json()["status"] == 404


def test_every_address_is_in_the_table_and_every_line_of_the_table_is_an_address(site: Running) -> None:
    pages = {route.path for route in site.app.routes if isinstance(route, Route)}
    assert pages | set(site.app.openapi()["paths"]) == set(ACCESS)


def test_a_password_opens_a_session_and_signing_out_ends_it(store: Store, site: Running) -> None:
    hire(store, "sari")
    assert store.staff.set_password("sari", PASSWORD)
    with site.client() as client:
        assert sign_in(client, "sari", "salah").status_code == 403
        answer = sign_in(client, "sari", target="/api/meja/saya")
        assert (answer.status_code, answer.headers["location"]) == (303, "/api/meja/saya")
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert client.get("/api/meja/saya").json()["name"] == "sari"
        assert client.get("/masuk").status_code == 303
        assert client.post("/keluar", headers={"sec-fetch-site": "same-origin"}).status_code == 303
        assert client.get("/api/meja/saya").status_code == 401


def test_another_site_cannot_use_our_cookie(store: Store, site: Running) -> None:
    hire(store, "sari")
    store.staff.set_password("sari", PASSWORD)
    with site.client() as client:
        sign_in(client, "sari")
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {}):
            assert client.post("/keluar", headers=headers).status_code == 403
        assert client.get("/api/meja/saya").status_code == 200
        foreign = {"sec-fetch-site": "cross-site"}
        assert client.post("/masuk", data={"nama": "sari", "sandi": PASSWORD}, headers=foreign).status_code == 403


def test_a_new_password_and_leaving_end_what_was_open(store: Store, site: Running) -> None:
    hire(store, "sari")
    store.staff.set_password("sari", PASSWORD)
    with site.client() as client:
        sign_in(client, "sari")
        assert store.sessions.end_all("sari") == 1
        assert client.get("/api/meja/saya").status_code == 401
        sign_in(client, "sari")
        store.staff.end("sari", NOW)
        assert client.get("/api/meja/saya").status_code == 401
        assert sign_in(client, "sari").status_code == 403
    assert not store.staff.set_password("sari", PASSWORD)


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "/nope", "", "/keluar"]
)
def test_signing_in_leads_to_our_own_pages_only(store: Store, site: Running, target: str) -> None:
    hire(store, "sari")
    store.staff.set_password("sari", PASSWORD)
    with site.client() as client:
        assert sign_in(client, "sari", target=target).headers["location"] == "/antrean"


def test_guessing_passwords_is_slowed_down(store: Store, site: Running) -> None:
    hire(store, "sari")
    store.staff.set_password("sari", PASSWORD)
    with site.client() as client:
        tries = [sign_in(client, "sari", f"tebakan {n}").status_code for n in range(7)]
        assert tries == [403] * 5 + [429] * 2
        assert sign_in(client, "sari").status_code == 429
