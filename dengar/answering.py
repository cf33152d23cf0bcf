"""What people are told in the channel in which they wrote: sentences for the outbox."""

from collections.abc import Collection
from datetime import datetime

from dengar.models import OutboxMessage, Post, Record, Report

DIALOGUE = "dialogue"
NOWHERE = "_"
# Without the link each fits into one SMS of 160 letters.
SENTENCES = {
    "received": "Terima kasih, laporan Anda kami catat dengan nomor {number}.{link}",
    "placed": "Terima kasih, lokasinya sudah kami catat. Laporan {number} diteruskan ke unit yang menangani.{link}",
    "done": "Laporan {number} dinyatakan selesai. Bila masalahnya masih ada, balas pesan ini.{link}",
}
PLACE = " Di mana tepatnya? Balas dengan nama jalan dan kelurahan, atau kirim lokasi."
PHOTO = " Bila ada, balas dengan foto."


class Answering(Record, frozen=True, kw_only=True):
    """Which sources may be answered in, and the public address of this site (empty: none is told)."""

    sources: Collection[str] = ()
    address: str = ""

    def make(self, kind: str, report: Report, post: Post, now: datetime) -> OutboxMessage | None:
        """Make the message; None where the source may not be answered in.

        Its id is the same whenever it is made, so that nobody is told the same thing twice.
        """
        if post.source not in self.sources:
            return None
        return OutboxMessage(
            id=f"{kind}:{post.id}",
            source=post.source,
            item_id=post.item_id,
            text=self._write(kind, report, post),
            made_at=now,
            due_at=now,
        )

    def _write(self, kind: str, report: Report, post: Post) -> str:
        number = post.number or report.number
        link = f" {self.address.rstrip('/')}/laporan/{number}" if self.address else ""
        if kind != "received":
            return SENTENCES[kind].format(number=number, link=link)
        question = PLACE if report.kel == NOWHERE else PHOTO if DIALOGUE in post.flags and not report.photos else ""
        return SENTENCES[kind].format(number=number, link=link) + question
