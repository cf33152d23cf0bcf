from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from made import NOW, make_labels, make_place, make_post, make_voice

from dengar.classify.taxonomy import CATEGORIES
from dengar.errors import BadSettings
from dengar.geocode.ground import built_in_ground
from dengar.models import WIB, Area, Candidate, Doubt, Event, Pause, Report, Routing, Unit
from dengar.routing.doubts import find_doubts
from dengar.routing.jurisdiction import find_neighbours
from dengar.routing.rules import BUILT_IN, Router, UnknownUnit, load_rules, make_router
from dengar.routing.states import fold
from dengar.routing.units import BRANCHED, CITYWIDE, area_unit_code, make_units

COMPLAINTS = sorted(one.code for one in CATEGORIES if one.is_complaint)
KOTA = ["31.01", "31.71", "31.72", "31.73", "31.74", "31.75"]


@cache
def areas() -> tuple[Area, ...]:
    return built_in_ground().areas


@cache
def units() -> dict[str, Unit]:
    return {unit.code: unit for unit in make_units(areas())}


@cache
def router() -> Router:
    return load_rules(BUILT_IN, COMPLAINTS, units())


def write_rules(tmp_path: Path, **changes: object) -> Path:
    rule: dict[str, object] = {"name": "satu", "units": ["kelurahan"], "resolve": "3 working days", "reason": "Sebab."}
    path = tmp_path / "rules.toml"
    lines = [f"{key} = {value!r}" for key, value in (rule | changes).items() if value is not None]
    path.write_text("\n".join(["[[rule]]", *lines]))
    return path


# Units


def test_every_area_has_a_unit() -> None:
    kinds = Counter(unit.kind for unit in units().values())
    assert (kinds["kelurahan"], kinds["kecamatan"], kinds["kota"]) == (267, 44, 6)
    assert {unit.area for unit in units().values() if unit.kind in {"kelurahan", "kecamatan", "kota"}} == {
        area.code for area in areas()
    }


def test_every_agency_has_a_branch_in_every_kota() -> None:
    for key in BRANCHED:
        assert {f"sudin:{key}:{kota}" for kota in KOTA} <= set(units())
        assert units()[f"sudin:{key}:31.01"].parent == f"dinas:{key}"
    for key, name, kind in CITYWIDE:
        assert units()[f"{kind}:{key}"].name == name


def test_codes_are_unique_and_parents_exist() -> None:
    made = make_units(areas())
    assert len({unit.code for unit in made}) == len(made)
    assert {unit.parent for unit in made if unit.parent} <= set(units())
    assert len({unit.name for unit in made if unit.kind not in {"kelurahan", "kecamatan"}}) == sum(
        unit.kind not in {"kelurahan", "kecamatan"} for unit in made
    )


def test_kepulauan_seribu_is_a_kabupaten() -> None:
    assert units()["kota:31.01"].name.startswith("Kabupaten Administrasi Kepulauan Seribu")
    assert area_unit_code("31.74.02") == "kec:31.74.02"


# Rules


def places() -> Iterator[Area]:
    yield from {area.code[:5]: area for area in areas() if area.level == "kelurahan"}.values()


def test_every_target_of_every_rule_resolves_in_every_kota() -> None:
    for rule in router().rules:
        category = (rule.categories or ("lainnya",))[0]
        text = rule.words[0] if rule.words else "ada masalah"
        alone = Router(rules=(rule,), units=units())
        assert rule.outcome in {None, "national"}
        for area in places():
            post = make_post(text=text, place=make_place(area.code), labels=make_labels(category))
            routing = alone.route(post, category, NOW)
            assert routing.unit in units(), (rule.name, area.code, routing)
            assert routing.doubt is None


@pytest.mark.parametrize("category", COMPLAINTS)
def test_every_category_has_a_unit_and_deadlines_where_the_place_is_known(category: str) -> None:
    for area in places():
        routing = router().route(make_post(place=make_place(area.code)), category, NOW)
        assert routing.unit in units()
        assert routing.reason
        assert routing.rule
        assert routing.respond_by is not None
        assert NOW < routing.respond_by <= NOW + timedelta(hours=24)
        assert routing.resolve_by is not None
        assert routing.resolve_by > routing.respond_by
        assert routing.jurisdiction in {"kelurahan", "dinas", "police"}


@pytest.mark.parametrize(("category", "text", "unit"), [
    ("banjir", "Banjir selutut", "sudin:sda:31.74"),
    ("kebersihan", "Rumput liar", "kel:31.74.02.1001"),
    ("penerangan_jalan", "Lampu jalan mati", "sudin:bina_marga:31.74"),
    ("penerangan_jalan", "Tiang listrik miring, gardu PLN", "utility:pln"),
    ("transportasi_umum", "KRL telat terus", "utility:kai"),
    ("transportasi_umum", "Halte Transjakarta bocor", "utility:transjakarta"),
    ("transportasi_umum", "Angkot ngetem", "sudin:perhubungan:31.74"),
    ("administrasi", "E-KTP belum jadi, kk juga", "sudin:dukcapil:31.74"),
    ("administrasi", "Petugas loket kasar", "kel:31.74.02.1001"),
    ("fasilitas_umum", "Ayunan di taman patah", "sudin:pertamanan:31.74"),
    ("fasilitas_umum", "Lampu merah mati", "sudin:perhubungan:31.74"),
    ("lainnya", "Airnya keruh, mohon pam dicek", "utility:pam"),
    ("kriminal", "Begal motor", "police:polisi"),
])  # fmt: skip
def test_words_and_category_choose_the_unit(category: str, text: str, unit: str) -> None:
    assert router().route(make_post(text=text), category, NOW).unit == unit


def test_a_word_counts_as_a_whole_word_only() -> None:
    assert router().route(make_post(text="spam di mana-mana"), "lainnya", NOW).unit == "kel:31.74.02.1001"


def test_doubt_goes_to_a_person_with_a_reason() -> None:
    sure = make_post()
    assert find_doubts(sure, "banjir") == ()
    doubts = [
        (sure.replace(outside="Bekasi"), "banjir", "Di luar Jakarta: Bekasi."),
        (sure, None, "Kategori belum pasti."),
        (sure.replace(labels=make_labels(is_complaint=False)), None, "Mungkin bukan keluhan."),
        (sure.replace(labels=None), None, "Kategori belum pasti."),
        (sure.replace(place=None), "banjir", "Lokasi tidak diketahui."),
        (sure.replace(place=make_place(confidence=0.3)), "banjir", "Lokasi belum pasti."),
    ]
    for post, category, reason in doubts:
        (doubt,) = find_doubts(post, category)
        assert doubt.reason == reason
        routing = router().route(post, category, NOW)
        assert (routing.unit, routing.doubt) == (None, doubt)
        assert routing.respond_by == NOW + timedelta(hours=24)


def test_a_place_without_kelurahan_cannot_go_to_one() -> None:
    kota = make_place(level="kota", kelurahan=None, kelurahan_code=None, kecamatan=None, kecamatan_code=None)
    assert router().route(make_post(place=kota), "kebersihan", NOW).doubt == Doubt(
        kind="place", reason="Kelurahannya belum diketahui."
    )
    assert router().route(make_post(place=kota), "banjir", NOW).unit == "sudin:sda:31.74"


def test_a_category_without_rule_goes_to_a_person() -> None:
    routing = Router(rules=(), units={}).route(make_post(), "banjir", NOW)
    assert routing.doubt == Doubt(kind="unit", reason="Tidak ada aturan untuk kategori ini.")


def test_the_own_rules_of_a_city_are_read(tmp_path: Path) -> None:
    rules = load_rules(write_rules(tmp_path, categories=["banjir"], words=["air"]), COMPLAINTS, units()).rules
    assert [rule.name for rule in rules] == ["satu"]


# Whose matter it is


@pytest.mark.parametrize(("category", "text", "unit", "rule"), [
    ("administrasi", "Antrean paspor di kantor imigrasi tutup terus", "national:lapor", "paspor dan imigrasi"),
    ("kesehatan", "Kartu BPJS saya nonaktif padahal iuran BPJS lancar", "national:lapor", "bpjs"),
    ("kesehatan", "Kartu BPJS ditolak di puskesmas Tebet", "sudin:kesehatan:31.74", "kesehatan"),
    ("lainnya", "SPT tahunan tidak bisa dikirim, DJP Online error", "national:lapor", "pajak pusat"),
    ("administrasi", "PBB rumah salah, NPWP sudah benar", "kel:31.74.02.1001", "pelayanan kelurahan"),
    ("jalan_rusak", "Lubang besar di tol dalam kota arah Cawang", "national:lapor", "jalan tol"),
    ("penerangan_jalan", "Lampu kolong tol mati", "sudin:bina_marga:31.74", "jalan dan lampu"),
    ("lainnya", "Bagasi saya hilang di bandara", "national:lapor", "bandara dan penerbangan"),
    ("lainnya", "Bansos dari Kemensos tidak turun", "national:lapor", "kementerian"),
    ("administrasi", "Perpanjang SIM di Satpas dipersulit", "police:polisi", "sim dan tilang"),
    ("lainnya", "IndiHome gangguan tiga hari", "utility:telkom", "telepon dan internet"),
    ("transportasi_umum", "LRT Jakarta terlambat", "utility:lrt", "lrt jakarta"),
    ("transportasi_umum", "LRT Jabodebek mogok", "utility:kai", "lrt jabodebek"),
    ("transportasi_umum", "Eskalator MRT mati", "utility:mrt", "mrt"),
])  # fmt: skip
def test_matters_of_others_go_to_them(category: str, text: str, unit: str, rule: str) -> None:
    routing = router().route(make_post(text=text), category, NOW)
    assert (routing.unit, routing.rule) == (unit, rule)


def test_a_national_matter_has_the_clocks_of_lapor() -> None:
    # NOW is Friday 20 November 2026, 10:00: Mon, Tue, Wed 25; five more days are Wed 2 December.
    routing = router().route(make_post(text="Paspor saya ditahan imigrasi"), "administrasi", NOW)
    assert routing.jurisdiction == "national"
    assert (routing.respond_by, routing.resolve_by) == (wib(2026, 11, 25, 16), wib(2026, 12, 2, 16))
    assert router().silence_ends(NOW) == wib(2026, 12, 4, 16, 30)


def test_what_serves_the_whole_city_needs_no_place() -> None:
    post = make_post(text="KRL telat terus", place=None)
    assert router().route(post, "transportasi_umum", NOW).unit == "utility:kai"
    assert [one.kind for one in find_doubts(post, "transportasi_umum")] == ["place"]


def test_people_of_other_cities_are_told_where_to_turn() -> None:
    routing = router().route(make_post(place=None, outside="Bekasi"), "banjir", NOW)
    assert (routing.unit, routing.jurisdiction) == (None, "outside")
    assert routing.reason.startswith("Di luar Jakarta: Bekasi. Sampaikan lewat LAPOR!")
    own = make_router(RULE + '[outside]\nbogor = "Tulis ke SiBadra."\notherwise = "LAPOR!"', "a", COMPLAINTS, units())
    there = own.route(make_post(place=None, outside="Kota Bogor"), "banjir", NOW)
    assert there.reason == "Di luar Jakarta: Kota Bogor. Tulis ke SiBadra."


def test_who_names_no_problem_is_told_so() -> None:
    routing = router().route(make_post(labels=make_labels(is_complaint=False)), None, NOW)
    assert (routing.unit, routing.jurisdiction) == (None, "not_actionable")
    assert "tidak menyebut masalah" in routing.reason


@pytest.mark.parametrize(("outcome", "jurisdiction", "doubt"), [
    ("not_actionable", "not_actionable", "no_complaint"), ("outside", "outside", "outside"), ("review", None, "unit"),
])  # fmt: skip
def test_a_rule_may_give_no_unit_but_a_reason(outcome: str, jurisdiction: str | None, doubt: str) -> None:
    text = f'[[rule]]\nname = "a"\nreason = "Sebab."\noutcome = "{outcome}"\n'
    routing = make_router(text, "a", COMPLAINTS, units()).route(make_post(), "banjir", NOW)
    assert (routing.unit, routing.jurisdiction, routing.reason, routing.rule) == (None, jurisdiction, "Sebab.", "a")
    assert routing.doubt is not None
    assert routing.doubt.kind == doubt


def test_near_a_border_the_neighbour_is_named_with_the_distance() -> None:
    near = make_place(
        "31.74.02.1001", border_m=12.4, border_code="31.71.07.1007", border_name="Karet Tengsin", lat=-6.2, lon=106.8
    )
    kel = router().route(make_post(place=near), "kebersihan", NOW)
    assert kel.neighbours == ("kel:31.71.07.1007",)
    assert kel.reason.endswith("Titiknya 12 m dari batas Karet Tengsin.")
    sudin = router().route(make_post(place=near), "sampah", NOW)
    assert sudin.neighbours == ("sudin:lh:31.71",)  # the border of the kota as well
    assert find_neighbours("kec:31.74.02", near, units()) == ("kec:31.71.07",)
    far = router().route(make_post(place=near.replace(border_m=51.0)), "kebersihan", NOW)
    assert (far.neighbours, "batas" in far.reason) == ((), False)
    inside = router().route(make_post(place=near.replace(border_code="31.74.02.1002")), "sampah", NOW)
    assert inside.neighbours == ()  # the same suku dinas on both sides
    assert router().route(make_post(text="KRL", place=near), "transportasi_umum", NOW).neighbours == ()


def test_a_kelurahan_of_nearly_the_same_belief_is_a_neighbour() -> None:
    codes = {"31.74.02.1001": 0.52, "31.74.02.1002": 0.45, "31.74.02.1003": 0.1}
    candidates = tuple(
        Candidate(kelurahan_code=code, kelurahan=code, confidence=belief) for code, belief in codes.items()
    )
    routing = router().route(make_post(place=make_place(candidates=candidates)), "kebersihan", NOW)
    assert routing.neighbours == ("kel:31.74.02.1002",)


# Conditions

RULE = '[[rule]]\nname = "a"\nreason = "Sebab."\nunits = ["kelurahan"]\n'


def wib(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=WIB)  # type: ignore[misc, arg-type]  # a zone may follow the parts


@pytest.mark.parametrize(("condition", "changes", "at"), [
    ('words = ["gang", "lampu merah"]', {"text": "LAMPU  merah padam"}, NOW),
    ('all_words = ["pohon", "kabel"]', {"text": "kabel tertimpa pohon"}, NOW),
    ('no_words = ["pohon"]', {"text": "pohonnya rimbun"}, NOW),
    ('places = ["31.74.02"]', {}, NOW),
    ('place = "known"', {}, NOW),
    ("near_border = true", {"place": make_place(border_m=3.0, border_code="31.74.02.1002")}, NOW),
    ('hours = "22:00-05:00"', {}, wib(2026, 11, 20, 4, 59)),
    ('hours = "07:00-19:00"', {}, wib(2026, 11, 20, 18, 59)),
    ('days = ["fri"]', {}, wib(2026, 11, 20, 23, 59)),
    ('days = ["free"]', {}, wib(2026, 12, 25, 9)),
    ('days = ["working"]', {}, wib(2026, 12, 23, 9)),
    ('dates = ["2026-11-01..2026-11-20"]', {}, wib(2026, 11, 20, 23, 59)),
    ('channels = ["berkas"]', {}, NOW),
    ('urgencies = ["danger"]', {"labels": make_labels(urgency="danger")}, NOW),
    ("confidence_below = 0.7", {"labels": make_labels(confidence=0.6)}, NOW),
    ("confidence_above = 0.7", {}, NOW),
    ('flags = ["vip"]', {"flags": ("vip", "x")}, NOW),
])  # fmt: skip
def test_a_condition_is_met(condition: str, changes: dict[str, object], at: datetime) -> None:
    assert decide(condition, changes, at) == "a"


@pytest.mark.parametrize(("condition", "changes", "at"), [
    ('words = ["gang"]', {"text": "gangguan"}, NOW),
    ('all_words = ["pohon", "kabel"]', {"text": "pohon saja"}, NOW),
    ('no_words = ["pohon"]', {"text": "Pohon!"}, NOW),
    ('places = ["31.74.03", "31.71"]', {}, NOW),
    ('place = "unknown"', {}, NOW),
    ("near_border = true", {}, NOW),
    ('hours = "22:00-05:00"', {}, wib(2026, 11, 20, 5, 0)),
    ('days = ["fri"]', {}, wib(2026, 11, 21, 0, 0)),
    ('days = ["working"]', {}, wib(2026, 12, 24, 9)),
    ('dates = ["2026-11-01..2026-11-20"]', {}, wib(2026, 11, 21, 0, 0)),
    ('channels = ["x"]', {}, NOW),
    ('urgencies = ["danger"]', {}, NOW),
    ("confidence_below = 0.7", {}, NOW),
    ("confidence_above = 0.95", {}, NOW),
    ('flags = ["vip"]', {}, NOW),
])  # fmt: skip
def test_a_condition_is_not_met(condition: str, changes: dict[str, object], at: datetime) -> None:
    assert decide(condition, changes, at) == ""


def decide(condition: str, changes: dict[str, object], at: datetime) -> str:
    own = make_router(RULE + condition, "a", COMPLAINTS, units())
    return own.route(make_post().replace(**changes), "jalan_rusak", at).rule


def test_the_first_unit_acts_and_the_others_are_told() -> None:
    text = RULE.replace('["kelurahan"]', '["sudin:sda", "kelurahan", "dinas:bpbd"]') + "priority = 2\n"
    routing = make_router(text, "a", COMPLAINTS, units(), version=7).route(make_post(), "banjir", NOW)
    assert (routing.unit, routing.beside) == ("sudin:sda:31.74", ("kel:31.74.02.1001", "dinas:bpbd"))
    assert (routing.priority, routing.version) == (2, 7)


def test_danger_to_people_comes_first_and_waits_for_nobody() -> None:
    post = make_post(text="Sampah menumpuk, dan ada orang bawa celurit")
    routing = router().route(post, "sampah", NOW)
    assert (routing.unit, routing.priority) == ("sudin:lh:31.74", 3)
    assert [one.kind for one in find_doubts(post, "sampah")] == ["safety"]


# Escalations


def test_nobody_answers_and_the_next_above_is_told() -> None:
    routing = router().route(make_post(), "kebersihan", NOW)
    answer = [(one.unit, one.at) for one in routing.escalations if one.awaits == "answer"]
    assert answer == [
        ("kec:31.74.02", NOW + timedelta(hours=24)),  # Saturday 10:00
        ("kota:31.74", wib(2026, 11, 23, 16)),
        ("dinas:biro_pemerintahan", wib(2026, 11, 25, 16)),
    ]
    solution = [one.unit for one in routing.escalations if one.awaits == "solution"]
    assert solution == ["kec:31.74.02", "kota:31.74", "dinas:biro_pemerintahan"]
    assert list(routing.escalations) == sorted(routing.escalations, key=lambda one: one.at)


def test_above_a_suku_dinas_stands_its_dinas_and_nobody_twice() -> None:
    routing = router().route(make_post(), "sampah", NOW)
    assert [one.unit for one in routing.escalations if one.awaits == "answer"] == [
        "dinas:lh",
        "dinas:biro_pemerintahan",
    ]


# What follows for a report


def make_report(**changes: object) -> Report:
    routing = router().route(make_post(), "kebersihan", NOW)
    received = Event(report="1", seq=0, kind="received", at=NOW, actor="dengar", category="kebersihan")
    report = fold(None, received.replace(urgency="routine", place=make_place(), voice=make_voice()))
    report = fold(report, Event(report="1", seq=1, kind="routed", at=NOW, actor="dengar", routing=routing))
    return report.replace(**changes)


def test_a_person_chooses_another_unit() -> None:
    report, later = make_report(), NOW + timedelta(days=3)  # Monday; the solution is due on Wednesday
    routing = router().assign(report, "sudin:lh:31.74", later, "Bukan wewenang kelurahan.")
    assert (routing.unit, routing.jurisdiction) == ("sudin:lh:31.74", "dinas")
    assert routing.respond_by == later + timedelta(hours=24)
    assert routing.resolve_by == report.routing.resolve_by == wib(2026, 11, 25, 16)
    assert routing.escalations[0].unit == "dinas:lh"
    late = router().assign(report, "sudin:lh:31.74", NOW + timedelta(days=10), "Terlambat.")
    assert late.resolve_by == wib(2026, 12, 3, 16)  # Monday 30 November and three days
    lapor = router().assign(report, "national:lapor", later, "Urusan pusat.")
    assert lapor.respond_by == wib(2026, 11, 26, 16)
    with pytest.raises(UnknownUnit, match="Tidak ada unit kel:nowhere"):
        router().assign(report, "kel:nowhere", later, "")


def test_a_unit_is_found_for_a_report_that_had_none() -> None:
    report = make_report(routing=Routing(), unit=None)
    routing = router().assign(report, "kel:31.74.02.1001", NOW, "Ditentukan petugas.")
    assert routing.resolve_by == wib(2026, 11, 27, 16, 30)


def test_a_report_that_is_opened_again_has_all_its_time_again() -> None:
    later = wib(2027, 1, 4, 9)
    routing = router().renew(make_report(escalated=2), later)
    assert (routing.unit, routing.rule) == ("kel:31.74.02.1001", "kebersihan lingkungan")
    assert (routing.respond_by, routing.resolve_by) == (later + timedelta(hours=24), wib(2027, 1, 8, 16, 30))
    assert len(routing.escalations) == 6


def test_after_a_pause_the_rest_is_counted_on() -> None:
    since, back = NOW + timedelta(hours=4), wib(2026, 11, 30, 9)
    pause = Pause(since=since, until=back, question="Di mana?")
    routing = router().resume(make_report(pause=pause), back)
    assert routing.respond_by == back + timedelta(hours=20)
    # Friday 14:00 to Wednesday 16:00 are 2.5 + 3 x 8.5 = 28 office hours; from Mon 30 at 9: 7, 8.5, 8.5, 4
    assert routing.resolve_by == wib(2026, 12, 3, 11, 30)
    assert routing.escalations[0].at == routing.respond_by
    assert router().resume(make_report(), back) == make_report().routing


def test_escalations_behind_a_report_stay_as_they_were() -> None:
    report = make_report(escalated=1)
    pause = Pause(since=NOW + timedelta(days=2), until=wib(2026, 11, 30, 9), question="?")
    routing = router().resume(report.replace(pause=pause), wib(2026, 11, 30, 9))
    assert routing.escalations[0] == report.routing.escalations[0]
    assert len(routing.escalations) == len(report.routing.escalations)


# What is refused


@pytest.mark.parametrize(("changes", "says"), [
    ({"units": ["sudin:tidak_ada"]}, "Rule 'satu' (line 1) names the unknown unit 'sudin:tidak_ada'."),
    ({"units": ["sudin"]}, "unknown unit 'sudin'"),
    ({"units": None}, "needs either units or an outcome"),
    ({"categories": ["banjirr"]}, "Rule 'satu' (line 1) names the unknown category 'banjirr'."),
    ({"resolve": "lama"}, "'lama' is no duration"),
    ({"resolve": "0 hours"}, "leaves no time to resolve"),
    ({"respond": "3 days"}, "has a bad respond: '3 days' is no duration"),
    ({"resolve": 5}, "cannot be read"),
    ({"reason": None}, "reason"),
    ({"reason": " "}, "needs a reason"),
    ({"wrods": ["x"]}, "wrods"),
    ({"target": "kelurahan"}, "target"),
    ({"words": []}, "has an empty condition (words)"),
    ({"words": [" "]}, "has an empty condition (words)"),
    ({"places": ["99.99"]}, "names the unknown area '99.99'"),
    ({"hours": "7-25"}, "has the bad hours '7-25'"),
    ({"hours": "08:00-08:00"}, "they begin when they end"),
    ({"days": ["senin"]}, "cannot be read"),
    ({"dates": ["2026-13-01"]}, "has the bad dates '2026-13-01'"),
    ({"dates": ["2026-12-02..2026-12-01"]}, "the last day is before the first"),
    ({"priority": 4}, "has the priority 4"),
    ({"confidence_below": 1.5}, "has a confidence of 1.5"),
    ({"confidence_below": 0.3, "confidence_above": 0.6}, "below 0.3 and above 0.6"),
    ({"outcome": "review", "units": None}, "has deadlines but nobody who must act"),
    ({"words": ["a"], "no_words": ["A"]}, "wants 'a' and excludes it"),
    ({"place": "unknown", "places": ["31.74"]}, "asks for an unknown place that lies somewhere"),
])  # fmt: skip
def test_a_broken_rule_is_refused_with_a_sentence(tmp_path: Path, changes: dict[str, object], says: str) -> None:
    with pytest.raises(BadSettings) as refused:
        load_rules(write_rules(tmp_path, **changes), COMPLAINTS, units())
    (problem,) = refused.value.problems
    assert says in problem
    assert problem.endswith(".")


@pytest.mark.parametrize("content", [b"", b"rule = 1", b"[[rule]\n", b"\xff\xfe", b"[[rules]]\nname = 'x'"])
def test_a_broken_file_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kota.toml"
    path.write_bytes(content)
    with pytest.raises(BadSettings, match=r"kota\.toml"):
        load_rules(path, COMPLAINTS, units())
    with pytest.raises(BadSettings, match="tiada"):
        load_rules(tmp_path / "tiada.toml", COMPLAINTS, units())


@pytest.mark.parametrize(("section", "says"), [
    ('[calendar.hours]\nmon = "9 to 5"', "'9 to 5' on mon are no hours"),
    ('[calendar.hours]\nmon = "16:00-08:00"', "close before they open on mon"),
    ("[calendar.hours]", "at least one day needs office hours"),
    ("[calendar]\nclosed = [2026-12-24]\nopen = [2026-12-24]", "2026-12-24 cannot be closed and open"),
    ('[clocks]\nrespond = "0 hours"', "clocks.respond: '0 hours' leaves no time"),
    ('[national]\nresolve = "soon"', "national.resolve: 'soon' is no duration"),
    ('[[escalation]]\nawaits = "answer"\nafter = "1 hour"\nto = "bos"', "Escalation 1 goes to the unknown unit 'bos'"),
    ('[[escalation]]\nawaits = "money"\nafter = "1 hour"\nto = "parent"', "cannot be read"),
    ("[colour]", "cannot be read"),
])  # fmt: skip
def test_a_broken_section_is_refused_with_a_sentence(section: str, says: str) -> None:
    with pytest.raises(BadSettings) as refused:
        make_router(f"{RULE}\n{section}", "kota.toml", COMPLAINTS, units())
    (problem,) = refused.value.problems
    assert says in problem


def called(name: str) -> str:
    return RULE.replace('"a"', f'"{name}"')


def two_rules(first: str, second: str) -> list[str]:
    text = f"{RULE}{first}\n\n{called('b')}{second}\n"
    try:
        make_router(text, "a", COMPLAINTS, units())
    except BadSettings as error:
        return error.problems
    return []


@pytest.mark.parametrize(("first", "second"), [
    ("", 'words = ["air"]'),
    ('categories = ["banjir", "sampah"]', 'categories = ["banjir"]\nwords = ["air"]'),
    ('words = ["lampu"]', 'words = ["lampu merah", "lampu taman"]'),
    ('words = ["lampu"]', 'all_words = ["lampu", "mati"]'),
    ('places = ["31.74"]', 'places = ["31.74.02", "31.74.02.1001"]'),
    ('place = "known"', 'places = ["31.74"]'),
    ('hours = "20:00-06:00"', 'hours = "22:00-05:00"'),
    ('days = ["working", "free"]', 'days = ["mon"]'),
    ('dates = ["2026-01-01..2026-12-31"]', 'dates = ["2026-05-01"]'),
    ("confidence_below = 0.8", "confidence_below = 0.5"),
    ('no_words = ["lampu merah"]', 'no_words = ["lampu"]'),
])  # fmt: skip
def test_a_rule_that_is_never_reached_is_refused(first: str, second: str) -> None:
    (problem,) = two_rules(first, second)
    assert "Rule 'b'" in problem
    assert "is never reached: 'a' before it takes all its cases." in problem
    assert two_rules(second, first) == []


def test_rules_that_take_everything_together_leave_nothing() -> None:
    rules = [("a", ["banjir"]), ("b", ["sampah"]), ("c", ["banjir", "sampah"])]
    text = "".join(f"{called(name)}categories = {some}\n" for name, some in rules)
    with pytest.raises(BadSettings, match=r"Rule 'c' \(line 11\) is never reached"):
        make_router(text, "a", COMPLAINTS, units())


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(BadSettings, match="2 rules are called 'a'"):
        make_router(f'{RULE}categories = ["banjir"]\n{RULE}', "a", COMPLAINTS, units())


def test_all_that_is_wrong_is_told_at_once() -> None:
    text = f'{RULE}categories = ["x"]\nunits_ = 1\n{RULE}priority = 9\n[clocks]\nsilence = "?"\n'
    with pytest.raises(BadSettings) as refused:
        make_router(text, "a", COMPLAINTS, units())
    assert len(refused.value.problems) == 3
