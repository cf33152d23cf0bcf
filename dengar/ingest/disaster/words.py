"""PetaBencana's kinds of disaster in Indonesian, and the category that each means."""

NAMES = {
    "flood": "Banjir",
    "earthquake": "Gempa bumi",
    "wind": "Angin kencang",
    "typhoon": "Angin topan",
    "haze": "Kabut asap",
    "volcano": "Aktivitas gunung api",
    "fire": "Kebakaran",
}
CATEGORIES = {
    "flood": "banjir",
    "earthquake": "bencana",
    "wind": "bencana",
    "typhoon": "bencana",
    "volcano": "bencana",
    "fire": "kebakaran",
}
# What the steps of a field mean, from 0: docs.petabencana.id, supported hazards.
LEVELS: dict[str, dict[str, tuple[str, ...]]] = {
    "earthquake": {
        "structureFailure": (
            "Bangunan retak akibat gempa",
            "Bangunan roboh sebagian akibat gempa",
            "Bangunan roboh akibat gempa",
        ),
        "accessabilityFailure": (
            "Jalan rusak akibat gempa, tidak bisa dilewati kendaraan",
            "Jalan rusak akibat gempa, hanya bisa dilewati sepeda motor",
            "Jalan rusak akibat gempa, hanya bisa dilewati mobil",
            "Jalan rusak akibat gempa, hanya bisa dilewati mobil",
            "Jalan rusak akibat gempa, masih bisa dilewati kendaraan besar",
        ),
    },
    "wind": {
        "impact": (
            "Angin kencang, gangguan ringan",
            "Angin kencang, gangguan sedang",
            "Angin kencang, gangguan berat",
        ),
    },
    "haze": {
        "airQuality": (
            "Kabut asap, kualitas udara buruk",
            "Kabut asap, kualitas udara buruk",
            "Kabut asap, kualitas udara sangat buruk",
            "Kabut asap, kualitas udara berbahaya",
            "Kabut asap, kualitas udara berbahaya",
        ),
    },
}
