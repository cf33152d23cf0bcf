"""Which open reports may be the same problem: asked before somebody sends a form, so that they may join one.

    Suggesting.read(request)       the form as its collector would read it; raises BadRequest with what is wrong
    Suggesting.look_at(data)       a photo's own place and time
    Suggesting.find_like(draft)    judged like a message of the pipeline, and compared with the open reports

Nothing is stored. While many ask at once nothing is suggested: the messages themselves come first.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import BoundedSemaphore

from dengar.errors import BadRequest, Poison
from dengar.ingest import form
from dengar.ingest.formats.submission import Upload
from dengar.models import OPEN_STATES, Draft, Item, Pending, Photo, Post, Request
from dengar.pipeline import Classifies, Locates, choose_category, clean_photos, make_clue, make_post
from dengar.routing.grouping import Match, OpenReports, hear
from dengar.routing.timing import LASTING
from dengar.store import Store

LEAST = -1.0  # log odds from which on somebody is asked who knows the problem
MOST = 3
AT_ONCE = 2


class Suggesting:
    """Finds the reports that may be the same problem as what somebody is about to send.

    `judges` gives classifier and locator, which are loaded when the first one asks.
    """

    def __init__(
        self,
        store: Store,
        judges: Callable[[], tuple[Classifies, Locates]],
        categories: Mapping[str, str],
        clock: Callable[[], datetime],
        author_key: bytes,
    ) -> None:
        self._store = store
        self._judges = judges
        self._categories = categories
        self._clock = clock
        self._author_key = author_key
        self._room = BoundedSemaphore(AT_ONCE)

    def read(self, request: Request) -> Draft:
        """Read a form; raises BadRequest for one that would be refused."""
        try:
            return form.parse(_accept(request, self._clock()))
        except Poison as error:
            raise BadRequest(form.UNREADABLE, status=415, field="foto") from error

    def look_at(self, data: bytes) -> Photo:
        """Read a photo's place and time from its beginning; raises BadRequest for what is no photo."""
        return form.read_upload(Upload(data=data, media_type="", name=""))

    def find_like(self, draft: Draft) -> list[Match]:
        """Give the likeliest open reports that everybody may see; none while too many ask."""
        if not self._room.acquire(blocking=False):
            return []
        try:
            post = self._judge(draft)
            category = choose_category(post, self._categories)
            heard = hear(post, category)
            reports = self._store.reports.find_open(heard.traits, heard.shelves, post.created_at - LASTING)
        finally:
            self._room.release()
        shown = [one for one in reports if not one.is_hidden and one.state in OPEN_STATES]
        matches = OpenReports(shown).find_like(post, category)
        return [one for one in matches if one.likeness.odds >= LEAST][:MOST]

    def _judge(self, draft: Draft) -> Post:
        classifier, locator = self._judges()
        item = _accept(_NOTHING, draft.created_at)
        post = make_post(Pending(item=item, order="", revision=1), draft, clean_photos(draft.photos), self._author_key)
        (labels,) = classifier.label([post.text])
        (located,) = locator.locate([post.text], [make_clue(post, {})])
        return post.replace(labels=labels, mentions=located.mentions, place=located.place, outside=located.outside)


def _accept(request: Request, now: datetime) -> Item:
    (item,) = form.accept(_FORM, request, now).items
    return item


_FORM = form.Settings(name="form", collector="form")
_NOTHING = Request(headers={"content-type": "application/json"}, body=b'{"text": "nothing"}')  # whose item it is
