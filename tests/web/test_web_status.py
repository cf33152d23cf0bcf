# ruff: noqa: F401, F811  pytest hands the imported fixture `lone_store` in by its name
import re
from collections.abc import Iterator

import httpx2
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open_metrics
from prometheus_client.parser import text_string_to_metric_families
from web_site import NOW, Running, before, lone_store, serve

from dengar.ailments import WORDS as OPERATORS_WORDS
from dengar.models import Ailment, BudgetLeft, Gap, Run, Silence, SourceStatus, Status
from dengar.store import Store
from dengar.web.ailing import WORDS, tell_ailment
from dengar.web.language import languages

REFUSED = Ailment(kind="auth_expired", says="The credentials are refused.", cause="LOGIN <failed>")
TRACE = "Traceback (most recent call last):\n  File secret.py\nZeroDivisionError: oops"
SOURCES = (
    SourceStatus(
        name="koran", collector="feed", enabled=True, every="5 minutes", messages=12_345, expected=0.4,
        last_message=before(minutes=3), last_good=before(minutes=1),
        last_run=Run(id="1", source="koran", started_at=before(minutes=1), outcome="done"),
    ),
    SourceStatus(
        name="x", collector="x", enabled=True, every="1 hour", messages=7, last_message=before(hours=30),
        last_good=before(hours=2), gaps=2, quarantined=3, paused_until=before(hours=-2), pause_reason="429",
        last_run=Run(id="2", source="x", started_at=before(minutes=50), outcome="rate_limited", error="429"),
        budget=BudgetLeft(posts_today=900, money_this_month=1.5), expires_at=before(days=-20), expected=23.2,
        ailments=(Ailment(kind="rate_limited", says="Wait.", needs_person=False, at=before(hours=-2)),),
    ),
    SourceStatus(
        name="fb", collector="facebook", enabled=True, at="0 6 * * mon-fri", ailments=(REFUSED,),
        last_run=Run(id="3", source="fb", started_at=before(days=1), outcome="crashed", error=TRACE),
    ),
    SourceStatus(
        name="sepi", collector="sms", enabled=True, is_pushed=True, last_message=before(hours=9),
        silence=Silence(since=before(hours=9), expected=1234.4, came=0),
        ailments=(Ailment(kind="silent", says="No message.", needs_person=False, at=before(hours=9)),),
    ),
    SourceStatus(name="lama", collector="feed", enabled=False, every="1 hour", messages=5),
)  # fmt: skip
STATUS = Status(
    at=NOW, version="0.1.0", store_ready=True, model="m-1", scheduler="mesin:1", posts=10, reports=4, waiting=6,
    waiting_since=before(minutes=20), review=1, quarantined=3, replies={"sent": 2, "unsure": 1}, sources=SOURCES,
    gaps=(Gap(source="x", since=before(hours=9), until=before(hours=8), cause="429", noticed_at=NOW),),
    ailments=(Ailment(kind="backlog", says="6 messages wait.", at=before(minutes=20)),),
    problems=("fb: …",), warnings=("x: …", "sepi: …"),
)  # fmt: skip


@pytest.fixture
def site(lone_store: Store) -> Iterator[Running]:
    with serve(lone_store, status=lambda: STATUS) as running:
        yield running


def text_of(page: httpx2.Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_what_needs_a_person_stands_first_and_what_mends_itself_apart(site: Running) -> None:
    page = text_of(site.get("/status"))
    assert "Perlu tindakan Pesan menunggu diolah sejak 21 Nov 2026 15.40 WIB." in page
    assert "fb : Kata sandi atau token ditolak." in page
    assert "Perhatian; mungkin pulih sendiri x : Sumber ini meminta jeda sampai 21 Nov 2026 18.00 WIB." in page
    assert "sepi : Tidak ada pesan sejak 21 Nov 2026 07.00 WIB, padahal biasanya ada 1.234." in page
    names = re.findall(r'id="sumber-(\w+)"', site.get("/status").text)
    assert names == ["fb", "x", "sepi", "koran", "lama"]


def test_each_source_tells_its_facts_in_both_languages(site: Running) -> None:
    indonesian, english = text_of(site.get("/status")), text_of(site.get("/status", "en"))
    for told in (
        "dibaca setiap 5 menit", "Pesan terakhir 3 menit yang lalu · 12.345 seluruhnya", "Celah 2",
        "Dijeda sampai 21 Nov 2026 18.00", "Token berlaku sampai 11 Des 2026",
        "Sisa anggaran hari ini 900 pesan", "Sisa anggaran bulan ini US$",
        "dibaca menurut jadwal 0 6 * * mon-fri", "dikirim kepada kami", "Terakhir berhasil 2 jam yang lalu",
    ):  # fmt: skip
        assert told in indonesian, told
    for told in (
        "read every 5 minutes", "Last message 3 minutes ago · 12,345 altogether", "Budget left today 900 messages",
        "Budget left this month US$1.50", "Token good until 11 Dec 2026", "The password or token is refused.",
        "No message since 21 Nov 2026, 07:00 WIB, though 1,234 usually come.", "1 window of time is not covered.",
    ):  # fmt: skip
        assert told in english, told
    assert "LOGIN &lt;failed&gt;" in site.get("/status").text


def test_every_ailment_of_operators_has_its_words_on_the_page() -> None:
    assert set(OPERATORS_WORDS) <= set(WORDS)
    source = SOURCES[3]
    for language in languages().values():
        for kind in WORDS:
            told = tell_ailment(language, Ailment(kind=kind, says="?", at=NOW), source)
            assert "%" not in told
            assert told.count(".") >= 1
    assert tell_ailment(languages()["en"], Ailment(kind="new", says="Something else.")) == "Something else."


def test_how_our_code_went_wrong_is_not_told_to_everybody(site: Running) -> None:
    status = site.get("/api/status").json()
    assert status["sources"][2]["last_run"]["error"] == "ZeroDivisionError: oops"
    assert "secret.py" not in site.get("/status").text
    assert "secret.py" not in site.get("/api/status").text


# Metrics


def samples(site: Running) -> dict[tuple[str, frozenset[str]], float]:
    """Give every sample by its name and the values of its labels."""
    answer = site.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = list(text_string_to_metric_families(answer.text))
    assert all(family.documentation.endswith(".") for family in families)
    return {(one.name, frozenset(one.labels.values())): one.value for family in families for one in family.samples}


def test_metrics_are_what_the_parser_of_prometheus_reads(site: Running) -> None:
    found = samples(site)

    def value(name: str, *labels: str) -> float:
        return found[f"dengar_{name}", frozenset(labels)]

    assert value("info", "0.1.0", "m-1") == value("store_up") == value("scheduler_leader") == 1
    assert (value("queue_items"), value("queue_oldest_age_seconds")) == (6, 1200)
    assert (value("posts"), value("reports"), value("reports_to_review"), value("quarantine_items")) == (10, 4, 1, 3)
    assert (value("problems"), value("warnings"), value("replies", "unsure")) == (1, 2, 1)
    assert [value("source_up", name) for name in ("koran", "x", "fb", "sepi")] == [1, 0, 0, 1]
    assert value("source_ailment", "fb", "auth_expired") == 1
    assert value("source_last_success_timestamp_seconds", "koran") == before(minutes=1).timestamp()
    assert value("source_last_message_timestamp_seconds", "x") == before(hours=30).timestamp()
    assert value("source_items_total", "koran") == 12_345
    assert value("source_expected_items", "x") == 23.2
    assert (value("source_silent", "sepi"), value("source_silent", "x")) == (1, 0)
    assert (value("source_paused", "x"), value("source_gaps", "x"), value("source_quarantine_items", "x")) == (1, 2, 3)
    assert value("source_budget_left", "x", "posts", "day") == 900
    assert value("source_budget_left", "x", "money", "month") == 1.5
    assert value("source_token_expiry_timestamp_seconds", "x") == before(days=-20).timestamp()


def test_what_is_not_known_or_switched_off_has_no_metric(site: Running) -> None:
    names = set(samples(site))
    assert ("dengar_source_last_success_timestamp_seconds", frozenset({"fb"})) not in names
    assert ("dengar_source_token_expiry_timestamp_seconds", frozenset({"koran"})) not in names
    assert not [name for name, labels in names if "lama" in labels]


def test_metrics_come_as_open_metrics_to_who_asks_for_them(site: Running) -> None:
    with site.client(accept="application/openmetrics-text; version=1.0.0") as client:
        answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert len(list(parse_open_metrics(answer.text))) > 20  # type: ignore[no-untyped-call]


def test_metrics_hold_no_message_and_no_error(site: Running) -> None:
    text = site.get("/metrics").text
    assert not [one for one in ("LOGIN", "Traceback", "429", "mesin") if one in text]


def test_a_store_that_does_not_answer_is_a_metric_too(lone_store: Store) -> None:
    down = Status(at=NOW, version="0.1.0", store_ready=False, problems=("MongoDB takes no writes now.",))
    with serve(lone_store, status=lambda: down) as site:
        found = samples(site)
    assert found["dengar_store_up", frozenset()] == 0
    assert not [name for name, _ in found if name.startswith("dengar_posts")]
