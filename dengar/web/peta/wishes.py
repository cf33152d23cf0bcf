"""Wishes: what somebody wants to see on the map, as it stands in the address of the page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from dengar.errors import BadRequest
from dengar.feeds.selecting import parse_selection
from dengar.models import Selection

# As the address calls them, and as the one filter does.
FILTERS = {"kategori": "category", "kel": "kel", "keadaan": "state", "bbox": "bbox"}
DAYS = (1, 7, 30, 90, 365)
DAYS_OF_CLOSED = 90  # nobody wants all that ever was, and it takes long
ANY_STATE = "semua"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """The filters of the map; `days` 0 is any time, `ignored` names what was not understood."""

    kategori: str = ""
    kel: str = ""
    keadaan: str = "open"
    bbox: str = ""
    days: int = 0
    ignored: tuple[str, ...] = ()

    @property
    def span(self) -> int:
        """Give how many days back is looked, 0 for any time; only open reports are shown of any time."""
        return self.days or (0 if self.keadaan == "open" else DAYS_OF_CLOSED)

    @property
    def is_narrow(self) -> bool:
        """Say whether anything is filtered."""
        return self != Wish(ignored=self.ignored)

    def select(self, now: datetime) -> Selection:
        """Give the selection at a time; the values were looked at when they were read."""
        asked = {name: getattr(self, ours) for ours, name in FILTERS.items() if getattr(self, ours)}
        if self.keadaan == ANY_STATE:
            del asked["state"]
        selection = parse_selection(asked, {self.kategori}, ())
        return selection.replace(created_since=now - timedelta(days=self.span)) if self.span else selection

    def stream(self) -> str:
        """Give the query of the news about what is shown."""
        asked = {"category": self.kategori, "kel": self.kel, "bbox": self.bbox}
        return urlencode({name: value for name, value in asked.items() if value})

    def query(self, **others: str) -> str:
        """Give the address of the page with these filters, some of them changed; empty ones are left out."""
        own = {"kategori": self.kategori, "kel": self.kel, "hari": str(self.days or ""), "bbox": self.bbox}
        own["keadaan"] = "" if self.keadaan == "open" else self.keadaan
        return urlencode({name: value for name, value in (own | others).items() if value})


def read_wish(asked: Mapping[str, str], categories: Collection[str]) -> Wish:
    """Read a wish; what is not understood is left out and named."""
    ignored, given = [], {}
    for ours, name in FILTERS.items():
        value = asked.get(ours, "").strip()
        if value and _is_known(name, value, categories):
            given[ours] = value
        elif value:
            ignored.append(ours)
    days = asked.get("hari", "").strip()
    if days and days not in map(str, DAYS):
        ignored.append("hari")
    return Wish(**given, days=int(days) if days and "hari" not in ignored else 0, ignored=tuple(ignored))


def read_strictly(asked: Mapping[str, str], categories: Collection[str]) -> Wish:
    """Read a wish of a program; raises BadRequest for what is not understood."""
    wish = read_wish(asked, categories)
    if wish.ignored:
        raise BadRequest(f"Not understood: {', '.join(f'{name}={asked[name][:40]!r}' for name in wish.ignored)}.")
    return wish


def _is_known(name: str, value: str, categories: Collection[str]) -> bool:
    if (name, value) == ("state", ANY_STATE):
        return True
    try:
        parse_selection({name: value}, categories, ())
    except BadRequest:
        return False
    return True
