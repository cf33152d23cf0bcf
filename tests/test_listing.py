from datetime import timedelta
from types import SimpleNamespace

from made import NOW

from dengar import ingest
from dengar.ingest.protocol import Source, SourceSettings
from dengar.listing import collector_lines, gap_lines, status_lines, table
from dengar.models import BudgetLeft, Gap, Run, SourceStatus, Status

HOUR = timedelta(hours=1)


def test_the_status_fits_the_terminal_and_says_everything() -> None:
    run = Run(id="1", source="x", started_at=NOW - HOUR, outcome="rate_limited")
    budget = BudgetLeft(posts_today=1900, money_this_month=1.5)
    sources = (
        SourceStatus(
            name="x", collector="x", enabled=True, every="1 hour", last_run=run, last_message=NOW - 30 * HOUR, gaps=2,
            quarantined=3, paused_until=NOW + HOUR, budget=budget, expires_at=NOW + 400 * HOUR,
        ),
        SourceStatus(name="pagi", collector="feed", enabled=True, at="0 6 * * mon-fri", stopped="broken"),
        SourceStatus(name="form", collector="form", enabled=False, is_pushed=True),
    )  # fmt: skip
    status = Status(
        at=NOW, version="0.1.0", store_ready=True, posts=12_345, waiting=2, waiting_since=NOW - HOUR, sources=sources,
        replies={"sent": 4, "unsure": 1}, problems=("pagi: It stands still.",), warnings=("x: It waits.",),
    )  # fmt: skip
    lines = list(status_lines(status, 200))
    text = "\n".join(lines)
    for told in (
        "Dengar 0.1.0 at 2026-11-20 10:00 WIB", "takes writes", "scheduler  not running", "posts      12,345",
        "waiting    2 items since 09:00", "replies    sent 4   unsure 1", "rate_limited 09:00", "19 Nov 04:00",
        "paused until 11:00, gaps 2, in quarantine 3, 1,900 posts left today, $1.50 left this month, ",
        "token until 2026-12-07",
        "0 6 * * mon-fri", "stands still", "pushed to us", "switched off",
        "! pagi: It stands still.\n? x: It waits.",
    ):  # fmt: skip
        assert told in text, told
    assert max(map(len, status_lines(status, 80))) <= 80


def test_every_collector_is_listed_with_what_it_says_of_itself() -> None:
    lines = list(collector_lines(3000))
    assert [line.split()[0] for line in lines] == ["collector", *ingest.names()]
    assert "how long" not in lines[0]
    (mail,) = (line for line in lines if line.startswith("mail "))
    for told in ("read", "as long as the mailbox keeps its mails", "by arrival in the folder", "no", "free"):
        assert told in mail
    assert max(map(len, collector_lines(80))) <= 90


def test_long_cells_wrap_within_their_column() -> None:
    rows = [("a", "what", "x"), ("b", "one two three four five", "yes")]
    assert list(table(rows, (0, 1, 0), 20)) == ["a  what        x", "b  one two     yes", "   three four", "   five"]


def test_a_gap_is_told_with_the_command_that_fills_it() -> None:
    def source(collector: object) -> Source:
        return Source(name="x", collector=collector, settings=SourceSettings(name="x", collector="made"))

    gap = Gap(source="x", since=NOW - 30 * HOUR, until=NOW + timedelta(milliseconds=1), cause="429.", noticed_at=NOW)
    told, fill = gap_lines([gap], {"x": source(SimpleNamespace(pull=None))}, NOW)
    assert told == "x: 19 Nov 04:00 to 10:00, 429."
    assert fill == "  dengar collect x --since 2026-11-19T04:00:00+0700 --until 2026-11-20T10:00:01+0700"
    for sources in ({"x": source(SimpleNamespace(accept=None))}, {}):
        assert "`dengar ingest FILE`" in list(gap_lines([gap], sources, NOW))[1]
    assert list(gap_lines([], {}, NOW)) == ["Everything is covered, as far as is known."]
