"""Which categories a post may have: its own, what the classifier thought of, and what is easily taken for it."""

from dengar.models import Labels

UNSURE, CONFUSED = -0.5, -1.5  # log odds
LIKELY = 0.15  # an alternative that the classifier gives this chance is looked for as well
# The pairs that the classifier's exam confused most often, of those that name one thing.
CONFUSABLE: dict[str, tuple[str, ...]] = {
    "jalan_rusak": ("fasilitas_umum", "bencana", "banjir"),
    "fasilitas_umum": ("jalan_rusak", "penerangan_jalan", "pohon_tumbang"),
    "penerangan_jalan": ("fasilitas_umum",),
    "banjir": ("bencana", "jalan_rusak", "lainnya"),
    "bencana": ("banjir", "jalan_rusak", "pohon_tumbang"),
    "pohon_tumbang": ("fasilitas_umum", "bencana"),
    "sampah": ("kebersihan", "pelanggaran"),
    "kebersihan": ("sampah", "pelanggaran"),
    "pelanggaran": ("kriminal", "kaki_lima_liar", "kebersihan", "lainnya"),
    "kriminal": ("pelanggaran", "pengemis"),
    "pengemis": ("kriminal", "kebersihan"),
    "parkir_liar": ("macet", "kaki_lima_liar"),
    "kaki_lima_liar": ("pelanggaran", "parkir_liar"),
    "macet": ("parkir_liar", "transportasi_umum"),
    "transportasi_umum": ("macet", "fasilitas_umum"),
    "lainnya": ("pelanggaran", "banjir"),
    "kebakaran": ("sampah",),
}


def find_categories(labels: Labels | None, category: str | None) -> dict[str | None, float]:
    """Give the categories of reports that a post may join, each with the log odds that it costs."""
    odds: dict[str | None, float] = {category: 0.0}
    if labels is not None:
        guesses = [labels.category] if labels.abstained and labels.is_complaint else []
        guesses += [one.category for one in labels.alternatives if one.confidence >= LIKELY]
        for guess in guesses:
            odds.setdefault(guess, UNSURE)
    odds.setdefault(None, UNSURE)
    for other in CONFUSABLE.get(category or "", ()):
        odds.setdefault(other, CONFUSED)
    return odds
