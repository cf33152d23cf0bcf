"""POST /requests: a program with a key sends a report, which is stored as it came before it is answered."""

from collections.abc import Mapping

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dengar.errors import BadRequest
from dengar.web.body import read_request, read_texts
from dengar.web.language import choose_language
from dengar.web.open311.answers import answer_list, format_of
from dengar.web.open311.asking import given
from dengar.web.open311.catalogue import Question
from dengar.web.open311.requests import ITEM, ROOT
from dengar.web.open311.services import is_service, questions_of
from dengar.web.rate import Rate
from dengar.web.site import Site, site_of

PUSH = "service_requests"
PER_MINUTE = 600  # of one key: the flood of a day, and no more than the store takes beside everything else
KINDS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: the number is known at once, so that there is never a token beside it.

    FixMyStreet asks for a token's request once, at once, and posts again when there is none yet.
    """

    service_request_id: str
    service_notice: str
    account_id: str | None = None


async def post_request(request: Request) -> Response:
    """Take a report; 403 without a key, 400 for what is missing or wrong."""
    format_of(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in KINDS:
        raise BadRequest(f"Send the fields as {' or '.join(KINDS)}.")
    message = await read_request(request)
    try:
        fields = given(await read_texts(request, message.body))
    except ValueError as error:
        raise BadRequest(f"The body cannot be read: {error}.") from error
    site = site_of(request)
    await run_in_threadpool(_admit, site, request, fields.get("api_key") or request.query_params.get("api_key", ""))
    _check_service(site, fields)
    push = site.pushes.get(PUSH)
    if push is None:
        raise BadRequest("This site takes no requests.")
    (receipt,) = (await run_in_threadpool(push, message)).receipts
    return answer_list(request, ROOT, ITEM, [_make_answer(request, site, str(receipt.number), fields)])


def _admit(site: Site, request: Request, key: str) -> None:
    """Raise HTTPException 403 for a key that is missing or unknown, 429 for one that sends too much."""
    client = site.store.clients.find_by_key(key.strip()) if key.strip() else None
    if client is None:
        raise HTTPException(403, "api_key is unknown or was ended." if key else "api_key is missing.")
    rate: Rate = request.app.state.client_rate
    wait = rate.wait_seconds(client.name)
    if wait:
        raise HTTPException(429, "This key sends too much at once.", {"retry-after": str(wait)})


def _check_service(site: Site, fields: Mapping[str, str]) -> None:
    code = fields.get("service_code", "")
    if not code:
        raise BadRequest("service_code is missing.")
    if not is_service(site, code):
        raise BadRequest(f"service_code: {code[:40]!r} is unknown: /services lists them.")
    for question in questions_of(code):
        check_answer(question, fields.get(f"attribute[{question.code}]", ""))


def check_answer(question: Question, answer: str) -> None:
    """Raise BadRequest for a required answer that is missing, and for one that cannot be chosen."""
    name = f"attribute[{question.code}]"
    if not answer:
        if question.required:
            raise BadRequest(f"{name} is missing.")
        return
    keys = [key for key, _ in question.choices]
    if keys and answer not in keys:
        raise BadRequest(f"{name}: {answer[:40]!r} is unknown. Known are {', '.join(keys)}.")


def _make_answer(request: Request, site: Site, number: str, fields: Mapping[str, str]) -> Posted:
    language = choose_language(request)
    followed = f"{site.address(request)}/laporan/{number}"
    notice = language.say("Laporan diterima. Ikuti di {address}").format(address=followed)
    return Posted(service_request_id=number, service_notice=notice, account_id=fields.get("account_id"))
