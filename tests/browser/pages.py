"""Every page of the site, with an address that shows something, and who looks at it."""

from city import LURAH_OF, City

from dengar.models import Role

PUBLIC: dict[str, str] = {
    "/": "/",
    "/laporan/{number}": "/laporan/{report}",
    "/cek": "/cek",
    "/lapor": "/lapor",
    "/status": "/status",
    "/masuk": "/masuk",
}
STAFF: dict[str, tuple[str, Role]] = {}
# Addresses that are no pages: data, files, and forms that only take something.
NO_PAGES = (
    "/api/",
    "/umpan/",
    "/static/",
    "/foto/",
    "/kait/",
    "/open311",
    "/ogc",
    "/sehat",
    "/metrics",
    "/favicon.ico",
    "/robots.txt",
    "/keluar",
)


def fill(address: str, city: City) -> str:
    """Put what there is in this city into an address."""
    report = next(iter(city.store.reports.newest(1, None, None)))
    return city.address + address.format(report=report.number, unit=LURAH_OF, kel=report.kel)
