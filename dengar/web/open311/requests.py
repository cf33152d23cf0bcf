"""GET /requests, /requests/{id} and /tokens/{id}: reports by filter, or by the numbers that people were told."""

from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dengar.models import Report
from dengar.web.asking import write_place
from dengar.web.language import choose_language
from dengar.web.open311.answers import answer_list, format_of
from dengar.web.open311.asking import given, read_ids, read_question, wants_extensions
from dengar.web.open311.service_request import ServiceRequest, make_receipt, make_requests
from dengar.web.reports import clean_number, find_number
from dengar.web.site import Site, site_of
from dengar.web.telling import Telling

ROOT, ITEM = "service_requests", "request"


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A tracking number, and the report that has come of it: absent until there is one that may be shown."""

    service_request_id: str | msgspec.UnsetType = msgspec.UNSET
    token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Who asks: the words of their language, and how they reach the site."""

    site: Site
    tell: Telling
    address: str
    extensions: bool

    def find(self, numbers: list[str]) -> list[ServiceRequest]:
        """Give the requests of these numbers, each under the number that was asked for."""
        found = {number: shown for number in numbers if (shown := _find_shown(self.site, number))}
        reports = {one.number: one for one in found.values() if isinstance(one, Report)}
        made = {one.service_request_id: one for one in self.make(list(reports.values()))}
        return [
            msgspec.structs.replace(made[one.number], service_request_id=number)
            if isinstance(one, Report)
            else make_receipt(self.tell, number, self.site.store.posts.find_number(number))
            for number, one in found.items()
        ]

    def make(self, reports: list[Report]) -> list[ServiceRequest]:
        """Make the requests of these reports."""
        return make_requests(self.site, self.tell, self.address, reports, extensions=self.extensions)


def list_requests(request: Request) -> Response:
    """List requests, the newest first; `service_request_id` overrides every other filter."""
    format_of(request)
    asked = given(request.query_params)
    reader = _reader(request)
    if "service_request_id" in asked:
        numbers = [number for one in read_ids(asked["service_request_id"]) if (number := clean_number(one))]
        return answer_list(request, ROOT, ITEM, reader.find(numbers))
    question = read_question(reader.site, asked)
    reports = reader.site.store.reports.select(
        question.selection, question.size, question.by, question.behind, skip=question.skip
    )
    headers = {}
    if len(reports) == question.size:  # by a place, because pages far behind cost the store time
        place = write_place(question.by, getattr(reports[-1], question.by), reports[-1].number)
        more = {name: value for name, value in asked.items() if name not in {"page", "setelah", "api_key"}}
        here = f"{reader.address}{request.scope['path']}"
        headers["link"] = f'<{here}?{urlencode(more | {"setelah": place})}>; rel="next"'
    return answer_list(request, ROOT, ITEM, reader.make(reports), headers)


def show_request(request: Request) -> Response:
    """Give one request, in a list; 404 for a number that is unknown or held back."""
    number = _number(request)
    found = _reader(request).find([number]) if number else []
    if not found:
        raise HTTPException(404, "There is no such service_request_id.")
    return answer_list(request, ROOT, ITEM, found)


def show_token(request: Request) -> Response:
    """Give the report that a tracking number leads to; 404 for an unknown one."""
    number, site = _number(request), site_of(request)
    found = find_number(site.store, number) if number else None
    if number is None or found is None:
        raise HTTPException(404, "There is no such token.")
    report = found.report if found.report and not found.report.is_hidden else None
    told = Token(token=number, service_request_id=report.number if report else msgspec.UNSET)
    return answer_list(request, ROOT, ITEM, [told])


def _find_shown(site: Site, number: str) -> Report | str | None:
    """Give the report of a number, the number itself while there is none, None when nothing may be shown."""
    found = find_number(site.store, number)
    if found is None or found.report is None:
        return number if found else None
    return None if found.report.is_hidden or not found.report.voices else found.report


def _number(request: Request) -> str | None:
    format_of(request)
    return clean_number(request.path_params["number"])


def _reader(request: Request) -> Reader:
    site = site_of(request)
    return Reader(
        site=site,
        tell=site.telling(choose_language(request)),
        address=site.address(request),
        extensions=wants_extensions(given(request.query_params)),
    )
