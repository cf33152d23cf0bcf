"""The built-in tables: gauges with their levels of alarm, pumps, and which kelurahan lies at which river."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from dengar.models.record import Timeless

DATA = Path(__file__).parent / "data"
SURE_SHARE = 0.6
_PREFIX = re.compile(r"^(pintu air|pos pantau|pos|p\.? ?a\.?|bendung)\s+")


class Gate(Timeless, frozen=True, kw_only=True, omit_defaults=True):
    """A gauge or floodgate.

    `alarms` are the cm from which siaga 3, 2 and 1 are called, empty when they are not known. `is_sure` says that
    nobody need check them.
    """

    code: str
    name: str
    river: str
    basin: str
    lat: float
    lon: float
    alarms: tuple[int, ...] = ()
    is_sure: bool = False
    aliases: tuple[str, ...] = ()

    def siaga(self, cm: int) -> int | None:
        """Give the level of alarm: 4 (ordinary) to 1 (disaster), None when the gate's levels are not known."""
        return 4 - sum(cm >= alarm for alarm in self.alarms) if self.alarms else None


class Pump(Timeless, frozen=True, kw_only=True):
    """A pump: the code of its kelurahan (empty outside all) and the basin of the nearest river."""

    name: str
    kelurahan: str
    basin: str
    lat: float
    lon: float
    is_sure: bool


class Basin(Timeless, frozen=True, kw_only=True):
    """The basin of the river that is nearest to most of a kelurahan: to which share of it, and how far (metres)."""

    name: str
    share: float
    metres: int

    @property
    def is_sure(self) -> bool:
        """Say whether clearly most of the kelurahan is nearest to it."""
        return self.share >= SURE_SHARE


@cache
def read_gates() -> Mapping[str, Gate]:
    """Give the gates by code."""
    return {row["code"]: _make_gate(row) for row in _read("gates.tsv")}


def _make_gate(row: Mapping[str, str]) -> Gate:
    return Gate(
        code=row["code"],
        name=row["name"],
        river=row["river"],
        basin=row["basin"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        alarms=tuple(int(row[name]) for name in ("siaga_3", "siaga_2", "siaga_1") if row[name]),
        is_sure=row["sure_levels"] == "3",
        aliases=tuple(one for one in row["aliases"].split("; ") if one),
    )


@cache
def read_pumps() -> tuple[Pump, ...]:
    """Give the pumps."""
    return tuple(
        Pump(
            name=row["name"],
            kelurahan=row["kelurahan"],
            basin=row["basin"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            is_sure=row["sure"] == "3",
        )
        for row in _read("pumps.tsv")
    )


@cache
def read_basins() -> Mapping[str, Basin]:
    """Give the basin of every kelurahan by its code."""
    return {
        row["code"]: Basin(name=row["basin"], share=float(row["share"]), metres=int(row["metres"]))
        for row in _read("basins.tsv")
    }


@cache
def _called() -> Mapping[str, str]:
    return {_plain(name): gate.code for gate in read_gates().values() for name in (gate.code, gate.name, *gate.aliases)}


def find_gate(said: str) -> str | None:
    """Give the code of the gate that somebody calls so, None when there is none."""
    return _called().get(_plain(said))


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", " ", _PREFIX.sub("", name.lower().replace("_", " ").strip())).strip()


def _read(name: str) -> Iterator[dict[str, str]]:
    header, *lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return (dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines)
