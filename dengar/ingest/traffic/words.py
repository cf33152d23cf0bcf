"""Waze's types and subtypes in Indonesian, each with the category that it means, or None."""

WORDS: dict[str, tuple[str, str | None]] = {
    "ROAD_CLOSED": ("Jalan ditutup", "macet"),
    "ROAD_CLOSED_HAZARD": ("Jalan ditutup karena berbahaya", "macet"),
    "ROAD_CLOSED_CONSTRUCTION": ("Jalan ditutup karena pekerjaan jalan", "macet"),
    "ROAD_CLOSED_EVENT": ("Jalan ditutup karena acara", "macet"),
    "HAZARD": ("Bahaya", None),
    "HAZARD_ON_ROAD": ("Bahaya di badan jalan", None),
    "HAZARD_ON_ROAD_CAR_STOPPED": ("Kendaraan berhenti di badan jalan", "macet"),
    "HAZARD_ON_ROAD_CONSTRUCTION": ("Pekerjaan jalan", None),
    "HAZARD_ON_ROAD_EMERGENCY_VEHICLE": ("Kendaraan darurat di badan jalan", None),
    "HAZARD_ON_ROAD_LANE_CLOSED": ("Lajur jalan ditutup", "macet"),
    "HAZARD_ON_ROAD_OBJECT": ("Ada benda di badan jalan", None),
    "HAZARD_ON_ROAD_OIL": ("Tumpahan oli di badan jalan", None),
    "HAZARD_ON_ROAD_POT_HOLE": ("Jalan berlubang", "jalan_rusak"),
    "HAZARD_ON_ROAD_ROAD_KILL": ("Bangkai hewan di badan jalan", "kebersihan"),
    "HAZARD_ON_ROAD_TRAFFIC_LIGHT_FAULT": ("Lampu lalu lintas rusak", "fasilitas_umum"),
    "HAZARD_ON_SHOULDER": ("Bahaya di bahu jalan", None),
    "HAZARD_ON_SHOULDER_ANIMALS": ("Hewan di bahu jalan", None),
    "HAZARD_ON_SHOULDER_CAR_STOPPED": ("Kendaraan berhenti di bahu jalan", None),
    "HAZARD_ON_SHOULDER_MISSING_SIGN": ("Rambu lalu lintas hilang", "fasilitas_umum"),
    "HAZARD_WEATHER": ("Cuaca buruk", None),
    "HAZARD_WEATHER_FLOOD": ("Jalan tergenang banjir", "banjir"),
    "HAZARD_WEATHER_FOG": ("Kabut tebal", None),
    "HAZARD_WEATHER_HAIL": ("Hujan es", None),
    "HAZARD_WEATHER_HEAVY_RAIN": ("Hujan lebat", None),
    "HAZARD_WEATHER_MONSOON": ("Hujan lebat dan angin kencang", None),
    "HAZARD_WEATHER_TORNADO": ("Angin puting beliung", "bencana"),
    "ACCIDENT": ("Kecelakaan lalu lintas", None),
    "ACCIDENT_MINOR": ("Kecelakaan lalu lintas ringan", None),
    "ACCIDENT_MAJOR": ("Kecelakaan lalu lintas berat", None),
    "CONSTRUCTION": ("Pekerjaan jalan", None),
    "JAM": ("Macet", "macet"),
    "JAM_MODERATE_TRAFFIC": ("Lalu lintas padat", "macet"),
    "JAM_HEAVY_TRAFFIC": ("Macet parah", "macet"),
    "JAM_STAND_STILL_TRAFFIC": ("Macet total", "macet"),
    "IRREGULARITY": ("Macet yang tidak biasa", "macet"),
}

# What a city's offices can mend or clear; what passes by itself, or is for the emergency number, is not theirs.
TAKEN = (
    "ROAD_CLOSED",
    "HAZARD_ON_ROAD_LANE_CLOSED",
    "HAZARD_ON_ROAD_OBJECT",
    "HAZARD_ON_ROAD_OIL",
    "HAZARD_ON_ROAD_POT_HOLE",
    "HAZARD_ON_ROAD_ROAD_KILL",
    "HAZARD_ON_ROAD_TRAFFIC_LIGHT_FAULT",
    "HAZARD_ON_SHOULDER_MISSING_SIGN",
    "HAZARD_WEATHER_FLOOD",
)
# Damage is still there when nobody has confirmed it for an hour.
LASTING = ("HAZARD_ON_ROAD_POT_HOLE", "HAZARD_ON_ROAD_TRAFFIC_LIGHT_FAULT", "HAZARD_ON_SHOULDER_MISSING_SIGN")
