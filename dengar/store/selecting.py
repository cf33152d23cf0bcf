"""A selection as a question to MongoDB."""

from dengar.models import OPEN_STATES, Selection
from dengar.store.documents import Document

_AREAS = {5: "place.kota_code", 8: "place.kecamatan_code", 13: "kel"}  # by the length of a code: 31.74.02.1001
SHOWN: Document = {"is_hidden": {"$ne": True}, "state": {"$ne": "duplikat"}, "voices": {"$gt": 0}}


def make_query(selection: Selection) -> Document:
    """Ask for the reports of a selection that everybody may see."""
    return {"$and": [SHOWN, *_reports(selection)]}


def make_posts_query(selection: Selection) -> Document:
    """Ask for the posts of a selection; of what only reports have nothing is asked."""
    parts: list[Document] = [{"hidden_since": {"$exists": False}}, *_place(selection, "place.kelurahan_code")]
    if selection.category:
        parts.append({"labels.category": selection.category})
    if selection.urgency:
        # the ordinary one is not stored
        known = {"labels.urgency": {"$exists": False}, "labels": {"$exists": True}}
        parts.append(known if selection.urgency == "routine" else {"labels.urgency": selection.urgency})
    return {"$and": [*parts, *_times("created_at", selection)]}


def _reports(selection: Selection) -> list[Document]:
    parts = _place(selection, "kel")
    parts += [{name: value} for name in ("category", "unit", "urgency") if (value := getattr(selection, name))]
    if selection.state in {"open", "closed"}:
        parts.append({"state": {"$in" if selection.state == "open" else "$nin": list(OPEN_STATES)}})
    elif selection.state:
        parts.append({"state": selection.state})
    if selection.number:
        parts.append({"_id": {"$gte": selection.number, "$lt": selection.number + "\uffff"}})
    return parts + _times("created_at", selection) + _times("updated_at", selection)


def _place(selection: Selection, kelurahan: str) -> list[Document]:
    parts: list[Document] = []
    if selection.area:
        name = _AREAS[len(selection.area)]
        parts.append({kelurahan if name == "kel" else name: selection.area})
    if selection.box:
        box = selection.box
        parts.append({"place.lon": {"$gte": box.west, "$lte": box.east}})
        parts.append({"place.lat": {"$gte": box.south, "$lte": box.north}})
    return parts


def _times(name: str, selection: Selection) -> list[Document]:
    short = name.removesuffix("_at")
    since, until = getattr(selection, f"{short}_since"), getattr(selection, f"{short}_until")
    return [{name: {sign: at}} for sign, at in (("$gte", since), ("$lt", until)) if at is not None]
