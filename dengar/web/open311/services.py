"""GET /services and /services/{code}: the categories of Dengar as services, and what they ask of reporters."""

import re
from collections.abc import Iterator

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dengar.web.language import choose_language
from dengar.web.open311.answers import answer_list, answer_one
from dengar.web.open311.catalogue import ENTRIES, NO_SERVICE, Entry, Question
from dengar.web.site import Site, site_of
from dengar.web.telling import Telling

NOTHING_MORE = Entry(group="", says="")
_WORD = re.compile(r"\w{3,}")


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of problem that can be reported; posts of all are judged at once, so that each is of type realtime."""

    service_code: str
    service_name: str
    description: str
    metadata: bool
    type: str = "realtime"
    keywords: str
    group: str


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """One of the answers to choose from."""

    key: str
    name: str


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """A question; `values` only where one of them is to be chosen."""

    variable: bool = True
    code: str
    datatype: str
    required: bool
    datatype_description: str | None
    order: int
    description: str
    values: tuple[Value, ...] | msgspec.UnsetType = msgspec.UNSET


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """What a service asks beside the place and the description."""

    service_code: str
    attributes: tuple[Attribute, ...]


def list_services(request: Request) -> Response:
    """List the services."""
    site = site_of(request)
    tell = site.telling(choose_language(request))
    return answer_list(request, "services", "service", list(_services(site, tell)))


def show_definition(request: Request) -> Response:
    """Give the questions of a service, none where it has no metadata: some clients ask all the same."""
    site = site_of(request)
    code = request.path_params["code"]
    if not is_service(site, code):
        raise HTTPException(404, f"There is no service {code[:40]!r}.")
    tell = site.telling(choose_language(request))
    asked = tuple(_make_attribute(tell, order, one) for order, one in enumerate(questions_of(code), start=1))
    return answer_one(request, "service_definition", Definition(service_code=code, attributes=asked))


def is_service(site: Site, code: str) -> bool:
    """Say whether reports of this kind can be sent."""
    return code in site.categories and code != NO_SERVICE


def questions_of(code: str) -> tuple[Question, ...]:
    """Give what a service asks beside the place and the description."""
    return ENTRIES.get(code, NOTHING_MORE).questions


def _services(site: Site, tell: Telling) -> Iterator[Service]:
    for code, names in site.categories.items():
        if not is_service(site, code):
            continue
        entry = ENTRIES.get(code, NOTHING_MORE)
        words = (word.lower() for name in names for word in _WORD.findall(name))
        yield Service(
            service_code=code,
            service_name=tell.category(code),
            description=tell.language.say(entry.says) if entry.says else tell.category(code),
            metadata=bool(entry.questions),
            keywords=", ".join(dict.fromkeys(words)),
            group=tell.language.say(entry.group) if entry.group else "",
        )


def _make_attribute(tell: Telling, order: int, question: Question) -> Attribute:
    values = tuple(Value(key=key, name=tell.language.say(name)) for key, name in question.choices)
    return Attribute(
        code=question.code,
        datatype="singlevaluelist" if values else "string",
        required=question.required,
        datatype_description=tell.language.say(question.hint) if question.hint else None,
        order=order,
        description=tell.language.say(question.says),
        values=values or msgspec.UNSET,
    )
