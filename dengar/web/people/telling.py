"""What the templates of /admin and /akun need beside the records."""

from collections.abc import Mapping

from starlette.requests import Request

from dengar.models import ROLES, AuditEntry, Origin, Role, Unit
from dengar.store.sessions import SignedIn
from dengar.web.access import SESSION_COOKIE, staff_of
from dengar.web.language import Language, choose_language
from dengar.web.oversight import oversight_of
from dengar.web.people.words import DEEDS, MAY, NEWS, ORIGINS
from dengar.web.roles import ADMIN
from dengar.web.site import site_of

_BROWSERS = ("Firefox", "Edg", "OPR", "SamsungBrowser", "Chrome", "Safari", "curl")
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux")
_NAMES = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet", "Mac OS X": "macOS"}


class PeopleWords:
    """The words of one language for what people may do and have done."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def deed(self, entry: AuditEntry) -> str:
        """Name what was done."""
        return self._language.say(DEEDS[entry.kind])

    def may(self, role: Role) -> str:
        """Say what a role may do; nothing for who merely reported."""
        return self._language.say(MAY[role]) if role in MAY else ""

    def origin(self, origin: Origin) -> str:
        """Name where a setting comes from."""
        return self._language.say(ORIGINS[origin])

    def device(self, session: SignedIn) -> str:
        """Name a browser and its system, as far as it says so."""
        told = [next((one for one in known if one in session.device), "") for known in (_BROWSERS, _SYSTEMS)]
        return " · ".join(_NAMES.get(one, one) for one in told if one) or self._language.say("perangkat tidak dikenal")


def page_words(request: Request) -> Mapping[str, object]:
    """Give what every page of /admin and /akun needs."""
    language = choose_language(request)
    return {
        "words": PeopleWords(language),
        "language": language,
        "roles": ROLES,
        "news": NEWS.get(request.query_params.get("kabar", "")),
        "may_change": staff_of(request).role in ADMIN,
    }


def is_own_session(request: Request, session: SignedIn) -> bool:
    """Say whether the request itself comes in this session."""
    token = request.cookies.get(SESSION_COOKIE, "")
    return site_of(request).store.sessions.is_of(token, session.id)


def known_units(request: Request) -> Mapping[str, Unit]:
    """Give the units to choose from."""
    return oversight_of(request).units()
