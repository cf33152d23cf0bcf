"""Place: where a post says its problem is."""

from typing import Literal

from dengar.models.record import Timeless

Level = Literal["kelurahan", "kecamatan", "kota"]
Precision = Literal["point", "street", "kelurahan", "kecamatan", "kota"]


class Point(Timeless, frozen=True, kw_only=True):
    """WGS84 degrees."""

    lat: float
    lon: float


class Mention(Timeless, frozen=True, kw_only=True):
    """A place name in a text; `start` and `end` are Python offsets into that text.

    `type` is one of street, area, kelurahan, kecamatan, kota, landmark, rt_rw, waterway, transit_stop, road_structure.
    """

    start: int
    end: int
    text: str
    type: str


class Clue(Timeless, frozen=True, kw_only=True):
    """What is known of a text's place beside its words.

    `geotag` is a point that came with it (a device, a photo), `hint` are words from a field for the place (a form's, an
    author's profile), `earlier` is the place of the post that it answers.
    """

    geotag: Point | None = None
    hint: str | None = None
    earlier: "Place | None" = None


class Candidate(Timeless, frozen=True, kw_only=True):
    """A kelurahan that the place might be, with its share of the belief (0..1)."""

    kelurahan_code: str
    kelurahan: str
    confidence: float


class Place(Timeless, frozen=True, kw_only=True, omit_defaults=True):
    """An administrative area in Kemendagri's codes with dots, and a point in it.

    `level` says how far down the answer goes: below it the names are None. `precision` says what the point stands for,
    and `label` says in words where it is. `border_m` is the distance in metres from the point to the nearest other
    kelurahan, `border_code` and `border_name` say which that is; None without a real point. `reason` explains the
    answer to an operator in Indonesian.
    """

    level: Level
    kota: str
    kota_code: str
    kecamatan: str | None = None
    kecamatan_code: str | None = None
    kelurahan: str | None = None
    kelurahan_code: str | None = None
    lat: float | None = None
    lon: float | None = None
    precision: Precision = "kelurahan"
    confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    border_m: float | None = None
    border_code: str | None = None
    border_name: str | None = None
    label: str = ""
    reason: str = ""

    @property
    def code(self) -> str:
        """The code of the smallest area that is known."""
        return self.kelurahan_code or self.kecamatan_code or self.kota_code


class Located(Timeless, frozen=True, kw_only=True, omit_defaults=True):
    """What the locator says of one text: every mention, and one place or None.

    `outside` names the place when it lies outside the city ("Bekasi").
    """

    mentions: tuple[Mention, ...] = ()
    place: Place | None = None
    outside: str | None = None


class Area(Timeless, frozen=True, kw_only=True, omit_defaults=True):
    """A kelurahan, kecamatan or kota: names, code, and its centre and radius (metres)."""

    code: str
    name: str
    level: Level
    parent: str | None = None
    postal: str | None = None
    lat: float
    lon: float
    radius_m: int
    neighbours: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class Whereabouts(Timeless, frozen=True, kw_only=True):
    """In which areas a point lies, and how far the next kelurahan is; `problem` says in Indonesian why in none."""

    lat: float
    lon: float
    kelurahan: str | None = None
    kelurahan_code: str | None = None
    kecamatan: str | None = None
    kecamatan_code: str | None = None
    kota: str | None = None
    kota_code: str | None = None
    border_m: float | None = None
    border_code: str | None = None
    border_name: str | None = None
    problem: str | None = None
