"""What officers read: actions, parts of the list, deadlines and places in few words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from dengar.models import WIB, Event, Report
from dengar.web.petugas.doing import ACCEPTED, BEGUN
from dengar.web.petugas.tasks import Deed, Task, When
from dengar.web.telling import Telling
from dengar.web.timeline import tell_steps


def _(message: str) -> str:
    """Mark a message for translation where it is shown."""
    return message


PARTS: Mapping[When, str] = {
    "darurat": _("Darurat"),
    "terlambat": _("Terlambat"),
    "hari_ini": _("Hari ini"),
    "berikutnya": _("Berikutnya"),
    "bertanya": _("Menunggu jawaban pelapor"),
}
# How urgent a deadline looks; the words say it as well.
TONES: Mapping[When, str] = {
    "darurat": "merah",
    "terlambat": "merah",
    "hari_ini": "kuning",
    "berikutnya": "hijau",
    "bertanya": "abu",
}
ACTIONS: Mapping[Deed, str] = {
    "terima": _("Terima"),
    "mulai": _("Mulai kerjakan"),
    "tanya": _("Minta keterangan"),
    "lanjut": _("Lanjutkan"),
    "alih": _("Bukan tugas kami"),
    "selesai": _("Selesai"),
}
DONE: Mapping[str, str] = {
    "selesai": _("%(number)s selesai. Terima kasih."),
    "alih": _("%(number)s dikembalikan ke unit lain."),
}
GROUPS: Mapping[str, str] = {
    "dekat": _("Kelurahan di dekatnya"),
    "atasan": _("Atasan"),
    "dinas": _("Suku dinas di kota ini"),
    "kota": _("Seluruh kota"),
}
# What the desk says to officers.
SAYS: tuple[str, ...] = (
    _("Diterima petugas, segera ditindaklanjuti."),
    _("Mulai dikerjakan di lokasi."),
    _("Tulis dulu pertanyaan atau alasannya."),
    _("Pilih unit yang menurut Anda berwenang."),
    _("Tulis apa yang sudah dikerjakan, atau sertakan foto."),
    _("Foto ini tidak bisa dipakai: gambarnya tidak terbaca, atau terlalu besar."),
    _("Pelapor sudah ditanya dan belum menjawab."),
    _("Laporan ini tidak menunggu jawaban."),
)


@dataclass(frozen=True, kw_only=False, slots=True)
class Words:
    """The words of the officers' pages in one language; `new_action` makes the id of an action."""

    tell: Telling
    new_action: Callable[[], str]

    def part(self, when: When) -> str:
        """Name a part of the list."""
        return self.tell.language.say(PARTS[when])

    def tone(self, when: When) -> str:
        """Give the colour of a deadline."""
        return TONES[when]

    def action(self, deed: Deed) -> str:
        """Name an action."""
        return self.tell.language.say(ACTIONS[deed])

    def group(self, name: str) -> str:
        """Name a group of units."""
        return self.tell.language.say(GROUPS[name])

    def done(self, deed: str, number: str) -> str:
        """Say what was just done; nothing for what is no such action."""
        return self.tell.language.say(DONE[deed], number=number) if deed in DONE else ""

    def until(self, task: Task, now: datetime) -> str:
        """Say until when, in the fewest words."""
        say = self.tell.language.say
        if task.due is None:
            return say("waktu berhenti") if task.report.pause else say("tanpa tenggat")
        if task.due < now:
            return say("lewat %(gap)s", gap=self.tell.language.gap(now - task.due))
        local, today = task.due.astimezone(WIB), now.astimezone(WIB).date()
        if local.date() == today:
            return say("sampai pukul %(time)s", time=self.tell.language.hour(task.due))
        if local.date() == today + timedelta(days=1):
            return say("sampai besok pukul %(time)s", time=self.tell.language.hour(task.due))
        return say("sampai %(day)s", day=self.tell.language.weekday(task.due))

    def street(self, report: Report) -> str:
        """Name the street or what is there, then the kelurahan."""
        place = report.place
        if place is None:
            return self.tell.place(None)
        area = place.kelurahan or place.kecamatan or place.kota
        return f"{place.label}, {area}" if place.label and area not in place.label else place.label or area

    def map_link(self, report: Report) -> str | None:
        """Give a link that opens the map of the telephone; None where no point is known."""
        place = report.place
        if place is None or place.lat is None or place.lon is None:
            return None
        point = f"{place.lat:.6f},{place.lon:.6f}"
        return f"geo:{point}?q={point}({quote(report.number)})"

    def has_begun(self, events: Sequence[Event]) -> bool:
        """Say whether somebody said that they are at work, behind having accepted it."""
        last = next((event for event in reversed(events) if event.kind in {"state", "routed"}), None)
        accepted = last is not None and last.state == "proses" and last.reason == ACCEPTED
        since = [event for event in events if last is not None and event.seq > last.seq]
        return not accepted or any(event.kind == "note" and event.reason == BEGUN for event in since)


def tell_changes(tell: Telling, events: Sequence[Event]) -> list[str]:
    """Say what others did meanwhile, one line each."""
    told = []
    for event in events:
        for step in tell_steps(tell, [event]):
            detail = f" ({tell.remark(step.detail)[0]})" if step.detail else ""
            told.append(f"{event.actor}: {step.sentence}{detail}")
    return told
