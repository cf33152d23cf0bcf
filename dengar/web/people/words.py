"""The words of /admin and /akun for what the records hold as codes; `_` marks them for the catalogue."""

from dengar.models import AuditKind, Origin, PasswordProblem, Role


def _(message: str) -> str:
    """Mark a message for translation where it is shown."""
    return message


DEEDS: dict[AuditKind, str] = {
    "signed_in": _("masuk"),
    "sign_in_failed": _("gagal masuk"),
    "signed_out": _("keluar"),
    "session_ended": _("satu sesi diakhiri"),
    "sessions_ended": _("dikeluarkan dari semua perangkat"),
    "staff_added": _("orang ditambahkan"),
    "staff_ended": _("akun diakhiri"),
    "role_changed": _("peran diubah"),
    "password_made": _("kata sandi baru dibuatkan"),
    "password_changed": _("kata sandi diganti sendiri"),
    "key_made": _("kunci API baru"),
    "client_added": _("program ditambahkan"),
    "client_ended": _("kunci program dicabut"),
    "source_read": _("sumber dibaca sekarang"),
    "gap_filled": _("celah diisi"),
    "gap_closed": _("celah dibiarkan"),
    "quarantine_replayed": _("karantina dicoba lagi"),
    "quarantine_dropped": _("karantina dibuang"),
    "quarantine_taken": _("karantina diunduh"),
    "deliveries_replayed": _("kiriman dicoba lagi"),
    "deliveries_dropped": _("kiriman dilepas"),
}
PASSWORD_PROBLEMS: dict[PasswordProblem, str] = {
    "too_short": _("Kata sandi perlu 12 huruf atau lebih; beberapa kata sudah cukup."),
    "too_long": _("Kata sandi paling panjang 200 huruf."),
    "like_name": _("Kata sandi tidak boleh sama dengan nama."),
    "too_common": _("Kata sandi ini termasuk yang paling sering dicoba orang. Pilih yang lain."),
}
MAY: dict[Role, str] = {
    "operator": _("memeriksa, menggabungkan, dan meneruskan laporan"),
    "petugas": _("mengerjakan laporan unitnya sendiri di lapangan"),
    "verifikator": _("memeriksa laporan yang ditutup unit"),
    "analis": _("melabeli pesan dan melatih model"),
    "humas": _("melihat ruang kendali dan membuat jajak pendapat"),
    "admin": _("semuanya, termasuk menambah orang"),
    "auditor": _("melihat semuanya, tidak mengubah apa pun"),
}
ORIGINS: dict[Origin, str] = {
    "environment": _("lingkungan"),
    "file": _("berkas"),
    "default": _("bawaan"),
}
# What was done, told above the page that follows.
NEWS: dict[str, str] = {
    "keluar": _("Semua sesinya diakhiri."),
    "sesi": _("Sesi itu diakhiri."),
    "peran": _("Perannya diubah."),
    "program": _("Kuncinya dicabut."),
    "akhir": _("Akunnya diakhiri: kata sandi dan kuncinya tidak berlaku lagi."),
    "sandi": _("Kata sandi Anda diganti; sesi di perangkat lain diakhiri."),
}
LAST_ADMIN = _("Ini admin terakhir. Jadikan orang lain admin lebih dulu.")
NAME_WRONG = _("Nama perlu 1 sampai 60 huruf, dan bukan “dengar”: itu nama programnya.")
NAME_TAKEN = _("Sudah ada orang dengan nama itu, mungkin yang sudah keluar. Pilih nama lain: riwayat menyebut nama.")
PROGRAM_INCOMPLETE = _("Program perlu nama dan kontak.")
ROLE_WRONG = _("Pilih salah satu peran.")
UNIT_NEEDED = _("Petugas perlu satu unit. Ketik sebagian namanya, lalu pilih dari daftar.")
AREA_WRONG = _("Wilayah ditulis dengan kodenya atau awal kodenya, misalnya 31.74 atau 31.74.01.")
OLD_PASSWORD_WRONG = _("Kata sandi lama tidak cocok.")
SAME_AS_OLD = _("Kata sandi baru harus lain dari yang lama.")
NOT_REPEATED = _("Kedua kata sandi baru tidak sama.")
