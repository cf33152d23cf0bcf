"""The words of the pages for operators, in the source language; `_` marks them for the catalogue."""

from dengar.models import DeliveryState, DoubtKind


def _(message: str) -> str:
    """Mark a message for translation where it is shown."""
    return message


DOUBTS: dict[DoubtKind, str] = {
    "category": _("Kategori"),
    "place": _("Tempat"),
    "unit": _("Unit pelaksana"),
    "outside": _("Luar wilayah"),
    "no_complaint": _("Bukan keluhan?"),
    "duplicate": _("Kembar?"),
    "proof": _("Bukti foto"),
    "spam": _("Spam?"),
    "personal_data": _("Data pribadi"),
    "safety": _("Keselamatan"),
    "other": _("Lainnya"),
}
DELIVERIES: dict[DeliveryState, str] = {
    "waiting": _("menunggu"),
    "sent": _("terkirim"),
    "dead": _("gagal, perlu orang"),
    "dropped": _("dihentikan"),
}
UNDONE = _("Keputusan sebelumnya diurungkan petugas.")
DONE: dict[str, str] = {
    "terima": _("Dugaan diterima."),
    "kategori": _("Kategori disimpan, dan menjadi contoh bagi model."),
    "bukan_keluhan": _("Ditutup: bukan keluhan."),
    "lokasi": _("Tempat disimpan, unit dipilih lagi menurut aturan."),
    "alihkan": _("Dialihkan ke unit lain."),
    "disposisi": _("Didisposisikan."),
    "koordinasi": _("Unit lain ikut diminta."),
    "mulai": _("Pengerjaan dimulai."),
    "selesai": _("Ditutup sebagai selesai."),
    "tolak": _("Ditolak dengan alasan."),
    "buka_lagi": _("Dibuka lagi."),
    "tanya": _("Pertanyaan dikirim; tenggat berhenti sampai pelapor menjawab."),
    "lanjut": _("Tenggat berjalan lagi."),
    "catatan": _("Catatan disimpan."),
    "setel": _("Keraguan ditutup."),
    "gabung": _("Digabung."),
    "pisahkan": _("Berdiri sendiri lagi."),
    "pisah": _("Pesan yang dipilih menjadi laporan sendiri."),
    "tahan": _("Disembunyikan dari umum."),
    "tampilkan": _("Ditampilkan untuk umum."),
    "urung": _("Keputusan terakhir diurungkan."),
    "lepas": _("Dilepas untuk rekan lain."),
    "pegang": _("Laporan ini Anda pegang."),
    "kirim_ulang": _("Pengiriman dicoba lagi."),
}
# What the desk refuses, so that an English reader understands it too.
REFUSALS: tuple[str, ...] = (
    _("Peran Anda tidak boleh melakukan ini."),
    _("Unitnya belum ditentukan: tentukan dulu."),
    _("Unitnya belum ditentukan: pilih unit, kategori, atau tempatnya."),
    _("Keraguan itu sudah tidak ada."),
    _("Keraguan itu sudah ada."),
    _("Tempat itu di luar kota, atau tidak ada."),
    _("Pesannya sudah dihapus: pilih unitnya langsung."),
    _("Pelapor sudah ditanya dan belum menjawab."),
    _("Laporan ini tidak menunggu jawaban."),
    _("Tulis apa yang sudah dikerjakan, atau sertakan foto."),
    _("Paling sedikit satu pesan harus tinggal di laporan ini."),
    _("Laporan tidak bisa digabung dengan dirinya sendiri."),
    _("Disposisi hanya ke unit di bawahnya: pakai reroute untuk unit lain."),
    _("Foto ini tidak bisa dipakai: gambarnya tidak terbaca, atau terlalu besar."),
)
NEEDS_PLACE = _("Tempatnya belum diketahui: pilih tempatnya dulu (tombol e).")
NEEDS_UNIT = _("Unitnya belum ditentukan: pilih unitnya dulu (tombol r).")
NEEDS_CATEGORY = _("Kategorinya belum ditentukan: pilih kategorinya dulu (tombol e).")
NOTHING_TO_ACCEPT = _("Tidak ada yang perlu diputuskan pada laporan ini.")
NOTHING_TO_UNDO = _("Keputusan terakhir tidak bisa diurungkan dari sini.")
NO_AREA = _("Tidak ada tempat dengan nama itu: tulis nama kelurahan, kecamatan, atau kota.")
MANY_AREAS = _("Nama itu cocok dengan beberapa tempat: tulis lebih lengkap.")
NO_UNIT = _("Tidak ada unit dengan nama itu.")
MANY_UNITS = _("Nama itu cocok dengan beberapa unit: tulis lebih lengkap.")
CONFLICT = _("Laporan ini berubah sejak Anda membukanya. Periksa perubahannya, lalu kirim lagi.")
TOO_LONG = _("Tulisannya terlalu panjang: paling banyak 2.000 huruf.")
NO_DEED = _("Isian ini tidak dikenal: muat ulang halamannya.")
NEEDED: dict[str, str] = {
    "kategori": _("Pilih kategorinya."),
    "alasan": _("Tulis alasannya: pelapor membacanya."),
    "pertanyaan": _("Tulis pertanyaan untuk pelapor."),
    "catatan": _("Tulis catatannya."),
    "unit": _("Tulis atau pilih unitnya."),
    "ke": _("Tulis nomor laporan tujuannya."),
    "pesan": _("Pilih pesan yang dipisahkan."),
    "jenis": _("Pilih keraguan yang ditutup."),
    "tempat": _("Tulis nama kelurahannya, atau tunjuk di peta."),
}
