"""Site: what every page needs, put together once by make_app."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import HTTPConnection
from starlette.requests import Request as WebRequest
from starlette.responses import HTMLResponse

from dengar.feeds.taming import tame
from dengar.models import Accepted, Request, Status
from dengar.store import Store
from dengar.web.figures import Figures
from dengar.web.files import Files
from dengar.web.frames import Frames
from dengar.web.language import COOKIE, Language, choose_language, languages
from dengar.web.live import Live
from dengar.web.peta.maps import Maps
from dengar.web.rate import Rate
from dengar.web.roles import may_read
from dengar.web.telling import SAFE_TEXT, Telling

if TYPE_CHECKING:
    from dengar.web.desk import DeskDoor
    from dengar.web.model.door import ModelDoor
    from dengar.web.reporting.listening import Listener

Push: TypeAlias = Callable[[Request], Accepted]
YEAR_SECONDS = 365 * 86400
_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """The store, the doors for messages, and what turns records into pages."""

    store: Store
    desk: "DeskDoor | None"
    model: "ModelDoor | None"
    listener: "Listener | None"
    pushes: Mapping[str, Push]
    status: Callable[[], Status]
    categories: Mapping[str, tuple[str, str]]
    clock: Callable[[], datetime]
    notice: str | None
    figures: Figures
    files: Files
    rate: Rate
    environments: Mapping[str, Environment]
    live: Live
    frames: Frames
    public_url: str
    maps: Maps
    contact: str = ""

    def page(
        self,
        request: WebRequest,
        template: str,
        context: Mapping[str, object] | None = None,
        *,
        code: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        """Make a page in the reader's language; pages are never cached, because they change and hold a form key."""
        language = choose_language(request)
        given = {
            "site": self,
            "now": self.clock(),
            "here": _here(request),
            "path": request.scope["path"],
            "origin": self.address(request),
            "tell": self.telling(language),
            "me": request.scope.get("staff"),
        }
        text = self.environments[language.code].get_template(template).render(given | dict(context or {}))
        response = HTMLResponse(text, code, {"cache-control": "no-store", "vary": "Accept-Language, Cookie"})
        response.headers.update(headers or {})
        if request.query_params.get(COOKIE) == language.code:
            response.set_cookie(COOKIE, language.code, max_age=YEAR_SECONDS, httponly=True, samesite="lax")
        return response

    def telling(self, language: Language) -> Telling:
        """Give the words of a language, with the units' current names."""
        return Telling(language, self.categories, self.figures.units)

    def address(self, request: HTTPConnection) -> str:
        """Give where the site is reached: as configured, else the socket's own; the Host header is not believed."""
        host, port = request.scope.get("server") or ("localhost", None)
        return self.public_url.rstrip("/") or f"http://{f'[{host}]' if ':' in host else host}:{port}"


def site_of(request: HTTPConnection) -> Site:
    """Give the site that serves this request."""
    return cast("Site", request.app.state.site)


@cache
def make_environments(files: Files) -> dict[str, Environment]:
    """Make the template environment of each language."""
    return {code: _make_environment(language, files) for code, language in languages().items()}


def _make_environment(language: Language, files: Files) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(language.translations, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(number=language.number, moment=language.moment, ago=language.ago, tame=tame)
    environment.filters.update(share=language.share, span=language.span, day=language.day, short_day=language.short_day)
    environment.globals.update(lang=language.code, asset=files.address, may_read=may_read, SAFE_TEXT=SAFE_TEXT)
    return environment


def _here(request: WebRequest) -> str:
    """Give the address of this page without its language, ready to append to.

    It is built from the path alone: `request.url` believes the Host header, and `//host` would lead away.
    """
    path = "/" + quote(request.scope["path"].lstrip("/"))
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != COOKIE]
    return f"{path}?{urlencode(asked)}&" if asked else path + "?"
