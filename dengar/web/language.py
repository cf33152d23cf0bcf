"""Languages: Indonesian is what the templates are written in, English comes from a Babel catalogue."""

import gettext
import io
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit
from starlette.requests import Request

JAKARTA = ZoneInfo("Asia/Jakarta")
LOCALE_FOLDER = Path(__file__).parent / "locale"
COOKIE = "bahasa"
SHORT_HOURS = 48
_DURATION = re.compile(r"(\d+) ?([smhd])[a-z]*")
_UNITS = {"s": "duration-second", "m": "duration-minute", "h": "duration-hour", "d": "duration-day"}
_LOCALES = {"id": "id_ID", "en": "en_GB"}


class Language:
    """One language: its translations, and how it writes numbers and times."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.translations = load_translations(code)
        self._locale = Locale.parse(_LOCALES[code])

    def say(self, message: str, **values: object) -> str:
        """Translate a message and fill in its `%(name)s`."""
        text = self.translations.gettext(message)
        return text % values if values else text

    def say_many(self, one: str, many: str, n: int) -> str:
        """Translate a message that counts; `%(n)s` is the number as this language writes it."""
        return self.translations.ngettext(one, many, n) % {"n": self.number(n)}

    def number(self, value: float) -> str:
        """Write a number: 1.000.000 in Indonesian."""
        return format_decimal(value, locale=self._locale)

    def dollars(self, value: float) -> str:
        """Write an amount of US dollars."""
        return format_currency(value, "USD", locale=self._locale)

    def day(self, at: datetime) -> str:
        """Write a day in Jakarta: 21 Nov 2026."""
        return format_datetime(at.astimezone(JAKARTA), "d MMM y", locale=self._locale)

    def short_day(self, day: date) -> str:
        """Write a day without its year: 21 Nov."""
        return format_date(day, "d MMM", locale=self._locale)

    def share(self, value: float) -> str:
        """Write a share of 0 to 1: 83%."""
        return format_percent(value, "#,##0%", locale=self._locale)

    def span(self, hours: float) -> str:
        """Write a stretch of hours: 7,4 jam; from two days on in days."""
        if hours < SHORT_HOURS:
            return format_unit(max(hours, 0.1), "duration-hour", format="#,##0.#", locale=self._locale)
        return format_unit(hours / 24, "duration-day", format="#,##0.#", locale=self._locale)

    def every(self, text: str) -> str:
        """Write a duration as the settings have it, such as `5 minutes`, in this language."""
        found = _DURATION.fullmatch(text.strip())
        return format_unit(int(found[1]), _UNITS[found[2]], locale=self._locale) if found else text

    def moment(self, at: datetime) -> str:
        """Write day and time in Jakarta: 21 Nov 2026 14.05 WIB."""
        pattern = "d MMM y HH.mm" if self.code == "id" else "d MMM y, HH:mm"
        return format_datetime(at.astimezone(JAKARTA), pattern, locale=self._locale) + " WIB"

    def hour(self, at: datetime) -> str:
        """Write the time of day in Jakarta: 14.05."""
        return format_datetime(at.astimezone(JAKARTA), "HH.mm" if self.code == "id" else "HH:mm", locale=self._locale)

    def weekday(self, at: datetime) -> str:
        """Write a day of the next weeks in Jakarta: Senin 23 Nov."""
        return format_datetime(at.astimezone(JAKARTA), "EEEE d MMM", locale=self._locale)

    def gap(self, gap: timedelta) -> str:
        """Write how long something lasts: 3 jam."""
        return format_timedelta(gap, granularity="minute", threshold=1.5, locale=self._locale)

    def ago(self, at: datetime, now: datetime) -> str:
        """Write the distance from now: 12 menit yang lalu; dalam 3 jam."""
        gap = at - now
        if abs(gap) < timedelta(minutes=1):
            return self.say("baru saja") if gap <= timedelta(0) else self.say("sebentar lagi")
        return format_timedelta(gap, granularity="minute", threshold=1.5, add_direction=True, locale=self._locale)


@cache
def languages() -> Mapping[str, Language]:
    """Give the languages by code; catalogues are read once."""
    return {code: Language(code) for code in _LOCALES}


def load_translations(code: str) -> gettext.NullTranslations:
    """Read the .po files of a language as one catalogue; the source language has none."""
    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue(code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def read_catalogue(code: str) -> Catalog:
    """Join the catalogues of the parts of the site; a message stands in one of them."""
    joined = Catalog(locale=code)
    for path in sorted((LOCALE_FOLDER / code / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=code):
                if message.id and message.id in joined:
                    raise ValueError(f"{path.name} translates again: {message.id}")
                joined[message.id] = message
    return joined


def choose_language(request: Request) -> Language:
    """Choose by `?bahasa=`, then by its cookie, then by Accept-Language; Indonesian otherwise."""
    known = languages()
    wishes = (request.query_params.get(COOKIE, ""), request.cookies.get(COOKIE, ""), _accepted(request))
    return next((known[wish] for wish in wishes if wish in known), known["id"])


def _accepted(request: Request) -> str:
    """Give the known language that the browser likes best, empty when it likes none."""
    weights: dict[str, float] = {}
    for part in request.headers.get("accept-language", "")[:500].split(","):
        tag, _, weight = part.strip().lower().partition(";q=")
        code = tag.split("-")[0]
        if code in _LOCALES:
            weights[code] = max(weights.get(code, 0.0), _weight(weight))
    return max(weights, key=lambda code: weights[code]) if any(weights.values()) else ""


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0
