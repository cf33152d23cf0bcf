"""The words of the form and of answers, in the source language; `_` marks them for the catalogue."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dengar.web.telling import Telling


def _(message: str) -> str:
    """Mark a message for translation where it is shown."""
    return message


# Why two reports may be one problem. Distances are not told: whoever asks often enough would learn exact points.
FACTS = frozenset(
    {
        _("jalan yang sama"),
        _("patokan yang sama"),
        _("kelurahan yang sama"),
        _("teks yang mirip"),
        _("foto yang sama"),
    }
)

LOST_DRAFT = _("Isian ini sudah terlalu lama. Tulis sekali lagi.")
NO_STARS = _("Pilih dulu satu sampai lima bintang.")
NO_ANSWER = _("Tulis dulu jawaban Anda.")
NO_REASON = _("Tulis dulu apa yang belum beres.")
TOO_LONG = _("Tulisan terlalu panjang: paling banyak 2,000 huruf.")
OPEN_ALREADY = _("Laporan ini sudah dibuka dan sedang ditangani.")
UNKNOWN_ANSWER = _("Tanggapan ini tidak dikenal.")

# What others refuse of a form or an answer.
REFUSALS = (
    _("Foto tidak terbaca: kirim sebagai JPEG, PNG, atau WebP, paling besar 10 MB."),
    _("Foto HEIC belum bisa dibaca: ubah dulu menjadi JPEG, atau kirim tangkapan layarnya."),
    _("Foto ini tidak bisa dipakai: gambarnya tidak terbaca, atau terlalu besar."),
    _("Kunci ini tidak cocok dengan nomornya."),
    _("Sudah terlalu lama ditutup: kirim laporan baru."),
    _("Laporan ini belum ditutup."),
    _("Laporan ini tidak menunggu jawaban."),
)


def tell_facts(tell: "Telling", facts: Iterable[str]) -> tuple[str, ...]:
    """Say why two reports may be one problem."""
    return tuple(tell.language.say(fact) for fact in facts if fact in FACTS)
