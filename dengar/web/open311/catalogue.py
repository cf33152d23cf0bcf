"""What clients are told of each category beside its name: its group, what belongs to it, what is asked of reporters."""

from dataclasses import dataclass

from dengar.web.words import _

NO_SERVICE = "bukan_keluhan"  # a judgement, not something that anybody can ask for


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Something that a report of a service may say in a field of its own: `attribute[code]`.

    With `choices` (key and name) it takes one of these, otherwise any text. Codes and keys are written so that both
    together can be read as a line of the report.
    """

    code: str
    says: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A category as a service."""

    group: str
    says: str
    questions: tuple[Question, ...] = ()


_WATER = _("Air")
_TRAFFIC = _("Lalu lintas")
_NEIGHBOURHOOD = _("Lingkungan")
_WORKS = _("Prasarana")
_ORDER = _("Ketertiban")
_SAFETY = _("Keamanan")
_EMERGENCY = _("Darurat")
_SOCIAL = _("Sosial")
_OFFICES = _("Layanan")
_OTHER = _("Lainnya")

DEPTH = Question(
    code="tinggi_air",
    says=_("Seberapa tinggi airnya?"),
    choices=(("10-70 cm", "10-70 cm"), ("71-150 cm", "71-150 cm"), ("151 cm atau lebih", _("lebih dari 150 cm"))),
)
POLE = Question(code="nomor_tiang", says=_("Nomor pada tiang lampu"), hint=_("Huruf dan angka pada pelat di tiang."))
BLOCKED = Question(
    code="jalan_tertutup", says=_("Apakah jalan tertutup?"), choices=(("ya", _("ya")), ("tidak", _("tidak")))
)  # fmt: skip

ENTRIES: dict[str, Entry] = {
    "macet": Entry(group=_TRAFFIC, says=_("Kemacetan, dan lampu lalu lintas yang memacetkan simpang.")),
    "banjir": Entry(
        group=_WATER,
        says=_("Banjir, genangan, saluran tersumbat atau tidak ada, sungai meluap, pintu air."),
        questions=(DEPTH,),
    ),
    "sampah": Entry(group=_NEIGHBOURHOOD, says=_("Tumpukan sampah, puing, sampah tidak diangkut, pembakaran sampah.")),
    "kebersihan": Entry(group=_NEIGHBOURHOOD, says=_("Rumput liar, tempat umum yang kotor atau tidak terawat, bau.")),
    "jalan_rusak": Entry(group=_WORKS, says=_("Jalan berlubang, aspal atau paving rusak, jalan tanah berdebu.")),
    "penerangan_jalan": Entry(group=_WORKS, says=_("Lampu jalan mati, rusak, atau tidak ada."), questions=(POLE,)),
    "fasilitas_umum": Entry(
        group=_WORKS, says=_("Trotoar, lampu lalu lintas, rambu, kabel, halte, taman, zebra cross, toilet umum.")
    ),
    "parkir_liar": Entry(group=_ORDER, says=_("Parkir di jalan atau trotoar, dan juru parkir liar.")),
    "kaki_lima_liar": Entry(group=_ORDER, says=_("Lapak dan pedagang di tempat yang dilarang.")),
    "pelanggaran": Entry(
        group=_ORDER, says=_("Spanduk dan bangunan liar, bising, lawan arah, jalan umum ditutup, pungutan liar.")
    ),
    "kriminal": Entry(group=_SAFETY, says=_("Pencurian, perampokan, tawuran, preman, penipuan, narkoba.")),
    "kebakaran": Entry(group=_EMERGENCY, says=_("Api, asap, gas bocor.")),
    "bencana": Entry(
        group=_EMERGENCY, says=_("Longsor, kerusakan karena angin, gempa, tanggul jebol, bangunan roboh.")
    ),
    "pohon_tumbang": Entry(
        group=_NEIGHBOURHOOD, says=_("Pohon yang tumbang, miring, atau perlu dipangkas."), questions=(BLOCKED,)
    ),
    "pengemis": Entry(
        group=_SOCIAL, says=_("Pengemis, tunawisma, anak jalanan, pengamen, orang dengan gangguan jiwa di jalan.")
    ),
    "transportasi_umum": Entry(
        group=_TRAFFIC, says=_("Layanan, pengemudi, stasiun, dan tarif Transjakarta, angkot, KRL, MRT, dan LRT.")
    ),
    "kesehatan": Entry(group=_OFFICES, says=_("Rumah sakit, puskesmas, vaksin, nyamuk dan penyakit, BPJS.")),
    "administrasi": Entry(
        group=_OFFICES, says=_("KTP, KK, akta lahir, izin, daftar pemilih, layanan dan perilaku petugas.")
    ),
    "lainnya": Entry(
        group=_OTHER, says=_("Keluhan yang tidak masuk golongan lain: air ledeng, listrik, bantuan sosial, sekolah.")
    ),
}
