"""What an answer of X that is none means for the source, by the type of its problem."""

from datetime import UTC, datetime, timedelta

from dengar.errors import (
    AuthExpired,
    Blocked,
    BudgetSpent,
    Forbidden,
    RateLimited,
    SourceChanged,
    StopSource,
    Transient,
)
from dengar.ingest.fetch import LONGEST_PAUSE, Answer, make_error, read_retry_after
from dengar.ingest.xapi.fields import Row, get_rows, get_text, read_row
from dengar.models import Record

LONGEST_SENTENCE = 300
OUT_OF_CREDITS = timedelta(hours=1)
_SERVER = 500


class Problem(Record, frozen=True, kw_only=True):
    """A problem as X states it; `name` is the last word of its type, of which old and new addresses differ."""

    name: str = ""
    sentence: str = ""
    period: str = ""
    resource_id: str = ""


def read_problem(row: Row) -> Problem:
    """Read a problem leniently: what it lacks is empty."""
    says = [get_text(row, "detail", "message", "title", "reason"), get_text(row, "required_enrollment")]
    return Problem(
        name=get_text(row, "type").rstrip("/").rpartition("/")[2],
        sentence=" ".join(" ".join(says).split())[:LONGEST_SENTENCE],
        period=get_text(row, "period"),
        resource_id=get_text(row, "resource_id", "value"),
    )


def explain(answer: Answer, url: str, now: datetime) -> StopSource:
    """Give the error for an answer that is not 2xx."""
    if answer.status // 100 == 3:  # noqa: PLR2004  the API never redirects
        return Blocked(f"{url} sends us elsewhere, as login pages do.")
    if answer.status < _SERVER and answer.body.lstrip().startswith(b"<"):
        return Blocked(f"{url} answered {answer.status} with a web page: a login or a block, not the API.")
    problem = _read_refusal(answer.body)
    said = f": {problem.sentence}" if problem.sentence else ""
    if problem.name == "usage-capped":
        until = _next_day(now) if problem.period.lower() == "daily" else _next_month(now)
        return BudgetSpent(f"X's cap of posts is reached until {until:%d %B} (UTC){said}", until=until)
    if answer.status == 402:  # noqa: PLR2004  seen when credits run out
        return BudgetSpent(f"The credits at X are used up, buy new ones{said}", until=now + OUT_OF_CREDITS)
    if answer.status == 429:  # noqa: PLR2004  too many requests
        until = _read_reset(answer, now)
        return RateLimited(f"X asks to wait until {until:%H:%M} UTC{said}", until=until)
    return _explain_rest(answer, problem, said) or make_error(answer, url, now)


def _explain_rest(answer: Answer, problem: Problem, said: str) -> StopSource | None:
    kinds: dict[int, tuple[type[StopSource], str]] = {
        400: (SourceChanged, "X does not take the request; if it names the query, correct that"),
        401: (AuthExpired, "X refuses the credentials: make new tokens in its developer console"),
        403: (Forbidden, "X forbids this"),
        409: (Transient, "The stream has no rules yet"),
    }
    lacking = {
        "client-forbidden": "The app lacks the access that this needs: see its project and plan in X's console",
        "unsupported-authentication": "X wants credentials of another kind for this: the app's or the account's",
    }
    kind, says = kinds.get(answer.status, (None, ""))
    return kind(f"{lacking.get(problem.name, says)}{said}") if kind else None


def _read_refusal(body: bytes) -> Problem:
    """Read the body of a refusal: "one or more parameters were invalid" says less than the list behind it."""
    row = read_row(body) or {}
    problem, details = read_problem(row), get_rows(row, "errors")
    return read_problem(details[0]) if details and problem.name in {"", "invalid-request"} else problem


def _read_reset(answer: Answer, now: datetime) -> datetime:
    """Read when the limit ends: seconds since 1970 in X's own header, a minute at least and a day at most."""
    stamp = answer.headers.get("x-rate-limit-reset", "")
    if not (stamp.isdecimal() and len(stamp) <= 10):  # noqa: PLR2004  digits of seconds until the year 2286
        return read_retry_after(answer.headers.get("retry-after", ""), now)
    until = datetime.fromtimestamp(int(stamp), UTC)
    return min(max(until, now + timedelta(seconds=1)), now + LONGEST_PAUSE)


def _next_day(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _next_month(now: datetime) -> datetime:
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
