import base64
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlencode

import httpx2
import pytest
from hooked import free_port, serve_hook
from hypothesis import given
from hypothesis import strategies as st
from made import NOW, make_item
from served import Site, serve

from dengar.errors import AuthExpired, BadRequest, BadSettings, Forbidden, NotSent, Poison, StopSource, Transient
from dengar.ingest import sms
from dengar.ingest.gateways.door import FORM, LARGEST_BYTES
from dengar.models import Item, Request
from dengar.store import Store
from dengar.wiring import make_source

SECRET = "rahasia-gerbang-sms"
TOKEN = "12345678901234567890123456789012"
PUBLIC_URL = "https://dengar.example/kait/sms"
KANNEL: dict[str, object] = {"collector": "sms", "secret": SECRET}
TWILIO: dict[str, object] = {
    "collector": "sms", "gateway": "twilio", "username": "AC0123", "password": TOKEN, "public_url": PUBLIC_URL,
}  # fmt: skip


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as served:
        yield served


def settings(section: dict[str, object], **more: object) -> sms.Settings:
    made: sms.Settings = make_source("sms", section | more).settings
    return made


def get(query: str, remote: str = "127.0.0.1", **headers: str) -> Request:
    return Request(method="GET", headers=headers, body=b"", remote=remote, query=query)


def take(request: Request, section: dict[str, object] = KANNEL) -> Item:
    (item,) = sms.accept(settings(section), request, NOW).items
    return item


def test_the_secret_proves_the_gateway_and_is_not_kept() -> None:
    query = f"from=1&secret={SECRET}&text=Banjir&id=7"
    assert take(get(query)).payload == b"from=1&text=Banjir&id=7"
    assert take(get("from=1&text=Banjir&id=7", **{"x-secret": SECRET})).payload == b"from=1&text=Banjir&id=7"
    assert SECRET.encode() not in take(get(f"%73ecret={SECRET}&text=a")).payload


@pytest.mark.parametrize("query", ["text=a", "secret=&text=a", "secret=salah&text=a", "secret=rahasi%E9&text=a"])
def test_who_does_not_know_the_secret_is_refused(query: str) -> None:
    with pytest.raises(BadRequest) as refused:
        take(get(query))
    assert refused.value.status == 401


def test_only_addresses_on_the_list_may_deliver() -> None:
    listed = KANNEL | {"allowed": ["10.20.0.0/16", "127.0.0.1"]}
    query = f"secret={SECRET}&text=a"
    for remote in ("10.20.3.4", "127.0.0.1", "::ffff:127.0.0.1"):
        assert take(get(query, remote), listed)
    for remote in ("10.21.0.1", "", "unknown", "::1"):
        with pytest.raises(BadRequest) as refused:
            take(get(query, remote), listed)
        assert refused.value.status == 403


def test_a_huge_body_is_refused() -> None:
    with pytest.raises(BadRequest) as refused:
        take(Request(headers={}, body=b"x" * (LARGEST_BYTES + 1), query=f"secret={SECRET}"))
    assert refused.value.status == 413


def test_a_posted_form_and_a_bare_text_are_the_same_message() -> None:
    posted = Request(headers={"content-type": FORM}, body=b"from=62811&text=a+b&id=7", query=f"secret={SECRET}")
    bare = Request(
        headers={"content-type": 'text/plain; charset="UTF-8"', "x-kannel-udh": "%05%00%03*%02%01"},
        body=b"a b",
        query=f"secret={SECRET}&from=62811&id=7",
    )
    assert take(posted).native_id == "7"
    assert sms.parse(take(posted)).text == sms.parse(take(bare)).text == "a b"
    assert take(bare).native_id.endswith("#7")


def test_parts_that_come_alone_refer_to_what_they_have_in_common() -> None:
    items = [take(get(f"secret={SECRET}&from=1&text=bagian&id={n}&udh=%05%00%03*%02%0{n}")) for n in (1, 2)]
    names = {item.id.partition("#")[0] for item in items}
    assert len(names) == 1
    assert {f"sms:sms:{sms.parse(item).reply_to}" for item in items} == names


def sign(fields: dict[str, str], url: str = PUBLIC_URL, token: str = TOKEN) -> Request:
    signed = url + "".join(name + value for name, value in sorted(fields.items()))
    signature = base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    headers = {"content-type": FORM, "x-twilio-signature": signature}
    return Request(headers=headers, body=urlencode(fields).encode(), query=url.partition("?")[2])


TOLD = {
    "MessageSid": "SM9",
    "From": "+6281211",
    "To": "+6221",
    "Body": "Banjir & macet é",
    "NumMedia": "0",
    "Empty": "",
}


def test_twilio_signs_the_public_address_and_the_fields() -> None:
    item = take(sign(TOLD), TWILIO)
    assert item.native_id == "SM9"
    draft = sms.parse(item)
    assert (draft.text, draft.author, draft.created_at) == ("Banjir & macet é", "+6281211", NOW)
    assert take(sign(TOLD, PUBLIC_URL + "?kota=jkt"), TWILIO).native_id == "SM9"


@pytest.mark.parametrize(
    "request_",
    [
        sign(TOLD, token="the token of last year"),
        sign(TOLD, "https://dengar.example/kait/lain"),
        sign(TOLD).replace(body=sign(TOLD).body + b"&Body=lain"),
        sign(TOLD).replace(headers={"content-type": FORM}),
        get(f"secret={SECRET}&text=a"),
    ],
)
def test_what_twilio_did_not_sign_is_refused(request_: Request) -> None:
    with pytest.raises(BadRequest) as refused:
        take(request_, TWILIO)
    assert refused.value.status == 401


def test_the_signature_is_that_of_twilios_own_documentation() -> None:
    fields = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309"}
    request = Request(
        headers={"content-type": FORM, "x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
        body=urlencode(fields | {"To": "+18005551212"}).encode(),
        query="foo=1&bar=2",
    )
    assert take(request, TWILIO | {"password": "12345", "public_url": "https://mycompany.com/myapp.php"})


def test_a_picture_without_words_is_kept_and_said_to_be_unread() -> None:
    assert sms.parse(take(sign(TOLD | {"Body": "", "NumMedia": "1"}), TWILIO)).flags == ("dialogue", "unread")
    with pytest.raises(Poison, match="no text"):
        sms.parse(take(sign(TOLD | {"Body": ""}), TWILIO))


def test_a_time_that_cannot_be_is_flagged() -> None:
    draft = sms.parse(take(get(f"secret={SECRET}&text=a&timestamp=4102444800")))
    assert (draft.created_at, draft.flags) == (NOW, ("dialogue", "bad_time"))


def test_the_gateway_is_answered_with_nothing_that_it_could_send_on(store: Store) -> None:
    with serve_hook(store, make_source("sms", KANNEL)) as address:
        answer = httpx2.get(address, params={"secret": SECRET, "from": "1", "text": "Banjir", "id": "7"})
        assert (answer.status_code, answer.text) == (200, "")
        again = httpx2.get(address, params={"secret": SECRET, "from": "1", "text": "Banjir", "id": "7"})
        assert (again.status_code, again.text) == (200, "")
        assert httpx2.get(address, params={"secret": "salah"}).status_code == 401
    assert [one.item.native_id for one in store.items.pending(10, 10**9)] == ["7"]


def test_twilio_is_answered_with_twiml_that_says_nothing(store: Store) -> None:
    request = sign(TOLD)
    with serve_hook(store, make_source("sms", TWILIO)) as address:
        answer = httpx2.post(address, content=request.body, headers=dict(request.headers))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.text.endswith("<Response></Response>")


def received(**fields: str) -> Item:
    told = {"from": "+6281211", "to": "1708", "smsc": "TSEL", "text": "Banjir", "id": "7"} | fields
    return make_item("7", channel="sms", account="sms", payload=urlencode(told).encode(), media_type=FORM)


def with_kannel(site: Site, **more: object) -> sms.Settings:
    return settings(KANNEL, username="dengar", password="sandi", sendsms_url=f"{site.address}/cgi-bin/sendsms", **more)


def test_kannel_is_asked_in_headers_so_that_no_address_holds_the_password(site: Site) -> None:
    site.pages["/cgi-bin/sendsms"] = (202, {}, b"0: Accepted for delivery")
    assert sms.reply(with_kannel(site), received(), "Terima kasih é", "received:1") == "received:1"
    assert (
        sms.reply(with_kannel(site, sender="1708"), received(to="x"), "Terima kasih “”", "received:2") == "received:2"
    )
    (path, first), (_, second) = site.asked
    assert path == "/cgi-bin/sendsms"
    wanted = {"x-kannel-to": "+6281211", "x-kannel-from": "1708", "x-kannel-smsc": "TSEL", "x-kannel-coding": "0"}
    assert {name: first[name] for name in wanted} == wanted
    assert (first["x-kannel-username"], first["x-kannel-password"]) == ("dengar", "sandi")
    assert (second["x-kannel-coding"], second["x-kannel-from"]) == ("2", "1708")
    assert [body.decode() for body in site.posted] == ["Terima kasih é", "Terima kasih “”"]


@pytest.mark.parametrize(("status", "kind"), [(403, AuthExpired), (400, Forbidden), (503, NotSent), (500, Transient)])
def test_what_kannel_does_not_take_is_said_without_the_password(
    site: Site, status: int, kind: type[StopSource]
) -> None:
    site.pages["/cgi-bin/sendsms"] = (status, {}, b"some reason")
    with pytest.raises(kind) as refused:
        sms.reply(with_kannel(site), received(), "Terima kasih", "1")
    assert type(refused.value) is kind
    assert "sandi" not in str(refused.value)
    assert len(site.asked) == 1


def test_a_gateway_that_is_away_has_surely_taken_nothing() -> None:
    away = settings(KANNEL, username="dengar", password="sandi", sendsms_url=f"http://127.0.0.1:{free_port()}/x")
    with pytest.raises(NotSent):
        sms.reply(away, received(), "Terima kasih", "1")


@pytest.mark.parametrize("sender", ["", "JAKLAPOR", "+62811 +62812", "62811\r\nx: y", "٦٢٨١١"])
def test_only_a_single_number_is_answered(site: Site, sender: str) -> None:
    with pytest.raises(Forbidden):
        sms.reply(with_kannel(site), received(**{"from": sender}), "Terima kasih", "1")
    assert site.asked == []


def with_twilio(site: Site, **more: object) -> sms.Settings:
    return settings(TWILIO, twilio_url=site.address, **more)


MESSAGES = "/2010-04-01/Accounts/AC0123/Messages.json"


def test_twilio_sends_from_the_number_that_was_written_to(site: Site) -> None:
    site.pages[MESSAGES] = (201, {}, b'{"sid": "SM77", "status": "queued"}')
    assert sms.reply(with_twilio(site), received(to="+6221"), "Terima kasih é", "1") == "SM77"
    service = "MG" + "0" * 32
    assert sms.reply(with_twilio(site, sender=service), received(), "Halo", "2") == "SM77"
    assert site.posted[0] == urlencode({"To": "+6281211", "From": "+6221", "Body": "Terima kasih é"}).encode()
    assert f"MessagingServiceSid={service}".encode() in site.posted[1]
    assert site.asked[0][1]["authorization"] == "Basic " + base64.b64encode(f"AC0123:{TOKEN}".encode()).decode()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b'{"code": 21610, "message": "Attempt to send to unsubscribed recipient"}', Forbidden),
        (401, b'{"code": 20003, "message": "Authenticate"}', AuthExpired),
        (429, b'{"code": 20429, "message": "Too Many Requests"}', NotSent),
        (500, b"<html>", Transient),
        (404, b"nothing", Forbidden),
    ],
)
def test_what_twilio_does_not_take_is_said_without_the_token(
    site: Site, status: int, body: bytes, kind: type[StopSource]
) -> None:
    site.pages[MESSAGES] = (status, {}, body)
    with pytest.raises(kind) as refused:
        sms.reply(with_twilio(site), received(), "Terima kasih", "1")
    assert type(refused.value) is kind
    assert TOKEN not in str(refused.value)
    if status == 400:
        assert "21610" in str(refused.value)


def test_check_tries_the_account_without_sending(site: Site) -> None:
    site.pages["/cgi-bin/sendsms"] = (400, {}, b"Missing receiver(s) number(s), rejected")
    assert sms.check(with_kannel(site)) == []
    assert sms.check(settings(KANNEL)) == []
    (problem,) = sms.check(settings(KANNEL, secret="pendek"))
    assert "shorter" in problem
    assert "pendek" not in problem
    site.pages["/cgi-bin/sendsms"] = (403, {}, b"Authorization failed for sendsms")
    with pytest.raises(AuthExpired):
        sms.check(with_kannel(site))
    site.pages["/2010-04-01/Accounts/AC0123.json"] = (401, {}, b"{}")
    with pytest.raises(AuthExpired):
        sms.check(with_twilio(site))
    site.pages["/2010-04-01/Accounts/AC0123.json"] = (200, {}, b"{}")
    assert sms.check(with_twilio(site)) == []
    assert sms.describe().price


@pytest.mark.parametrize(
    ("section", "missing"),
    [
        ({"collector": "sms"}, "secret"),
        (KANNEL | {"replies": True}, "username, password"),
        ({"collector": "sms", "gateway": "twilio"}, "public_url, username, password"),
    ],
)
def test_a_setting_that_the_gateway_needs_is_missed_by_its_name(section: dict[str, object], missing: str) -> None:
    with pytest.raises(BadSettings, match=missing) as refused:
        make_source("sms", section)
    assert SECRET not in str(refused.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_draft_or_poison(payload: bytes) -> None:
    with suppress(Poison):
        assert sms.parse(make_item(payload=payload, media_type=FORM)).text.encode()


@given(st.text(max_size=80), st.binary(max_size=80), st.text(st.characters(max_codepoint=255), max_size=40))
def test_any_delivery_with_the_secret_is_taken(query: str, body: bytes, media_type: str) -> None:
    request = Request(
        headers={"content-type": media_type}, body=body, query=f"{query.replace('secret', '')}&secret={SECRET}"
    )
    assert take(request).id.encode()
