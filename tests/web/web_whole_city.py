"""A whole city for the tests of the public pages: every unit of Jakarta, and reports whose figures are known."""

from collections.abc import Iterator
from datetime import timedelta

from web_city import NOW, TEBET, save_report
from web_site import Running

from dengar.geocode.tables import read_areas
from dengar.models import Photo, Place, Report, State
from dengar.models.reading import Reading
from dengar.routing.units import make_units
from dengar.store import Store
from dengar.web.floods import add_flood
from dengar.web.pages import Pages

KEL, KEC, KOTA = "31.74.01.1002", "31.74.01", "31.74"
OFFICE, BRANCH, AGENCY = f"kel:{KEL}", f"sudin:sda:{KOTA}", "dinas:sda"
PIXEL = Photo(data=b"\xff\xd8\xff\xe0jpeg", media_type="image/jpeg")


def found_city(store: Store) -> None:
    """Store every unit of the city."""
    store.units.save(make_units(list(read_areas())))


def save_some(
    store: Store,
    count: int,
    *,
    start: int = 0,
    state: State = "menunggu",
    unit: str = OFFICE,
    hours: float = 2,
    **more: object,
) -> list[Report]:
    """Store so many reports of Tebet Timur."""
    numbers = (f"DKI-2611-{start + n:06d}" for n in range(count))
    return [_save(store, number, state=state, unit=unit, ago=timedelta(hours=hours), **more) for number in numbers]


def _save(store: Store, number: str, **more: object) -> Report:
    return save_report(store, number, **more)  # type: ignore[arg-type]


def change(store: Store, report: Report, **changes: object) -> None:
    """Write a report with other fields, as if it had always been so."""
    store.reports.replace_same_version([report.replace(version=_version(store, report), **changes)])


def _version(store: Store, report: Report) -> int:
    found = store.reports.find_own(report.number)
    assert found is not None
    return found.version


def close(store: Store, reports: list[Report], *, hours: float = 1, **changes: object) -> None:
    """Solve reports so many hours after they came."""
    for report in reports:
        at = report.received_at + timedelta(hours=hours)
        told = {"state": "selesai", "routed_at": report.received_at, "answered_at": at, "closed_at": at}
        change(store, report, **(told | {"updated_at": at} | changes))


def places(count: int) -> Iterator[Place]:
    """Give places in the kelurahan of Tebet."""
    for n in range(count):
        code = f"31.74.01.{1001 + n}"
        yield TEBET.replace(kelurahan=f"Kel {code}", kelurahan_code=code)


def forget_flood(store: Store, site: Running) -> None:
    """Let the site look at the flood again, as it does after ten seconds."""
    add_flood(site.app, store, lambda: NOW)
    site.app.state.pages = Pages()


def rise(store: Store, gate: str, cm: int, **ago: float) -> None:
    """Store a level of water."""
    store.water.save([Reading(gate=gate, at=NOW - timedelta(**ago), cm=cm)])
