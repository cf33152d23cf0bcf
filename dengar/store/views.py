"""Views with names that stay, for programs that draw figures: what everybody may know, flat, without any free text."""

from collections.abc import Sequence

from pymongo.errors import OperationFailure

from dengar.models import OPEN_STATES, EventKind
from dengar.store.documents import Data, Document
from dengar.store.selecting import PUBLIC_DECIMALS, SHOWN

FEWEST = 5  # reports in a cell: a smaller one may speak of one person
ZONE = "Asia/Jakarta"
NAMESPACE_EXISTS = 48
# What an event says of people, and what stays among colleagues, is no event for everybody.
TOLD: tuple[EventKind, ...] = (
    "received", "voice", "routed", "state", "placed", "recategorised", "merged", "parted", "restored", "paused",
    "resumed", "escalated", "rated", "handed_over",
)  # fmt: skip


def make_views(data: Data) -> None:
    """Create the views, and change those that an older version has made."""
    known = {one["name"]: one["options"] for one in data.list_collections(filter={"name": {"$in": list(VIEWS)}})}
    for name, (source, stages) in VIEWS.items():
        wanted: Document = {"viewOn": source, "pipeline": list(stages)}
        if name not in known:
            _create(data, name, wanted)
        elif known[name] != wanted:
            data.command("collMod", name, **wanted)


def _create(data: Data, name: str, wanted: Document) -> None:
    """Create a view; another process may have done so at the same moment."""
    try:
        data.create_collection(name, check_exists=False, **wanted)
    except OperationFailure as error:
        if error.code != NAMESPACE_EXISTS:
            raise


def _rounded(name: str) -> Document:
    return {"$round": [name, PUBLIC_DECIMALS]}


def _joined(name: str) -> Document:
    add = {"$concat": ["$$value", {"$cond": [{"$eq": ["$$value", ""]}, "", " "]}, "$$this"]}
    return {"$reduce": {"input": name, "initialValue": "", "in": add}}


_PLACE = {
    f"{level}{end}": {"$ifNull": [f"$place.{level}{end}", None]}
    for level in ("kota", "kecamatan", "kelurahan")
    for end in ("_code", "")
}
_IS_OPEN = {"$in": ["$state", list(OPEN_STATES)]}
_HAS_PLACE = {"$gt": ["$place", None]}
_PRECISION = {"$cond": [_HAS_PLACE, {"$ifNull": ["$place.precision", "kelurahan"]}, None]}

_REPORTS: Sequence[Document] = (
    {"$match": SHOWN},
    {
        "$project": {
            "_id": 0,
            "number": "$_id",
            **dict.fromkeys(("category", "urgency", "state", "unit", "voices", "created_at", "updated_at"), 1),
            "is_open": _IS_OPEN,
            **_PLACE,
            "lat": {"$ifNull": [_rounded("$place.lat"), None]},
            "lon": {"$ifNull": [_rounded("$place.lon"), None]},
            "precision": _PRECISION,
            "channels": _joined("$channels"),
            "received_at": 1,
            **{name: {"$ifNull": [f"$routing.{name}", None]} for name in ("respond_by", "resolve_by")},
            **{name: {"$ifNull": [f"${name}", None]} for name in ("routed_at", "answered_at", "closed_at")},
            "reopened": {"$ifNull": ["$reopened", 0]},
        }
    },
)
_SHOWN_REPORT = {"from": "reports", "localField": "report", "foreignField": "_id", "pipeline": [
    {"$match": SHOWN}, {"$project": {"category": 1, "place": 1}},
], "as": "of"}  # fmt: skip
_EVENTS: Sequence[Document] = (
    {"$match": {"kind": {"$in": list(TOLD)}}},
    {"$lookup": _SHOWN_REPORT},
    {"$unwind": "$of"},
    {
        "$project": {
            "_id": 0,
            "number": "$report",
            "seq": 1,
            "at": 1,
            "kind": 1,
            "state": {"$ifNull": ["$state", None]},
            "unit": {"$ifNull": ["$routing.unit", None]},
            "category": "$of.category",
            **{name: {"$ifNull": [f"$of.place.{name}", None]} for name in ("kota_code", "kelurahan_code")},
        }
    },
)
_DAY = {"$dateTrunc": {"date": "$created_at", "unit": "day", "timezone": ZONE}}
_DAILY: Sequence[Document] = (
    {"$match": SHOWN | {"place.kelurahan_code": {"$gt": ""}, "category": {"$gt": ""}}},
    {
        "$group": {
            "_id": {"day": _DAY, "kelurahan_code": "$place.kelurahan_code", "category": "$category"},
            **{name: {"$first": f"$place.{name}"} for name in ("kelurahan", "kecamatan_code", "kota_code", "kota")},
            "reports": {"$sum": 1},
            "voices": {"$sum": "$voices"},
            "open": {"$sum": {"$cond": [_IS_OPEN, 1, 0]}},
        }
    },
    {"$match": {"reports": {"$gte": FEWEST}}},
    {
        "$project": {
            "_id": 0,
            **{name: f"$_id.{name}" for name in ("day", "kelurahan_code", "category")},
            **dict.fromkeys(("kelurahan", "kecamatan_code", "kota_code", "kota", "reports", "voices", "open"), 1),
        }
    },
)
_UNITS: Sequence[Document] = (
    {"$project": {"_id": 0, "unit": "$_id", "name": 1, "kind": 1, "area": {"$ifNull": ["$area", None]}}},
)

VIEWS: dict[str, tuple[str, Sequence[Document]]] = {
    "bi_reports": ("reports", _REPORTS),
    "bi_events": ("events", _EVENTS),
    "bi_daily": ("reports", _DAILY),
    "bi_units": ("units", _UNITS),
}
