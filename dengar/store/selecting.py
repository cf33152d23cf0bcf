"""A selection as a question to MongoDB."""

import math

from dengar.models import OPEN_STATES, Circle, Selection
from dengar.store.documents import Document

_AREAS = {5: "place.kota_code", 8: "place.kecamatan_code", 13: "kel"}  # by the length of a code: 31.74.02.1001
METRES = 111_320.0  # in a degree of latitude
PUBLIC_DECIMALS = 4  # of the points that everybody is shown: a finer question would tell more than they
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
    if selection.categories:
        parts.append({"category": {"$in": list(selection.categories)}})
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
    if selection.circle:
        parts += _within(selection.circle)
    return parts


def _within(circle: Circle) -> list[Document]:
    """Ask for what lies in a circle, on a plane: a city is flat enough; the square around it is looked at first."""
    wide = METRES * math.cos(math.radians(circle.lat))
    lat = _shown_metres("$place.lat", circle.lat, METRES)
    lon = _shown_metres("$place.lon", circle.lon, wide)
    distance = {"$add": [{"$pow": [lat, 2]}, {"$pow": [lon, 2]}]}
    margin = circle.metres + METRES * 10.0**-PUBLIC_DECIMALS
    return [
        {"place.lat": {"$gte": circle.lat - margin / METRES, "$lte": circle.lat + margin / METRES}},
        {"place.lon": {"$gte": circle.lon - margin / wide, "$lte": circle.lon + margin / wide}},
        {"$expr": {"$lte": [distance, circle.metres**2]}},
    ]


def _shown_metres(name: str, degrees: float, scale: float) -> Document:
    return {"$multiply": [{"$subtract": [{"$round": [name, PUBLIC_DECIMALS]}, degrees]}, scale]}


def _times(name: str, selection: Selection) -> list[Document]:
    short = name.removesuffix("_at")
    since, until = getattr(selection, f"{short}_since"), getattr(selection, f"{short}_until")
    return [{name: {sign: at}} for sign, at in (("$gte", since), ("$lt", until)) if at is not None]
