"""One page of posts: asked for within the budget, counted as X bills it, then read."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from dengar.errors import Forbidden, SourceChanged
from dengar.ingest.fetch import Answer, read_json
from dengar.ingest.protocol import Budget
from dengar.ingest.xapi.door import CutOff, TooLong, ask
from dengar.ingest.xapi.fields import ASKED, get_id, read_row
from dengar.ingest.xapi.refusals import Problem, read_problem
from dengar.ingest.xapi.settings import Settings

MOST = 100


class Meta(msgspec.Struct, frozen=True):
    """What X says about a page."""

    result_count: int | None = None
    next_token: str | None = None


class Page(msgspec.Struct, frozen=True):
    """A page as X sends it: the very bytes of each post, what they refer to, and problems with some of them."""

    data: list[msgspec.Raw] | None = None
    includes: dict[str, Any] | None = None
    errors: list[Any] | None = None
    meta: Meta | None = None

    @property
    def posts(self) -> Sequence[bytes]:
        """Give the bytes of each post."""
        return [bytes(one) for one in self.data or ()]

    @property
    def problems(self) -> Sequence[Problem]:
        """Give the problems with single posts, which do not cost the others."""
        return [read_problem(one) for one in self.errors or () if isinstance(one, dict)]

    @property
    def next_token(self) -> str | None:
        """Give the name of the next page; a short page, or an empty one, is not the last for that."""
        return (self.meta and self.meta.next_token) or None


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where posts are read: its path and own parameters, what a post costs, and the fewest that can be asked for.

    `days` is how far back it goes, None for a source that keeps a number of posts instead of days.
    """

    name: Literal["mentions", "search", "lookup"]
    path: str
    price: float
    fewest: int
    params: Mapping[str, str] = {}
    days: int | None = None


def read_page(client: Any, endpoint: Endpoint, bounds: Mapping[str, str], settings: Settings, budget: Budget) -> Page:  # noqa: ANN401
    """Ask for as many posts as the budget allows, 100 at most; raises StopSource.

    What X bills is counted as soon as the answer is there, also when it cannot be read: then it is what the answer says
    of itself, and where it says nothing all that was asked for.
    """
    most = fit(budget, endpoint)
    budget.ask(most, most * endpoint.price)
    params = {**endpoint.params, **ASKED[settings.vocabulary], "max_results": str(most), **bounds}
    return ask_page(client, endpoint, params, most, budget)


def ask_page(client: Any, endpoint: Endpoint, params: dict[str, str], most: int, budget: Budget) -> Page:  # noqa: ANN401
    """Ask for `most` posts at most, and count what came."""
    try:
        answer = ask(client, "GET", endpoint.path, params)
    except (CutOff, TooLong):
        budget.spend(most, most * endpoint.price)
        raise
    try:
        page = read_json(answer, endpoint.path, Page)
    except SourceChanged:
        count = _guess(answer, most)
        budget.spend(count, count * endpoint.price)
        raise
    count = _count(page, most)
    budget.spend(count, count * endpoint.price)
    _refuse_odd(page, endpoint)
    return page


def fit(budget: Budget, endpoint: Endpoint) -> int:
    """Give how many posts to ask for: what is left of the budget, within X's limits."""
    affordable = [MOST]
    if budget.posts is not None:
        affordable.append(budget.posts)
    if budget.money is not None and endpoint.price:
        affordable.append(int(budget.money / endpoint.price + 1e-6))
    return max(endpoint.fewest, min(affordable))


def _count(page: Page, most: int) -> int:
    if page.data is not None:
        return len(page.data)
    if page.meta is not None and page.meta.result_count is not None:
        return page.meta.result_count
    return 0 if page.problems else most


def _guess(answer: Answer, most: int) -> int:
    """Count an answer of another shape as well as it can be."""
    row = read_row(answer.body)
    data = row.get("data") if row else None
    return len(data) if isinstance(data, list) else most


def _refuse_odd(page: Page, endpoint: Endpoint) -> None:
    if page.data is not None or page.meta is not None or (page.problems and endpoint.name == "lookup"):
        return
    if page.problems:
        raise Forbidden(f"X gives no {endpoint.name}: {page.problems[0].sentence}")
    raise SourceChanged(f"{endpoint.path} answered with another shape than we know: neither data nor meta.")


def refuse_silence(page: Page, settings: Settings) -> None:
    """Raise SourceChanged when no post of a page has the author that was asked for.

    X answers a field or expansion that it does not know with silence.
    """
    rows = [row for row in map(read_row, page.posts) if row and get_id(row)]
    if rows and not any(get_id(row, "author_id") for row in rows):
        other = "tweet" if settings.vocabulary == "post" else "post"
        raise SourceChanged(f'X sends posts without their authors: try vocabulary = "{other}".')
