"""What a report knows of its voices: who, how many, through which channels, where."""

from collections.abc import Iterable
from itertools import chain

from dengar.models import Event, Place, Report, Sighting, Tally
from dengar.routing.gist import names_of, read_gist

MOST_LISTED = 500  # of each list in a report: all voices stand in the posts and events, a row ends at 16 MB
MOST_NAMES = 40  # enough to know a problem by: an incident of hundreds of voices has them all
SAME_SPOT_DECIMALS = 3  # about 110 m
EXACT = {"point", "street"}  # what a place's point must stand for to be a point of its own


def add_voice(report: Report, event: Event) -> Report:
    """Count one more voice."""
    voice = event.voice
    if voice is None:
        return report
    return report.replace(
        voices=report.voices + 1,
        weight=report.weight + voice.weight,
        authors=_with(report.authors, voice.author),
        channels=_with(report.channels, voice.channel),
        numbers=_with(report.numbers, voice.number),
        photos=_join(report.photos, voice.photos),
        prints=_join(report.prints, voice.prints),
        points=add_point(report.points, event),
        names=_join(report.names, names_of(event.gist))[:MOST_NAMES],
        created_at=min(report.created_at, voice.said_at),
        last_voice_at=max(report.last_voice_at, voice.said_at),
    )


def add_point(points: tuple[Sighting, ...], event: Event) -> tuple[Sighting, ...]:
    """Note where a voice saw an incident; the same spot is noted once."""
    place, voice = event.place, event.voice
    if place is None or voice is None or place.lat is None or place.lon is None or place.precision not in EXACT:
        return points
    spot = Sighting(
        lat=place.lat,
        lon=place.lon,
        label=_name(place),
        last_at=voice.said_at,
        is_measured=read_gist(event.gist).point is not None,
    )
    return merge_points(points, (spot,))


def merge_points(some: Iterable[Sighting], others: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """Join two lists of points; those of one spot become one."""
    spots: dict[tuple[float, float], Sighting] = {}
    for one in chain(some, others):
        cell = (round(one.lat, SAME_SPOT_DECIMALS), round(one.lon, SAME_SPOT_DECIMALS))
        known = spots.get(cell)
        if known is None:
            spots[cell] = one
        else:
            spots[cell] = known.replace(
                voices=known.voices + one.voices,
                last_at=max(known.last_at, one.last_at),
                is_measured=known.is_measured or one.is_measured,
            )
    return tuple(spots.values())[:MOST_LISTED]


def tally_of(report: Report) -> Tally:
    """Give what a report knows of its voices."""
    return Tally(**{name: getattr(report, name) for name in Tally.__struct_fields__})


def put_tally(report: Report, tally: Tally | None) -> Report:
    """Replace what a report knows of its voices."""
    if tally is None:
        return report
    return report.replace(**{name: getattr(tally, name) for name in Tally.__struct_fields__})


def join_tallies(some: Tally, others: Tally) -> Tally:
    """Add up the voices of two reports."""
    return Tally(
        voices=some.voices + others.voices,
        weight=some.weight + others.weight,
        authors=_join(some.authors, others.authors),
        channels=_join(some.channels, others.channels),
        photos=_join(some.photos, others.photos),
        prints=_join(some.prints, others.prints),
        points=merge_points(some.points, others.points),
        names=_join(some.names, others.names)[:MOST_NAMES],
        created_at=min(some.created_at, others.created_at),
        last_voice_at=max(some.last_voice_at, others.last_voice_at),
    )


def _name(place: Place) -> str:
    return place.label or place.kelurahan or ""


def _join(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*some, *others)))[:MOST_LISTED]


def _with(values: tuple[str, ...], value: str | None) -> tuple[str, ...]:
    """Add what is not listed yet; a voice that was erased has no author."""
    return values if not value or value in values or len(values) == MOST_LISTED else (*values, value)
