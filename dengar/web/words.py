"""The words for what the records hold as codes, in the source language; `_` marks them for the catalogue."""

from dengar.models import EventKind, Precision, Role, State, Urgency


def _(message: str) -> str:
    """Mark a message for translation where it is shown."""
    return message


# merah = menunggu, kuning = proses, hijau = selesai: the colours that Jakarta knows; each has a shape of its own too.
TONES: dict[State, str] = {
    "menunggu": "merah",
    "dibuka_lagi": "merah",
    "koordinasi": "kuning",
    "disposisi": "kuning",
    "proses": "kuning",
    "selesai": "hijau",
    "ditolak": "abu",
    "duplikat": "abu",
}
STATES: dict[State, str] = {
    "menunggu": _("Menunggu"),
    "dibuka_lagi": _("Dibuka lagi"),
    "koordinasi": _("Koordinasi antarunit"),
    "disposisi": _("Disposisi"),
    "proses": _("Dalam proses"),
    "selesai": _("Selesai"),
    "ditolak": _("Ditolak"),
    "duplikat": _("Duplikat"),
}
NO_MATCH = _("Nama atau kata sandi tidak cocok.")
ROLES: dict[Role, str] = {
    "operator": _("operator"),
    "petugas": _("petugas"),
    "verifikator": _("verifikator"),
    "analis": _("analis"),
    "humas": _("humas"),
    "admin": _("admin"),
    "auditor": _("auditor"),
    "pelapor": _("pelapor"),
}
URGENCIES: dict[Urgency, str] = {"danger": _("Darurat"), "today": _("Mendesak hari ini"), "routine": _("Biasa")}
PRECISIONS: dict[Precision, str] = {
    "point": _("titik lokasi dari pelapor"),
    "street": _("nama jalan dalam tulisan"),
    "kelurahan": _("nama kelurahan"),
    "kecamatan": _("nama kecamatan; kelurahannya belum diketahui"),
    "kota": _("nama kota; kelurahannya belum diketahui"),
}
CHANNELS: dict[str, str] = {
    "email": _("surel"),
    "form": _("formulir web"),
    "webhook": _("formulir kota"),
    "balai_warga": _("Balai Warga"),
    "feed": _("umpan berita"),
    "rss": _("umpan berita"),
    "sms": _("SMS"),
    "x": "X",
    "qlue": "Qlue",
    "facebook": "Facebook",
    "mastodon": "Mastodon",
    "bluesky": "Bluesky",
    "telegram": "Telegram",
    "open311": "Open311",
    "forum": _("forum warga"),
    "surat_pembaca": _("surat pembaca"),
    "jaki": "JAKI",
    "whatsapp": "WhatsApp",
    "lapor": "LAPOR!",
    "petabencana": "PetaBencana",
    "waze": "Waze",
    "walkin": _("loket"),
    "loket": _("loket"),
    "berkas": _("berkas"),
}

NO_TITLE = _("(pesannya dihapus)")
ON_THE_WAY: dict[EventKind, str] = {
    "placed": _("Tempatnya menjadi jelas"),
    "edited": _("Pelapor mengubah tulisannya"),
    "erased": _("Satu pesan dihapus oleh pengirim atau sumbernya"),
    "settled": _("Petugas sudah memeriksanya"),
    "recategorised": _("Golongannya diperbaiki"),
    "restored": _("Laporan ini berdiri sendiri lagi"),
    "resumed": _("Waktunya berjalan lagi"),
    "shown": _("Petugas sudah memeriksanya"),
    "verified": _("Sekretaris kelurahan membenarkan laporan RT/RW"),
}

# What make_app may be told as `notice` while the bundled sample day is shown.
SAMPLE_DAY = _("Ini hari contoh: semua orang, nomor, dan tulisan di sini dikarang.")

# What the form's collector refuses, so that an English reader understands it too.
REFUSALS: tuple[str, ...] = (
    _("Tulis dulu apa masalahnya, sedikitnya beberapa kata."),
    _("Tulisan terlalu panjang: paling banyak 5,000 huruf."),
    _("Kiriman terlalu besar: paling banyak 12 MB."),
    _("Kiriman ini tampak otomatis. Kosongkan bidang website lalu kirim lagi."),
    _("Koordinat tidak masuk akal: lat antara -90 dan 90, lon antara -180 dan 180."),
)

# What the built-in routing rules say; a city's own rules are shown as they are written.
REMARKS: tuple[str, ...] = (
    _("Kategori belum pasti."),
    _("Tidak ada aturan untuk kategori ini."),
    _("Mungkin bukan keluhan."),
    _("Lokasi tidak diketahui."),
    _("Lokasi belum pasti."),
    _("Kelurahannya belum diketahui."),
    _("Listrik rumah dan jaringannya ditangani PLN."),
    _("Air perpipaan ditangani PAM Jaya."),
    _("Kereta komuter ditangani KAI Commuter."),
    _("Ratangga ditangani MRT Jakarta."),
    _("Bus dan angkutan pengumpan ditangani Transjakarta."),
    _("Sekolah dan bantuan pendidikan ditangani Suku Dinas Pendidikan."),
    _("Rumah susun ditangani Suku Dinas Perumahan."),
    _("Bantuan sosial ditangani Suku Dinas Sosial."),
    _("Api, asap, dan gas bocor ditangani Suku Dinas Gulkarmat."),
    _("Kejahatan ditangani kepolisian."),
    _("Longsor, angin, gempa, dan bangunan roboh ditangani BPBD."),
    _("Banjir, genangan, dan saluran ditangani Suku Dinas Sumber Daya Air."),
    _("Pohon ditangani Suku Dinas Pertamanan dan Hutan Kota."),
    _("Sampah ditangani Suku Dinas Lingkungan Hidup."),
    _("Kebersihan lingkungan ditangani petugas kelurahan (PPSU)."),
    _("Jalan dan penerangan jalan umum ditangani Suku Dinas Bina Marga."),
    _("Lalu lintas, parkir, dan angkutan ditangani Suku Dinas Perhubungan."),
    _("Lampu lalu lintas dan rambu ditangani Suku Dinas Perhubungan."),
    _("Taman ditangani Suku Dinas Pertamanan dan Hutan Kota."),
    _("Trotoar, jembatan penyeberangan, dan galian ditangani Suku Dinas Bina Marga."),
    _("Pedagang liar dan pelanggaran aturan ditangani Satpol PP."),
    _("Pengemis dan PMKS ditangani Suku Dinas Sosial."),
    _("Layanan dan kesehatan masyarakat ditangani Suku Dinas Kesehatan."),
    _("Dokumen kependudukan ditangani Suku Dinas Dukcapil."),
    _("Pelayanan dan hal lain di wilayah ditangani kelurahan."),
    _("Paspor dan izin tinggal diurus Direktorat Jenderal Imigrasi, lewat LAPOR!."),
    _("Kepesertaan dan iuran BPJS diurus BPJS, lewat LAPOR!."),
    _("Pajak pusat dan bea cukai diurus Kementerian Keuangan, lewat LAPOR!."),
    _("Jalan tol diurus Badan Pengatur Jalan Tol dan pengelolanya (Jasa Marga), lewat LAPOR!."),
    _("Bandara dan penerbangan diurus Kementerian Perhubungan dan pengelolanya, lewat LAPOR!."),
    _("Sertifikat tanah diurus Kementerian ATR/BPN, lewat LAPOR!."),
    _("Urusan kementerian dan lembaga pusat hanya dapat diteruskan lewat LAPOR!."),
    _("SIM, STNK, SKCK, dan tilang diurus kepolisian."),
    _("Telepon, internet, dan kabelnya ditangani Telkom Indonesia."),
    _("LRT Jabodebek ditangani KAI."),
    _("LRT Jakarta ditangani PT LRT Jakarta."),
    _("Pesan ini tidak menyebut masalah yang dapat ditangani: sebutkan apa yang terganggu, dan di mana."),
    _("Semua pesannya dihapus oleh pengirim atau sumbernya."),
    _("Sumbernya menyatakan masalah ini sudah selesai."),
    _("Sumbernya menampilkan masalah ini lagi."),
    _("Pelapor tidak menjawab pertanyaan petugas."),
)

# What went wrong: a title, and what to do now.
TROUBLES: dict[int, tuple[str, str]] = {
    400: (_("Permintaan tidak terbaca"), _("Periksa lagi alamat atau isiannya, lalu coba sekali lagi.")),
    404: (_("Tidak ditemukan"), _("Halaman atau nomor ini tidak ada. Periksa kembali nomor laporan Anda.")),
    405: (_("Cara ini tidak bisa"), _("Halaman ini tidak menerima permintaan seperti itu.")),
    413: (_("Kiriman terlalu besar"), _("Paling banyak 12 MB. Perkecil foto atau kirim tanpa foto.")),
    422: (_("Isian tidak lengkap"), _("Ada isian yang tidak bisa dipakai. Periksa lalu kirim lagi.")),
    429: (_("Terlalu banyak kiriman"), _("Sudah banyak kiriman dari alamat ini. Tunggu satu menit, lalu kirim lagi.")),
    500: (_("Ada kesalahan di pihak kami"), _("Catatannya sudah kami simpan. Coba lagi sebentar lagi.")),
    503: (_("Belum siap"), _("Layanan sedang tidak bisa dihubungi. Coba lagi satu menit lagi.")),
}
