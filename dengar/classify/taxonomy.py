"""The categories: what each one means, who acts on it by default, and how soon. Codes are stable for ever."""

from dataclasses import dataclass

NOT_A_COMPLAINT = "bukan_keluhan"


@dataclass(frozen=True, kw_only=True, slots=True)
class Category:
    """One category; `unit` is the key of the unit that acts by default, `hours` its default deadline.

    `unit` and `hours` are None where nobody has to act.
    """

    code: str
    name: str
    english: str
    group: str
    unit: str | None
    hours: int | None
    meaning: str
    is_complaint: bool = True


CATEGORIES: tuple[Category, ...] = (
    Category(
        code="macet",
        name="Kemacetan",
        english="Traffic jam",
        group="lalu_lintas",
        unit="perhubungan",
        hours=24,
        meaning="Traffic jams, and traffic light timing that jams a junction.",
    ),
    Category(
        code="banjir",
        name="Banjir, genangan, saluran",
        english="Flood, puddles, drains",
        group="air",
        unit="sda",
        hours=24,
        meaning="Flood, puddles, blocked or missing drains, overflowing rivers, floodgates.",
    ),
    Category(
        code="sampah",
        name="Sampah",
        english="Waste",
        group="lingkungan",
        unit="lh",
        hours=24,
        meaning="Waste piles, rubble, uncollected rubbish, burning rubbish.",
    ),
    Category(
        code="kebersihan",
        name="Kebersihan",
        english="Cleanliness",
        group="lingkungan",
        unit="kelurahan",
        hours=48,
        meaning="Weeds, dead plants, dirty or unkempt public space, smell.",
    ),
    Category(
        code="jalan_rusak",
        name="Jalan rusak",
        english="Damaged road",
        group="prasarana",
        unit="bina_marga",
        hours=72,
        meaning="Holes, broken paving or asphalt, dusty unpaved road, broken bridge deck.",
    ),
    Category(
        code="penerangan_jalan",
        name="Penerangan jalan umum",
        english="Street lighting",
        group="prasarana",
        unit="bina_marga",
        hours=48,
        meaning="Street lamps that are out, missing or broken.",
    ),
    Category(
        code="fasilitas_umum",
        name="Fasilitas umum",
        english="Public facilities",
        group="prasarana",
        unit="bina_marga",
        hours=120,
        meaning="Sidewalks, traffic lights, signs, cables, bus stops, parks, zebra crossings, public toilets.",
    ),
    Category(
        code="parkir_liar",
        name="Parkir liar",
        english="Illegal parking",
        group="ketertiban",
        unit="perhubungan",
        hours=24,
        meaning="Parking on road or sidewalk, and illegal parking attendants.",
    ),
    Category(
        code="kaki_lima_liar",
        name="PKL liar",
        english="Illegal street vendors",
        group="ketertiban",
        unit="satpol_pp",
        hours=48,
        meaning="Street stalls and vendors where they may not be.",
    ),
    Category(
        code="pelanggaran",
        name="Pelanggaran aturan",
        english="Broken rules",
        group="ketertiban",
        unit="satpol_pp",
        hours=72,
        meaning="Illegal banners and buildings, noise, wrong-way driving, closed public roads, extortion.",
    ),
    Category(
        code="kriminal",
        name="Kejahatan",
        english="Crime",
        group="keamanan",
        unit="polisi",
        hours=6,
        meaning="Theft, robbery, gangs, brawls, thugs, fraud, drugs.",
    ),
    Category(
        code="kebakaran",
        name="Kebakaran",
        english="Fire",
        group="darurat",
        unit="gulkarmat",
        hours=1,
        meaning="Fire, smoke, gas leaks.",
    ),
    Category(
        code="bencana",
        name="Bencana",
        english="Disaster",
        group="darurat",
        unit="bpbd",
        hours=3,
        meaning="Landslide, storm damage, earthquake, collapsed dike or building.",
    ),
    Category(
        code="pohon_tumbang",
        name="Pohon",
        english="Trees",
        group="lingkungan",
        unit="pertamanan",
        hours=24,
        meaning="Anything about a tree: fallen, leaning, to be pruned.",
    ),
    Category(
        code="pengemis",
        name="Pengemis, PMKS",
        english="Beggars and homeless people",
        group="sosial",
        unit="sosial",
        hours=24,
        meaning="Beggars, homeless people, street children, buskers, people with mental illness on the street.",
    ),
    Category(
        code="transportasi_umum",
        name="Transportasi umum",
        english="Public transport",
        group="lalu_lintas",
        unit="transjakarta",
        hours=72,
        meaning="Service, drivers, stations and fares of Transjakarta, angkot, KRL, MRT and LRT.",
    ),
    Category(
        code="kesehatan",
        name="Kesehatan",
        english="Health",
        group="layanan",
        unit="kesehatan",
        hours=48,
        meaning="Hospitals, puskesmas, vaccines, mosquitoes and diseases, BPJS.",
    ),
    Category(
        code="administrasi",
        name="Administrasi, surat",
        english="Papers and administration",
        group="layanan",
        unit="dukcapil",
        hours=72,
        meaning="KTP, KK, birth certificates, permits, voter list, service and conduct of officials.",
    ),
    Category(
        code="lainnya",
        name="Lainnya",
        english="Other",
        group="lainnya",
        unit="biro_pemerintahan",
        hours=120,
        meaning="A real complaint that fits nothing else: water supply, power, welfare aid, schools, app errors.",
    ),
    Category(
        code=NOT_A_COMPLAINT,
        name="Bukan keluhan",
        english="Not a complaint",
        group="bukan_keluhan",
        unit=None,
        hours=None,
        is_complaint=False,
        meaning="News, adverts, jokes, politics, chat, thanks, official notices, complaints about private firms.",
    ),
)
CODES: tuple[str, ...] = tuple(category.code for category in CATEGORIES)
BY_CODE: dict[str, Category] = {category.code: category for category in CATEGORIES}
