"""What ails a source, in the reader's language; `dengar.ailments` says the same to operators on the command line."""

from collections.abc import Sequence

from dengar.models import Ailment, SourceStatus
from dengar.web.language import Language


def _(message: str) -> str:
    """Mark a message for translation where it is shown."""
    return message


WORDS: dict[str, str] = {
    "store_down": _("Basis data tidak bisa menyimpan. Periksa apakah MongoDB jalan dan disknya tidak penuh."),
    "no_scheduler": _(
        "Penjadwal tidak jalan, jadi tidak ada sumber yang dibaca. Jalankan “dengar run” atau “dengar schedule”."
    ),
    "backlog": _("Pesan menunggu diolah sejak %(at)s. Periksa apakah “dengar work” jalan."),
    "model": _(
        "Model pengklasifikasi yang dipilih tidak bisa dipakai; yang sebelumnya tetap jalan. Lihat “dengar status”."
    ),
    "gazetteer": _(
        "Peta yang diimpor tidak bisa dipakai; yang sebelumnya tetap jalan. Impor ulang, atau lepaskan dengan "
        "“dengar gazetteer drop”."
    ),
    "rules": _(
        "Aturan penerusan yang dipilih tidak bisa dipakai; yang sebelumnya tetap berlaku. Perbaiki dengan "
        "“dengar routing use”."
    ),
    "target_gone": _("Ada tujuan yang tidak mau menerima kiriman lagi. Lihat halaman Pengiriman."),
    "target_down": _("Ada tujuan yang tidak menjawab; kirimannya menunggu dan dicoba lagi %(at)s."),
    "dead_letters": _("Ada kiriman yang tidak sampai. Lihat halaman Pengiriman, lalu coba lagi atau lepaskan."),
    "drift": _("Orang menulis lain daripada biasanya. Labeli beberapa pesan dengan “dengar label”, lalu latih ulang."),
    "auth_expired": _(
        "Kata sandi atau token ditolak. Perbarui di pengaturan sumber ini, lalu jalankan “dengar check”."
    ),
    "forbidden": _(
        "Akun ini tidak punya izin. Berikan izinnya di sumber, atau ubah pengaturan yang memintanya, "
        "lalu jalankan “dengar check”."
    ),
    "rate_limited": _(
        "Sumber ini meminta jeda sampai %(at)s. Nanti lanjut sendiri; bila sering, bacalah lebih jarang."
    ),
    "budget_spent": _("Anggarannya habis sampai %(at)s. Nanti lanjut sendiri; naikkan anggaran bila terlalu kecil."),
    "retention": _(
        "Sumber ini tidak lagi menyimpan yang diminta. Mintalah ekspor kepada pemiliknya, lalu masukkan dengan "
        "“dengar ingest”."
    ),
    "blocked": _(
        "Yang menjawab bukan sumbernya, melainkan halaman masuk, captcha, atau proksi. Buka alamatnya dengan peramban "
        "dari jaringan ini."
    ),
    "changed": _(
        "Bentuk jawaban sumber ini sudah berubah. Pasang Dengar terbaru atau laporkan kepada kami, lalu jalankan "
        "“dengar replay”."
    ),
    "transient": _("Sumber ini sedang tidak terjangkau. Nanti dicoba lagi sendiri."),
    "unreachable": _(
        "Sumber ini tidak terjangkau sejak %(at)s. Periksa alamatnya dan jaringan mesin ini; nanti dicoba lagi sendiri."
    ),
    "crashed": _(
        "Pembaca sumber ini rusak. Laporkan kepada kami bersama keluaran “dengar status --json”; sumber lain tetap "
        "jalan."
    ),
    "dead": _(
        "Proses yang membacanya mati pada %(at)s. Tidak ada yang hilang dan akan dibaca lagi; bila berulang, periksa "
        "memori dan disk."
    ),
    "failed": _("Pembacaan terakhir gagal. Lihat catatan Dengar, lalu jalankan “dengar check”."),
    "stopped": _(
        "Sumber ini berhenti. “dengar replay” menjelaskan apa yang tidak terbaca; “dengar collect %(name)s --once” "
        "menjalankannya lagi."
    ),
    "long": _("Sedang dibaca sejak %(at)s. Tunggakan besar memang lama; bila tidak ada, jalankan ulang Dengar."),
    "expiring": _("Token berakhir %(at)s. Perbarui sebelum itu."),
    "expired": _("Token sudah berakhir %(at)s. Perbarui."),
    "silent": _(
        "Tidak ada pesan sejak %(at)s, padahal biasanya ada %(expected)s. Periksa apakah warga masih menulis di sana "
        "dan sumbernya masih mengirim."
    ),
    "nearly_silent": _(
        "Hanya %(came)s pesan sejak %(at)s, padahal biasanya ada %(expected)s. Periksa apakah warga masih menulis di "
        "sana dan sumbernya masih mengirim semuanya."
    ),
}


def tell_ailment(language: Language, ailment: Ailment, source: SourceStatus | None = None) -> str:
    """Say what it is and what to do."""
    if ailment.kind not in WORDS:
        return ailment.says
    silence = source.silence if source else None
    return language.say(
        WORDS[ailment.kind],
        name=source.name if source else "",
        at=language.moment(ailment.at) if ailment.at else "",
        came=language.number(silence.came) if silence else "",
        expected=language.number(round(silence.expected)) if silence else "",
    )


def tone(source: SourceStatus) -> str:
    """Give the colour of a source: red needs a person, yellow may mend itself, green is well, grey is switched off."""
    if not source.enabled:
        return "abu"
    if any(ailment.needs_person for ailment in source.ailments):
        return "merah"
    return "kuning" if source.ailments else "hijau"


def worst_first(sources: Sequence[SourceStatus]) -> list[SourceStatus]:
    """Put first what needs a person."""
    return sorted(sources, key=lambda one: ("merah", "kuning", "hijau", "abu").index(tone(one)))
