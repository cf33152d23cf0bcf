"""Keys: one letter for every category, always the same, so that fingers learn them; shown on the buttons."""

NO_COMPLAINT = "bukan_keluhan"
SKIP, UNDO, HELP = "s", "u", "?"
LETTERS = {
    "macet": "m",
    "banjir": "b",
    "sampah": "h",
    "kebersihan": "k",
    "jalan_rusak": "j",
    "penerangan_jalan": "p",
    "fasilitas_umum": "f",
    "parkir_liar": "r",
    "kaki_lima_liar": "l",
    "pelanggaran": "g",
    "kriminal": "c",
    "kebakaran": "a",
    "bencana": "n",
    "pohon_tumbang": "o",
    "pengemis": "e",
    "transportasi_umum": "t",
    "kesehatan": "d",
    "administrasi": "i",
    "lainnya": "y",
    NO_COMPLAINT: "x",
}
