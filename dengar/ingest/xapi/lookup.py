"""Looks posts up again, by hundreds: what became of them."""

from collections.abc import Iterator, Sequence
from typing import Any

from dengar.errors import SourceChanged
from dengar.ingest.protocol import Budget, Clock, Rechecked
from dengar.ingest.xapi.door import open_client
from dengar.ingest.xapi.fields import ASKED, Row, get_id, get_versions, read_row
from dengar.ingest.xapi.items import is_older, is_withheld, make_item
from dengar.ingest.xapi.pages import MOST, Endpoint, Page, ask_page
from dengar.ingest.xapi.settings import Settings
from dengar.models import Item

# Not found; protected, suspended or withheld; against X's rules. Other problems say nothing about the post.
GONE = {"resource-not-found", "not-authorized-for-resource", "disallowed-resource"}


def look_up(settings: Settings, native_ids: Sequence[str], budget: Budget, clock: Clock) -> Rechecked:
    """Say which posts are gone, and give the newest version of those that were edited."""
    # All or nothing: a post that was not looked up must not count as one that is there.
    budget.ask(len(native_ids), len(native_ids) * settings.lookup_price)
    with open_client(settings, clock, as_user=settings.bearer_token is None) as client:
        looking = _Looking(client, settings, budget)
        missing, edited = [], {}
        for native_id, found in looking.find(native_ids):
            if found is None or is_withheld(found[1]):
                missing.append(native_id)
            elif is_older(found[1]):
                edited[get_versions(found[1])[-1]] = native_id
        items = tuple(looking.fetch_items(list(edited), clock))
    return Rechecked(items=items, missing=tuple(missing))


def fetch_items(settings: Settings, native_ids: Sequence[str], budget: Budget, clock: Clock) -> tuple[Item, ...]:
    """Give posts as they are now."""
    with open_client(settings, clock, as_user=settings.bearer_token is None) as client:
        return tuple(_Looking(client, settings, budget).fetch_items(native_ids, clock))


class _Looking:
    def __init__(self, client: Any, settings: Settings, budget: Budget) -> None:  # noqa: ANN401  tweepy has no types
        self._client = client
        self._settings = settings
        self._budget = budget
        self._endpoint = Endpoint(name="lookup", path="/2/tweets", price=settings.lookup_price, fewest=1)

    def find(self, ids: Sequence[str]) -> Iterator[tuple[str, tuple[bytes, Row, Page] | None]]:
        """Give each post, or None for one that is gone; one that X had only trouble with is passed over."""
        for start in range(0, len(ids), MOST):
            chunk = ids[start : start + MOST]
            page = self._ask(chunk)
            rows = [(data, row) for data in page.posts if (row := read_row(data))]
            found = {get_id(row): (data, row, page) for data, row in rows}
            trouble = {one.resource_id for one in page.problems if one.name not in GONE}
            yield from ((one, found.get(one)) for one in chunk if one in found or one not in trouble)

    def fetch_items(self, ids: Sequence[str], clock: Clock) -> Iterator[Item]:
        for _, found in self.find(ids):
            if found is not None and not is_withheld(found[1]):
                data, row, page = found
                yield make_item(data, row, page.includes or {}, self._settings, clock())

    def _ask(self, ids: Sequence[str]) -> Page:
        self._budget.ask(len(ids), len(ids) * self._settings.lookup_price)
        params = {"ids": ",".join(ids), **ASKED[self._settings.vocabulary]}
        page = ask_page(self._client, self._endpoint, params, len(ids), self._budget)
        if not page.posts and not page.problems and len(ids) > 1:
            raise SourceChanged(f"X says nothing at all about {len(ids)} posts: that is no answer.")
        return page
