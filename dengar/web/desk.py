"""The desk as an API: the next report, its whole case, and the commands; every answer is one JSON object."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Protocol

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.exceptions import HTTPException
from starlette.concurrency import run_in_threadpool

from dengar.errors import BadRequest
from dengar.models import DoubtKind, Event, Post, Report, Staff
from dengar.routing.commands import LONGEST_TEXT, Answer, AnyCommand, Command, Rate, Reopen
from dengar.routing.scope import narrow_area
from dengar.web.access import staff_of
from dengar.web.body import decode, read_limited, read_photos, read_request
from dengar.web.site import Site, site_of

router = APIRouter(prefix="/api/meja", tags=["meja"])
TheSite = Annotated[Site, Depends(site_of)]
Who = Annotated[Staff, Depends(staff_of)]
Version = Annotated[str | None, Header(alias="If-Match", description="The version of the report that you saw.")]

MOST_LISTED = 200
LARGEST_COMMAND = 200_000
_COMMAND: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": msgspec.json.schema(AnyCommand)}},
    }
}


_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "catatan": {"type": "string"},
                        "foto": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    },
                }
            }
        },
    }
}


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which reports somebody wants next, as it comes in a body."""

    kind: DoubtKind | None = None
    area: str | None = None
    unit: str | None = None


class ClosedReport(Protocol):
    """A report that was closed with photos."""

    @property
    def report(self) -> Report:
        """The report as it is then."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is worth knowing of the photos."""


class DeskDoor(Protocol):
    """Where people decide about reports: `dengar.desk.Desk`."""

    def next(
        self, who: Staff, *, kind: DoubtKind | None = None, area: str | None = None, unit: str | None = None
    ) -> Report | None:
        """Claim the next report."""

    def claim(self, who: Staff, number: str) -> Report:
        """Claim this one."""

    def release(self, who: Staff, number: str) -> None:
        """Leave it to others."""

    def act(
        self, who: Staff, number: str, command: Command, version: int | None = None, *, action: str | None = None
    ) -> Report:
        """Carry out a command."""

    def close(
        self,
        who: Staff,
        number: str,
        note: str,
        photos: Sequence[bytes],
        version: int | None = None,
        *,
        action: str | None = None,
    ) -> ClosedReport:
        """Close a report with photos."""

    def key_of(self, number: str) -> str:
        """Give the key of a tracking number."""

    def fits(self, number: str, key: str) -> bool:
        """Say whether this is the key of a tracking number."""

    def respond(self, number: str, key: str, command: Rate | Reopen | Answer, photos: Sequence[bytes] = ()) -> Report:
        """Carry out what a reporter says of the outcome, or answers to a question."""

    def reopens_until(self, report: Report) -> datetime | None:
        """Say until when its reporter may open a closed report again."""

    def may_see(self, who: Staff, report: Report) -> bool:
        """Say whether somebody may see all of a report."""

    def check_sees(self, who: Staff, report: Report) -> None:
        """Raise BadRequest (403) when somebody may not see all of a report."""


def desk_of(site: TheSite) -> DeskDoor:
    """Give the desk; raises 404 where nobody decides."""
    if site.desk is None:
        raise HTTPException(404)
    return site.desk


TheDesk = Annotated[DeskDoor, Depends(desk_of)]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """All that staff see of a report: the row, its history, and its posts with what was judged of them."""

    report: Report
    events: list[Event]
    posts: list[Post]
    remarks: tuple[str, ...] = ()


class Queued(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a queue, the most urgent first, and how many wait in all."""

    waiting: int
    reports: list[Report]
    claimed: dict[str, str]


@router.get("/saya")
def show_me(who: Who) -> Response:
    """Say who calls, and with which rights."""
    return _json({"name": who.name, "role": who.role, "unit": who.unit})


@router.get("/antrean")
def show_queue(  # noqa: PLR0917  FastAPI calls it by names
    site: TheSite,
    who: Who,
    kind: DoubtKind | None = None,
    area: Annotated[str | None, Query(max_length=20, description="An area's code, or how it begins")] = None,
    unit: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 50,
) -> Response:
    """List what waits for a person, or with `unit` what that unit has to do."""
    mine, area = _own_unit(who, unit), narrow_area(who, area)
    queue = site.store.queue
    return _json(
        Queued(
            waiting=queue.count(kind, area, mine),
            reports=queue.page(kind, area, mine, limit),
            claimed=site.store.claims.held(site.clock()),
        )
    )


@router.get("/terlambat")
def show_overdue(
    site: TheSite,
    who: Who,
    unit: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 50,
) -> Response:
    """List the open reports past a deadline."""
    overdue = site.store.queue.overdue(site.clock(), _own_unit(who, unit), limit, narrow_area(who, None))
    return _json({"reports": overdue})


@router.post("/berikut")
async def take_next(request: Request, site: TheSite, desk: TheDesk, who: Who) -> Response:
    """Claim the next report for five minutes; 204 when nothing waits."""
    wanted = await _read(request, Wanted) or Wanted()
    asked = msgspec.structs.asdict(wanted) | {"unit": _own_unit(who, wanted.unit)}

    def take() -> Response:
        report = desk.next(who, **asked)
        return Response(status_code=204) if report is None else _case(site, desk, who, report)

    return await run_in_threadpool(take)


@router.get("/laporan/{number}")
def show_case(number: str, site: TheSite, desk: TheDesk, who: Who) -> Response:
    """Show all of a report."""
    report = site.store.find_report(number)
    if report is None:
        raise BadRequest(f"Tidak ada laporan {number}.", status=404)
    return _case(site, desk, who, report)


@router.post("/laporan/{number}/klaim")
def claim(number: str, site: TheSite, desk: TheDesk, who: Who) -> Response:
    """Claim a report for five minutes, or hold on to it; 409 when somebody else has it."""
    return _case(site, desk, who, desk.claim(who, number))


@router.delete("/laporan/{number}/klaim", status_code=204)
def release(number: str, desk: TheDesk, who: Who) -> Response:
    """Leave a report to others."""
    desk.release(who, number)
    return Response(status_code=204)


@router.post("/laporan/{number}", openapi_extra=_COMMAND)
async def act(  # noqa: PLR0917  FastAPI calls it by names
    number: str, request: Request, site: TheSite, desk: TheDesk, who: Who, if_match: Version = None
) -> Response:
    """Carry out a command and show the report as it is then; 409 when its state does not allow it."""
    command = await _read(request, AnyCommand)
    if command is None:
        raise BadRequest('Kirim perintah sebagai JSON, misalnya {"do": "start"}.')
    version = _version(if_match)

    def carry_out() -> Response:
        return _tell(site, desk.act(who, number, command, version))

    return await run_in_threadpool(carry_out)


@router.post("/laporan/{number}/tutup", openapi_extra=_FORM)
async def close(  # noqa: PLR0917  FastAPI calls it by names
    number: str, request: Request, site: TheSite, desk: TheDesk, who: Who, if_match: Version = None
) -> Response:
    """Close a report with photos as proof (multipart: `catatan`, and each photo as `foto`)."""
    note, photos = await read_photos(await read_request(request), request)
    version = _version(if_match)

    def carry_out() -> Response:
        closed = desk.close(who, number, note[:LONGEST_TEXT], photos, version)
        return _tell(site, closed.report, closed.remarks)

    return await run_in_threadpool(carry_out)


async def _read(request: Request, kind: Any) -> Any:  # noqa: ANN401  a union of commands is no type for mypy
    """Read what a body orders; None for an empty one."""
    body = await read_limited(request, LARGEST_COMMAND, "Perintah ini terlalu besar.")
    return decode(body, kind, "Perintah") if body.strip() else None


def _version(if_match: str | None) -> int | None:
    if if_match is None:
        return None
    try:
        return int(if_match.strip('" '))
    except ValueError as error:
        raise BadRequest("If-Match: versi laporan adalah bilangan.", status=422) from error


def _own_unit(who: Staff, unit: str | None) -> str | None:
    """Give the unit whose reports are meant; officers see their own."""
    if who.role != "petugas":
        return unit
    if unit not in {None, who.unit}:
        raise BadRequest("Petugas hanya melihat antrean unitnya sendiri.", status=403)
    return who.unit


def _case(site: Site, desk: DeskDoor, who: Staff, report: Report) -> Response:
    desk.check_sees(who, report)
    return _tell(site, report)


def _tell(site: Site, report: Report, remarks: tuple[str, ...] = ()) -> Response:
    """Show all of a report, also to the officer whose command has just given it to another unit."""
    events = site.store.events.of_report(report.number)
    posts = site.store.posts.of_report(report.number)
    answer = _json(Case(report=report, events=events, posts=posts, remarks=remarks))
    answer.headers["etag"] = f'"{report.version}"'
    return answer


def _json(answer: object) -> Response:
    return Response(msgspec.json.encode(answer), media_type="application/json", headers={"cache-control": "no-store"})
