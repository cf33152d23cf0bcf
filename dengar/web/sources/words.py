"""The words of /sumber for what the records hold as codes; `_` marks them for the catalogue."""

from dengar.models import JobKind, JobState


def _(message: str) -> str:
    """Mark a message for translation where it is shown."""
    return message


JOBS: dict[JobKind, str] = {
    "read": _("Dibaca sekarang"),
    "fill": _("Mengisi celah"),
    "replay": _("Mencoba lagi yang disisihkan"),
}
JOB_STATES: dict[JobState, str] = {
    "waiting": _("menunggu penjadwal"),
    "running": _("sedang berjalan"),
    "done": _("rampung"),
    "failed": _("gagal"),
}
JOB_TONES: dict[JobState, str] = {"waiting": "abu", "running": "kuning", "done": "hijau", "failed": "merah"}
OUTCOMES: dict[str, str] = {
    "running": _("sedang dibaca"),
    "done": _("berhasil"),
    "empty": _("berhasil, tidak ada yang baru"),
    "crashed": _("pembacanya rusak"),
    "failed": _("gagal"),
    "transient": _("tidak terjangkau"),
    "rate_limited": _("diminta menunggu"),
    "auth_expired": _("token ditolak"),
    "forbidden": _("tidak diizinkan"),
    "budget_spent": _("anggaran habis"),
    "retention": _("sudah tidak disimpan sumbernya"),
    "blocked": _("terhalang"),
    "changed": _("bentuk jawabannya berubah"),
    "lease_lost": _("diteruskan proses lain"),
}
# What was done, told above the page that follows.
NEWS: dict[str, str] = {
    "diminta": _("Permintaan dicatat. Penjadwal mengerjakannya di latar belakang; kemajuannya ada di bawah."),
    "sudah": _("Permintaan yang sama sudah ada dan belum selesai."),
    "ditutup": _("Celah ditutup: yang hilang di sana dibiarkan hilang."),
    "diulang": _("Pesan dikembalikan ke antrean pengolahan. Bila masih tidak terbaca, ia muncul lagi di sini."),
    "dibuang": _("Pesan dibuang."),
    "kirim_ulang": _("Kiriman dicoba lagi."),
    "kirim_buang": _("Kiriman dilepas; yang menunggu di belakangnya dilanjutkan."),
}
NEEDS_REASON = _("Tulis alasannya, supaya orang lain mengerti mengapa pesan ini dibuang.")
