"""The words of the analysts' pages for what the records hold as codes, in the source language."""

from dengar.models import Meaning, ModelJobKind, ModelJobState, MoveKind, Why


def _(message: str) -> str:
    """Mark a message for translation where it is shown."""
    return message


WHYS: dict[Why, str] = {
    "uncertain": _("Model ragu"),
    "novel": _("Kata baru"),
    "random": _("Audit acak"),
    "shadow": _("Dua model berselisih"),
    "correction": _("Perbaikan operator"),
    "import": _("Dari luar"),
}
ASKED: tuple[Why, ...] = ("uncertain", "novel", "random", "shadow")
JOBS: dict[ModelJobKind, str] = {
    "fill": _("Memilih pesan untuk dilabeli"),
    "train": _("Melatih versi baru, lalu mengujinya"),
    "judge": _("Menguji versi"),
    "drift": _("Memeriksa pergeseran"),
    "compare": _("Menghitung apa yang berubah di arsip"),
    "apply": _("Menggolongkan ulang arsip"),
}
STATES: dict[ModelJobState, str] = {
    "running": _("Sedang berjalan"),
    "done": _("Selesai"),
    "failed": _("Gagal"),
    "lost": _("Terputus"),
}
MOVES: dict[MoveKind, str] = {
    "promoted": _("Dilayankan"),
    "rolled_back": _("Dikembalikan"),
    "shadow_began": _("Masuk bayangan"),
    "shadow_ended": _("Keluar dari bayangan"),
}
MEANINGS: dict[Meaning, str] = {
    "falls": _("Pasti turun lebih dari batas"),
    "worse": _("Pasti lebih buruk"),
    "unsure": _("Tidak dapat dibedakan"),
    "better": _("Pasti lebih baik"),
    "few": _("Terlalu sedikit"),
}
MEANING_TONES: dict[Meaning, str] = {
    "falls": "merah",
    "worse": "kuning",
    "unsure": "abu",
    "better": "hijau",
    "few": "abu",
}
CHECKS = {
    "exam": _("Cukup teks ujian"),
    "better": _("Lebih baik (macro-F1)"),
    "categories": _("Tidak ada golongan yang turun"),
    "slices": _("Tidak ada kanal, kota, bulan, atau panjang yang turun"),
    "safety": _("Keselamatan tidak turun"),
    "calibration": _("Keyakinannya dapat dipercaya"),
    "cost": _("Waktu dan ukuran"),
    "later": _("Pesan yang dilabeli sesudahnya"),
}
SLICES = {
    "channel": _("Kanal"),
    "kota": _("Kota"),
    "month": _("Bulan"),
    "length": _("Panjang"),
    "category": _("Kategori"),
}
LENGTHS = {"short": _("pendek"), "middle": _("sedang"), "long": _("panjang")}
SIGNALS = {
    "mix": _("Bagian golongan bergeser"),
    "doubt": _("Keyakinan model bergeser"),
    "words": _("Banyak kata baru bagi model"),
}
DONE = {
    "promoted": _("Versi ini melayani mulai sekarang. Semua proses mengikutinya dalam beberapa detik."),
    "rolled_back": _("Versi sebelumnya melayani lagi."),
    "proposed": _("Usul dicatat: orang kedua dapat menyetujuinya di halaman versi itu."),
    "shadow_began": _("Versi ini menilai tanpa akibat, di samping yang melayani."),
    "shadow_ended": _("Bayangan berakhir."),
}
