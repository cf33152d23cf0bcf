"""The offices of Jakarta: one unit for every area, and the agencies with their branches in each kota."""

from collections.abc import Iterator, Mapping, Sequence

from dengar.models import Area, Unit, UnitKind

KABUPATEN_SERIBU = "31.01"

# Agencies with a branch (suku dinas) in each kota.
BRANCHED = {
    "bina_marga": "Bina Marga",
    "sda": "Sumber Daya Air",
    "lh": "Lingkungan Hidup",
    "pertamanan": "Pertamanan dan Hutan Kota",
    "perhubungan": "Perhubungan",
    "satpol_pp": "Satuan Polisi Pamong Praja",
    "sosial": "Sosial",
    "gulkarmat": "Penanggulangan Kebakaran dan Penyelamatan",
    "dukcapil": "Kependudukan dan Pencatatan Sipil",
    "kesehatan": "Kesehatan",
    "pendidikan": "Pendidikan",
    "perumahan": "Perumahan Rakyat dan Kawasan Permukiman",
}

# Offices that serve the whole city.
CITYWIDE: tuple[tuple[str, str, UnitKind], ...] = (
    ("bpbd", "Badan Penanggulangan Bencana Daerah", "dinas"),
    ("biro_pemerintahan", "Biro Pemerintahan", "dinas"),
    ("polisi", "Polda Metro Jaya", "police"),
    ("transjakarta", "PT Transportasi Jakarta", "utility"),
    ("kai", "KAI Commuter", "utility"),
    ("mrt", "MRT Jakarta", "utility"),
    ("lrt", "LRT Jakarta", "utility"),
    ("pln", "PLN UID Jakarta Raya", "utility"),
    ("pam", "PAM Jaya", "utility"),
    ("telkom", "Telkom Indonesia", "utility"),
    ("lapor", "LAPOR! (SP4N), instansi pemerintah pusat", "national"),
)

_AREA_TITLES = {"kelurahan": "Kelurahan", "kecamatan": "Kecamatan", "kota": "Kota Administrasi"}


def make_units(areas: Sequence[Area]) -> list[Unit]:
    """Give every unit of the city; area units are named kel:, kec: and kota: with the area's code."""
    cities = [area for area in areas if area.level == "kota"]
    branches = [_make_branch(key, name, city) for key, name in BRANCHED.items() for city in cities]
    agencies = [Unit(code=f"dinas:{key}", name=_agency(key, name), kind="dinas") for key, name in BRANCHED.items()]
    others = [Unit(code=f"{kind}:{key}", name=name, kind=kind) for key, name, kind in CITYWIDE]
    return [*(_make_area_unit(area) for area in areas), *agencies, *branches, *others]


def climb(code: str | None, units: Mapping[str, Unit]) -> Iterator[Unit]:
    """Give a unit and those above it, one after the other."""
    unit = units.get(code or "")
    while unit is not None:
        yield unit
        unit = units.get(unit.parent or "")


def area_unit_code(area_code: str) -> str:
    """Name the unit of an area by the length of its code."""
    prefix = {2: "kota", 3: "kec", 4: "kel"}[len(area_code.split("."))]
    return f"{prefix}:{area_code}"


def _make_area_unit(area: Area) -> Unit:
    title = "Kabupaten Administrasi" if area.code == KABUPATEN_SERIBU else _AREA_TITLES[area.level]
    return Unit(
        code=area_unit_code(area.code),
        name=f"{title} {area.name}",
        kind=area.level,
        area=area.code,
        parent=area_unit_code(area.parent) if area.parent else None,
    )


def _agency(key: str, name: str) -> str:
    return name if key == "satpol_pp" else f"Dinas {name}"


def _make_branch(key: str, name: str, city: Area) -> Unit:
    title = name if key == "satpol_pp" else f"Suku Dinas {name}"
    return Unit(
        code=f"sudin:{key}:{city.code}", name=f"{title} {city.name}", kind="sudin", area=city.code,
        parent=f"dinas:{key}",
    )  # fmt: skip
