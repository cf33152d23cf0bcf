"""Rules in words: when one is met, who acts then, and by when."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from dengar.routing.clocks import Step
from dengar.routing.conditions import Day, Outcome, Rule
from dengar.routing.deadlines import Duration, Kind, parse_duration
from dengar.routing.rules import Router
from dengar.web.telling import Telling
from dengar.web.words import URGENCIES


def _(message: str) -> str:
    """Mark a message for translation where it is shown."""
    return message


DAYS: Mapping[Day, str] = {
    "mon": _("Senin"),
    "tue": _("Selasa"),
    "wed": _("Rabu"),
    "thu": _("Kamis"),
    "fri": _("Jumat"),
    "sat": _("Sabtu"),
    "sun": _("Minggu"),
    "working": _("hari kerja"),
    "free": _("hari libur"),
}
OUTCOMES: Mapping[Outcome, str] = {
    "national": _("LAPOR! (pemerintah pusat)"),
    "outside": _("di luar kota ini"),
    "not_actionable": _("tidak dapat ditindaklanjuti"),
    "review": _("petugas memutuskan"),
}
PRIORITIES = (_("biasa"), _("didahulukan"), _("sangat didahulukan"), _("paling dulu"))
_LINE = re.compile(r"\(?(?:at )?line (\d+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One rule as people read it."""

    rule: Rule
    conditions: tuple[str, ...]
    targets: tuple[str, ...]
    respond: str
    resolve: str
    priority: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of the rules in one language."""

    tell: Telling

    def rules(self, router: Router) -> list[Said]:
        """Say all rules in their order."""
        return [self._say(rule, router) for rule in router.rules]

    def duration(self, duration: Duration) -> str:
        """Say a duration."""
        kinds: Mapping[Kind, Callable[[int], str]] = {
            "hour": lambda n: self.tell.language.say_many("%(n)s jam", "%(n)s jam", n),
            "office hour": lambda n: self.tell.language.say_many("%(n)s jam kerja", "%(n)s jam kerja", n),
            "working day": lambda n: self.tell.language.say_many("%(n)s hari kerja", "%(n)s hari kerja", n),
        }
        return kinds[duration.kind](duration.count)

    def unit(self, code: str) -> str:
        """Name a unit of a rehearsal; "-" is nobody."""
        return self.tell.language.say("petugas memutuskan") if code in {"", "-"} else self.tell.unit(code)

    def move(self, move: str) -> tuple[str, str]:
        """Name both units of "unit > unit"."""
        before, _sign, after = move.partition(" > ")
        return self.unit(before), self.unit(after)

    def step(self, step: Step) -> str:
        """Say one step of escalation."""
        say = self.tell.language.say
        to = {"parent": say("unit di atasnya"), "kota": say("kotanya")}.get(step.to) or self.tell.unit(step.to)
        after = self.duration(step.after)
        if step.awaits == "answer":
            return say("Tanpa tindakan pertama, %(after)s sesudah tenggat: %(to)s", after=after, to=to)
        return say("Belum selesai, %(after)s sesudah tenggat: %(to)s", after=after, to=to)

    def _say(self, rule: Rule, router: Router) -> Said:
        respond, resolve = self._durations(rule, router)
        return Said(
            rule=rule,
            conditions=tuple(self._conditions(rule)),
            targets=tuple(self._targets(rule)),
            respond=respond,
            resolve=resolve,
            priority=self.tell.language.say(PRIORITIES[rule.priority]),
        )

    def _durations(self, rule: Rule, router: Router) -> tuple[str, str]:
        if rule.outcome is not None and rule.outcome != "national":
            return self.duration(router.clocks.respond), "-"
        is_national = rule.outcome == "national"
        clocks = router.clocks
        usual = (clocks.national_respond, clocks.national_resolve) if is_national else (clocks.respond, clocks.resolve)
        own = (rule.respond, rule.resolve)
        told = [self.duration(parse_duration(text) if text else by) for text, by in zip(own, usual, strict=True)]
        return told[0], told[1]

    def _targets(self, rule: Rule) -> Iterator[str]:
        say = self.tell.language.say
        if rule.outcome:
            yield say(OUTCOMES[rule.outcome])
        for unit in rule.units:
            if unit == "kelurahan":
                yield say("kelurahan setempat")
            elif unit.startswith("sudin:") and unit.count(":") == 1:
                agency = self.tell.unit(f"dinas:{unit.removeprefix('sudin:')}").removeprefix("Dinas ")
                yield say("suku dinas setempat: %(agency)s", agency=agency)
            else:
                yield self.tell.unit(unit)

    def _conditions(self, rule: Rule) -> Iterator[str]:
        say = self.tell.language.say
        if rule.categories:
            yield say("jenisnya %(what)s", what=self._or(map(self.tell.category, rule.categories)))
        for words, told in (
            (rule.words, say("menyebut salah satu dari")),
            (rule.all_words, say("menyebut semua dari")),
            (rule.no_words, say("tidak menyebut")),
        ):
            if words:
                yield f"{told} {', '.join(f'“{word}”' for word in words)}"
        yield from self._where(rule)
        yield from self._when(rule)
        if rule.channels:
            yield say("lewat %(what)s", what=self._or(map(self.tell.channel, rule.channels)))
        if rule.flags:
            yield say("ditandai %(what)s", what=self._or(rule.flags))
        if rule.urgencies:
            yield say("mendesaknya %(what)s", what=self._or(say(URGENCIES[one]) for one in rule.urgencies))
        if rule.confidence_below is not None:
            yield say("keyakinan di bawah %(percent)s%%", percent=round(100 * rule.confidence_below))
        if rule.confidence_above is not None:
            yield say("keyakinan paling sedikit %(percent)s%%", percent=round(100 * rule.confidence_above))

    def _where(self, rule: Rule) -> Iterator[str]:
        say = self.tell.language.say
        if rule.places:
            yield say("di %(where)s", where=self._or(map(self._area, rule.places)))
        if rule.place is not None:
            yield say("tempatnya diketahui") if rule.place == "known" else say("tempatnya tidak diketahui")
        if rule.near_border is not None:
            yield say("dekat batas kelurahan") if rule.near_border else say("jauh dari batas kelurahan")

    def _when(self, rule: Rule) -> Iterator[str]:
        say = self.tell.language.say
        if rule.hours:
            yield say("diterima pukul %(hours)s", hours=rule.hours)
        if rule.days:
            yield say("diterima pada %(days)s", days=self._or(say(DAYS[one]) for one in rule.days))
        if rule.dates:
            yield say("diterima tanggal %(dates)s", dates=self._or(one.replace("..", " - ") for one in rule.dates))

    def _area(self, code: str) -> str:
        units = self.tell.units()
        found = next((units[f"{kind}:{code}"] for kind in ("kel", "kec", "kota") if f"{kind}:{code}" in units), None)
        return found.name if found else code

    def _or(self, names: "Iterator[str] | tuple[str, ...] | map[str]") -> str:
        told = list(names)
        if len(told) == 1:
            return told[0]
        either = self.tell.language.say("atau")
        return f"{', '.join(told[:-1])} {either} {told[-1]}"


def line_of(problem: str) -> int | None:
    """Give the line that a sentence about a rules file names."""
    found = _LINE.search(problem)
    return int(found[1]) if found else None
