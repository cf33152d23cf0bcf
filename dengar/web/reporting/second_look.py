"""The second look at a form before it is taken: whether the problem is known, and the photo was taken there."""

from collections.abc import Sequence
from dataclasses import dataclass

from dengar.models import Request
from dengar.routing.grouping import Match
from dengar.web.peta.maps import Maps
from dengar.web.reporting.listening import Listener, find_spot, name_spot, suggest


@dataclass(frozen=True, kw_only=True, slots=True)
class Questions:
    """What the sender of a form is asked: which of these reports it is, and whether the photo's place is meant."""

    text: str
    matches: Sequence[Match] = ()
    photo_place: str = ""

    @property
    def numbers(self) -> str:
        """The numbers of the reports that are shown."""
        return " ".join(one.report.number for one in self.matches)


def find_questions(listener: Listener, maps: Maps, message: Request) -> Questions | None:
    """Give what to ask before a form is taken; None when nothing is unclear. Raises BadRequest for a bad form."""
    draft = listener.read(message)
    tagged = next((one.geotag for one in draft.photos if one.geotag), None)
    spot = find_spot(maps, tagged) if draft.geotag == tagged else None
    matches = suggest(listener, draft)
    if not matches and spot is None:
        return None
    return Questions(text=draft.text, matches=matches, photo_place=name_spot(spot) if spot else "")
