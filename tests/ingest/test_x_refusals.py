from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from made import NOW
from x_emulator import OAUTH, TOKEN, Json, Refusal, XEmulator, gone, problem, run_x
from x_reader import HASHTAG, Reader, both, make_settings

from dengar.errors import (
    AuthExpired,
    Blocked,
    BudgetSpent,
    Forbidden,
    NotSent,
    RateLimited,
    SourceChanged,
    StopSource,
    Transient,
)

OLD = "https://api.twitter.com/2/problems/"
ENROLLMENT: Json = {
    "type": OLD + "client-forbidden",
    "title": "Client Forbidden",
    "detail": "When authenticating requests to the Twitter API v2 endpoints, you must use keys from a developer App.",
    "reason": "client-not-enrolled",
    "required_enrollment": "Appropriate Level of API Access",
}
CAPPED: Json = {"type": OLD + "usage-capped", "title": "UsageCapExceeded", "period": "Monthly", "scope": "Product"}


@pytest.fixture
def x() -> Iterator[XEmulator]:
    with run_x() as emulator:
        yield emulator


@pytest.fixture
def reader(x: XEmulator) -> Reader:
    return Reader(x, make_settings(x))


def refuse(reader: Reader, status: int, body: Json | bytes, headers: dict[str, str] | None = None) -> StopSource:
    reader.x.refusals = [("/search", Refusal(status, body, headers or {}))]
    reader.run()
    assert reader.error is not None
    assert not reader.disk
    assert reader.money == 0
    return reader.error


@pytest.mark.parametrize(("status", "body", "kind", "says"), [
    (400, problem("invalid-request", "no") | {"errors": [{"message": "missing EOF at '('"}]}, SourceChanged, "EOF"),
    (401, {"title": "Unauthorized", "type": "about:blank", "detail": "Unauthorized"}, AuthExpired, "new tokens"),
    (401, b"", AuthExpired, "credentials"),
    (403, ENROLLMENT, Forbidden, "Appropriate Level of API Access"),
    (403, problem("unsupported-authentication", "Application-Only is forbidden."), Forbidden, "another kind"),
    (403, {"type": "about:blank", "detail": "You are not permitted."}, Forbidden, "not permitted"),
    (403, b"<!DOCTYPE html><title>Attention Required! | Cloudflare</title>", Blocked, "web page"),
    (404, b"", SourceChanged, "no longer exists"),
    (302, b"", Blocked, "elsewhere"),
    (500, b"<html>", Transient, "500"),
    (503, problem("internal-error", "Service Unavailable"), Transient, "503"),
    (200, b"<html><form action=login>", Blocked, "web page"),
    (200, {"hello": 1}, SourceChanged, "neither data nor meta"),
    (200, {"errors": [gone("1", "not-authorized-for-resource")]}, Forbidden, "no search"),
    (200, b"x" * 10_000_001, SourceChanged, "10,000,000 bytes"),
])  # fmt: skip
def test_each_refusal_says_what_to_do(
    reader: Reader, status: int, body: Json | bytes, kind: type[StopSource], says: str
) -> None:
    if status == 200 and kind is SourceChanged:
        reader.settings = make_settings(reader.x, search_price=0.0)  # what was perhaps billed is counted
    error = refuse(reader, status, body, {"location": "https://x.com/login"} if status == 302 else None)
    assert isinstance(error, kind)
    assert says in str(error)
    assert TOKEN not in str(error)


def test_a_rate_limit_ends_when_x_says(reader: Reader) -> None:
    reset = NOW + timedelta(minutes=7)
    headers = {"x-rate-limit-reset": str(int(reset.timestamp())), "x-rate-limit-remaining": "0"}
    error = refuse(reader, 429, {"title": "Too Many Requests", "type": "about:blank"}, headers)
    assert isinstance(error, RateLimited)
    assert error.until == reset


@pytest.mark.parametrize(("headers", "until"), [
    ({}, timedelta(minutes=15)),
    ({"retry-after": "60"}, timedelta(minutes=1)),
    ({"x-rate-limit-reset": "1"}, timedelta(seconds=1)),
    ({"x-rate-limit-reset": "9999999999"}, timedelta(days=1)),
    ({"x-rate-limit-reset": "soon"}, timedelta(minutes=15)),
    ({"x-rate-limit-reset": "9" * 400}, timedelta(minutes=15)),
])  # fmt: skip
def test_a_rate_limit_that_says_nothing_sensible_ends_all_the_same(
    reader: Reader, headers: dict[str, str], until: timedelta
) -> None:
    error = refuse(reader, 429, {} if headers else b"[]", headers)
    assert isinstance(error, RateLimited)
    assert error.until == NOW + until


@pytest.mark.parametrize(("status", "body", "until"), [
    (429, CAPPED, datetime(2026, 12, 1, tzinfo=UTC)),
    (429, CAPPED | {"errors": [{"message": "x"}]}, datetime(2026, 12, 1, tzinfo=UTC)),
    (403, CAPPED | {"type": "https://api.x.com/2/problems/usage-capped"}, datetime(2026, 12, 1, tzinfo=UTC)),
    (429, CAPPED | {"period": "Daily"}, datetime(2026, 11, 21, tzinfo=UTC)),
    (402, {"title": "CreditsDepleted", "detail": "No credits."}, NOW + timedelta(hours=1)),
])  # fmt: skip
def test_a_cap_is_no_rate_limit_also_with_requests_left(
    reader: Reader, status: int, body: Json, until: datetime
) -> None:
    error = refuse(reader, status, body, {"x-rate-limit-remaining": "39999", "x-rate-limit-reset": "1795230000"})
    assert isinstance(error, BudgetSpent)
    assert error.until == until


def test_a_cap_reached_in_december_ends_in_january(reader: Reader) -> None:
    reader.now = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    error = refuse(reader, 429, CAPPED)
    assert isinstance(error, BudgetSpent)
    assert error.until == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_server_that_is_not_there_has_taken_nothing(x: XEmulator) -> None:
    reader = Reader(x, make_settings(x, api="http://127.0.0.1:9"))
    reader.run()
    assert isinstance(reader.error, NotSent)
    assert "cannot be reached" in str(reader.error)


def test_no_secret_stands_in_an_error(x: XEmulator) -> None:
    reader = Reader(x, both(x, **OAUTH, bearer_token="another-secret"))
    reader.run()
    assert isinstance(reader.error, AuthExpired)
    for secret in ("another-secret", *OAUTH.values()):
        assert secret not in str(reader.error)
        assert secret not in repr(reader.settings)


def test_an_account_that_x_does_not_know_is_told(x: XEmulator) -> None:
    reader = Reader(x, both(x, query=""))
    detail = "Could not find user with id: [770011]."
    missing = problem("resource-not-found", detail, resource_type="user", resource_id="770011")
    x.refusals = [("/mentions", Refusal(200, {"errors": [missing]}))]
    reader.run()
    assert isinstance(reader.error, Forbidden)
    assert detail in str(reader.error)


def test_the_search_still_reads_after_every_refusal(reader: Reader) -> None:
    for status in (401, 403, 429, 500):
        refuse(reader, status, {})
    reader.x.add(f"genangan {HASHTAG}")
    reader.run()
    assert (reader.error, len(reader.disk)) == (None, 1)
