"""What a proof photo's own time and place say against it."""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from dengar.models import WIB, Event, Photo, Place, Point, Report, Sighting
from dengar.routing.gist import metres

# Gives the code of the kelurahan around each point (latitudes, longitudes), None outside of all.
Kelurahans = Callable[[Sequence[float], Sequence[float]], Iterable[str | None]]

CLOCKS = timedelta(minutes=10)  # what two clocks may differ by
FAR_METRES = 200
_AROUND = 8
_KILOMETRE = 1000


def find_begin(report: Report, events: Iterable[Event]) -> datetime:
    """Say from when on a photo can prove the report done: since it was last opened again, or first said."""
    opened = [event.at for event in events if event.kind == "state" and event.state == "dibuka_lagi"]
    return max(opened, default=report.created_at)


def find_proofs(events: Iterable[Event]) -> set[str]:
    """Give the photos with which a report was ever closed."""
    return {photo for event in events if event.kind == "state" for photo in event.photos}


def doubt_time(photo: Photo, begin: datetime, at: datetime) -> str | None:
    """Say in Indonesian that the time in a photo's EXIF cannot be that of a proof; None when it can, or is missing."""
    taken = photo.taken_at
    if taken is None:
        return None
    if taken < begin - CLOCKS:
        return f"diambil {tell_time(taken)}, sebelum masalah ini dilaporkan ({tell_time(begin)})"
    if taken > at + CLOCKS:
        return f"bertanggal {tell_time(taken)}, padahal waktu itu belum tiba"
    return None


def doubt_place(photo: Photo, report: Report, kelurahans: Kelurahans) -> str | None:
    """Say in Indonesian that the place in a photo's EXIF is not the report's; None when it is, or one is missing.

    Where the report's point is exact it must be within 200 m of that, or of another point of the incident; else within
    200 m of the report's kelurahan, or of the larger area when only that is known.
    """
    if photo.geotag is None or report.place is None:
        return None
    away = _distance(photo.geotag, report.place, report.points)
    if away <= FAR_METRES:
        return None
    if report.place.precision == "point" and away < math.inf:
        return f"diambil {_tell_metres(away)} dari lokasi laporan"
    around = _surround(photo.geotag)
    codes = kelurahans([one.lat for one in around], [one.lon for one in around])
    if any(code and (code + ".").startswith(report.place.code + ".") for code in codes):
        return None
    where = report.place.kelurahan or report.place.kecamatan or report.place.kota
    return f"diambil di luar {where}, wilayah laporan ini"


def tell_time(at: datetime) -> str:
    """Write a time as people in Jakarta do."""
    return f"{at.astimezone(WIB):%d-%m-%Y pukul %H.%M} WIB"


def _distance(point: Point, place: Place, points: Sequence[Sighting]) -> float:
    spots = [(one.lat, one.lon) for one in points]
    if place.lat is not None and place.lon is not None:
        spots.append((place.lat, place.lon))
    return min((metres((point.lat, point.lon), one) for one in spots), default=math.inf)


def _surround(point: Point) -> list[Point]:
    """Give the point and those 200 m around it: borders are not that sharp, nor is the GPS of a telephone."""
    north, east = FAR_METRES / 110_574, FAR_METRES / (111_320 * math.cos(math.radians(point.lat)))
    turns = [math.tau * step / _AROUND for step in range(_AROUND)]
    return [
        point,
        *(Point(lat=point.lat + north * math.cos(turn), lon=point.lon + east * math.sin(turn)) for turn in turns),
    ]


def _tell_metres(away: float) -> str:
    return f"{away:.0f} m" if away < _KILOMETRE else f"{away / _KILOMETRE:.1f} km".replace(".", ",")
