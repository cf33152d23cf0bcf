"""Answers: ready-made words for people who reported something, which an operator may change before sending."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from dengar.models import Record, Report
from dengar.web.telling import Telling

FILE = Path(__file__).with_name("answers.toml")
Form: TypeAlias = Literal["tanya", "mulai", "selesai", "tolak", "alihkan"]


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words for one form, as they stand in the file."""

    name: str
    form: Form = msgspec.field(name="for")
    text: str
    categories: tuple[str, ...] = ()


class Filled(Record, frozen=True, kw_only=True):
    """Words for one form, about one report."""

    name: str
    form: Form
    text: str


def fill_answers(report: Report, tell: Telling) -> tuple[Filled, ...]:
    """Give the words that fit a report; what speaks of its category comes first."""
    known = {
        "nomor": report.number,
        "kategori": _indonesian(report, tell),
        "tempat": tell.place(report.place) if report.place else "tempat itu",
        "unit": tell.unit(report.unit) if report.unit else "unit terkait",
    }
    fitting = [one for one in read_answers() if not one.categories or report.category in one.categories]
    fitting.sort(key=lambda one: not one.categories)
    return tuple(Filled(name=one.name, form=one.form, text=one.text.format_map(known)) for one in fitting)


def _indonesian(report: Report, tell: Telling) -> str:
    names = tell.categories.get(report.category or "")
    return names[0] if names else "masalah ini"


@cache
def read_answers() -> tuple[Answer, ...]:
    """Read the file."""
    return msgspec.convert(tomllib.loads(FILE.read_text(encoding="utf-8"))["answer"], tuple[Answer, ...])
