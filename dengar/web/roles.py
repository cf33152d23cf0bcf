"""Roles: who may use which address; one that is not listed here does not exist."""

from collections.abc import Mapping
from typing import NamedTuple

from starlette.routing import compile_path

from dengar.models import Role, Staff

Roles = frozenset[Role]
READS = frozenset({"GET", "HEAD"})

ADMIN: Roles = frozenset({"admin"})
DESK: Roles = frozenset({"operator", "verifikator", "admin"})
WORKERS: Roles = DESK | {"petugas"}
ANALYSTS: Roles = frozenset({"analis", "admin"})
MODEL_READERS: Roles = DESK | ANALYSTS | {"auditor"}
PRESS: Roles = frozenset({"humas", "admin"})
READERS: Roles = DESK | {"auditor", "humas", "analis"}
WATCHERS: Roles = DESK | {"auditor"}
EVERYBODY: Roles = READERS | WORKERS
FIELD: Roles = frozenset({"petugas", "operator", "admin"})
OFFICERS: Roles = frozenset({"petugas"})
RULES_READERS: Roles = DESK | {"auditor"}
NOBODY: Roles = frozenset()


class Access(NamedTuple):
    """Who may read at an address, and who may change something there; None is the public, nobody is an empty set."""

    read: Roles | None
    change: Roles | None = NOBODY


PUBLIC = Access(None)
PUBLIC_DOOR = Access(None, None)
# Programs alone come here: another method than those of the address is told 405, and not to sign in.
PUBLIC_PROTOCOL = PUBLIC_DOOR

ACCESS: Mapping[str, Access] = {
    # pages for everybody
    "/": PUBLIC,
    "/laporan/{number}": PUBLIC,
    "/cek": PUBLIC,
    "/wilayah/{code}": PUBLIC,
    "/dinas/{code}": PUBLIC,
    "/peringkat": PUBLIC,
    "/banjir": PUBLIC,
    "/data": PUBLIC,
    "/metode": PUBLIC,
    "/privasi": PUBLIC,
    "/laporan/{number}/tanggapan": PUBLIC_DOOR,
    "/lapor": PUBLIC_DOOR,
    "/lapor/kirim": PUBLIC_DOOR,
    "/kait/{name}": PUBLIC_DOOR,
    "/status": PUBLIC,
    "/sehat": PUBLIC,
    "/metrics": PUBLIC,
    "/foto/{media_id}": PUBLIC,
    "/static/{name}": PUBLIC,
    "/favicon.ico": PUBLIC,
    "/robots.txt": PUBLIC,
    "/masuk": PUBLIC_DOOR,
    "/keluar": Access(EVERYBODY, EVERYBODY),
    "/peta": PUBLIC,
    "/peta/wilayah.json": PUBLIC,
    "/peta/dasar.pmtiles": PUBLIC,
    # data for everybody
    "/api/openapi.json": PUBLIC,
    "/api/status": PUBLIC,
    "/api/lapor": PUBLIC_DOOR,
    "/api/lapor/serupa": PUBLIC_DOOR,
    "/api/lapor/foto": PUBLIC_DOOR,
    "/api/laporan": PUBLIC,
    "/api/laporan/{number}": PUBLIC,
    "/api/laporan/{number}/tanggapan": PUBLIC_DOOR,
    "/api/tempat": PUBLIC,
    "/api/peta/jumlah": PUBLIC,
    "/api/peta/titik": PUBLIC,
    "/api/peringkat": PUBLIC,
    "/api/banjir": PUBLIC,
    "/api/laporan/{number}/kini": PUBLIC,
    "/umpan/laporan/{number}.atom": PUBLIC,
    "/umpan/laporan.atom": PUBLIC,
    "/umpan/laporan.rss": PUBLIC,
    "/api/laporan.geojson": PUBLIC,
    "/api/laporan.csv": PUBLIC,
    "/api/laporan.parquet": PUBLIC,
    "/api/perubahan": PUBLIC,
    "/api/aliran": PUBLIC,
    # Open311
    "/open311/discovery.{format}": PUBLIC_PROTOCOL,
    "/open311/v2/discovery.{format}": PUBLIC_PROTOCOL,
    "/open311/v2/services.{format}": PUBLIC_PROTOCOL,
    "/open311/v2/services/{code}.{format}": PUBLIC_PROTOCOL,
    "/open311/v2/requests.{format}": PUBLIC_DOOR,
    "/open311/v2/requests/{number}.{format}": PUBLIC_PROTOCOL,
    "/open311/v2/tokens/{number}.{format}": PUBLIC_PROTOCOL,
    # OGC API Features
    "/ogc": PUBLIC_PROTOCOL,
    "/ogc/": PUBLIC_PROTOCOL,
    "/ogc/conformance": PUBLIC_PROTOCOL,
    "/ogc/api": PUBLIC_PROTOCOL,
    "/ogc/collections": PUBLIC_PROTOCOL,
    "/ogc/collections/{collection}": PUBLIC_PROTOCOL,
    "/ogc/collections/{collection}/items": PUBLIC_PROTOCOL,
    "/ogc/collections/{collection}/items/{feature}": PUBLIC_PROTOCOL,
    # the desk
    "/antrean": Access(DESK | {"auditor"}),
    "/antrean/berikut": Access(NOBODY, DESK),
    "/kasus/{number}": Access(EVERYBODY),
    "/kasus/{number}/foto/{media_id}": Access(EVERYBODY),
    "/kasus/{number}/{deed}": Access(NOBODY, WORKERS),
    "/ruang": Access(READERS),
    "/api/meja/aliran": Access(DESK | {"auditor"}),
    "/api/meja/laporan/{number}/pegang": Access(NOBODY, WORKERS),
    "/api/meja/saya": Access(EVERYBODY),
    "/api/meja/antrean": Access(WORKERS | {"auditor"}),
    "/api/meja/terlambat": Access(WORKERS | {"auditor"}),
    "/api/meja/berikut": Access(NOBODY, WORKERS),
    "/api/meja/laporan/{number}": Access(EVERYBODY, WORKERS),
    "/api/meja/laporan/{number}/klaim": Access(NOBODY, WORKERS),
    "/api/meja/laporan/{number}/tutup": Access(NOBODY, WORKERS),
    # the administration
    "/sumber": Access(WATCHERS),
    "/sumber/pengiriman": Access(WATCHERS, ADMIN),
    "/sumber/{name}": Access(WATCHERS, ADMIN),
    "/sumber/{name}/karantina": Access(WATCHERS, ADMIN),
    "/sumber/{name}/karantina/isi": Access(WATCHERS),
    "/sumber/{name}/karantina/unduh": Access(ADMIN),
    "/admin": Access(ADMIN | {"auditor"}, ADMIN),
    "/admin/orang": Access(ADMIN | {"auditor"}, ADMIN),
    "/admin/program": Access(ADMIN | {"auditor"}, ADMIN),
    "/admin/jejak": Access(ADMIN | {"auditor"}),
    "/admin/setelan": Access(ADMIN | {"auditor"}),
    "/akun": Access(EVERYBODY, EVERYBODY),
    # officers on telephones; the script and the manifest hold no data, and a browser asks for them by itself
    "/petugas": Access(FIELD),
    "/petugas/sw.js": PUBLIC,
    "/petugas/manifest.webmanifest": PUBLIC,
    "/petugas/{number}": Access(FIELD, OFFICERS),
    "/api/petugas/{number}": Access(NOBODY, OFFICERS),
    # the analysts
    "/model": Access(MODEL_READERS),
    "/model/kerja": Access(MODEL_READERS, ANALYSTS),
    "/model/label": Access(ANALYSTS, ANALYSTS),
    "/model/label/berikut": Access(NOBODY, ANALYSTS),
    "/model/label/lewati": Access(NOBODY, ANALYSTS),
    "/model/label/urung": Access(NOBODY, ANALYSTS),
    "/model/banding": Access(MODEL_READERS),
    "/model/pergeseran": Access(MODEL_READERS),
    "/model/mundur": Access(NOBODY, ANALYSTS),
    "/model/bayangan": Access(NOBODY, ANALYSTS),
    "/model/{version}": Access(MODEL_READERS, ANALYSTS),
    # the routing rules
    "/aturan": Access(RULES_READERS, ADMIN),
    "/aturan/versi/{number}": Access(RULES_READERS),
    "/aturan/ubah": Access(ADMIN),
    "/aturan/uji": Access(NOBODY, ADMIN),
    "/aturan/uji/{trial}": Access(ADMIN),
}


def find_access(path: str) -> Access | None:
    """Find what the table says of a path; None when it says nothing."""
    return ACCESS.get(path) or next((access for pattern, access in _PATTERNS if pattern.match(path)), None)


_PATTERNS = [(compile_path(path)[0], access) for path, access in ACCESS.items() if "{" in path]


def may_read(who: Staff, path: str) -> bool:
    """Say whether somebody may open the page at this address."""
    access = find_access(path)
    return access is not None and (access.read is None or who.role in access.read)
