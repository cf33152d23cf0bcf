from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from made import NOW, make_labels, make_place, make_post

from dengar.classify.taxonomy import CATEGORIES
from dengar.errors import BadSettings
from dengar.geocode import Locator
from dengar.models import Area, Doubt, Unit
from dengar.routing.rules import BUILT_IN, Router, find_doubt, load_rules
from dengar.routing.units import BRANCHED, CITYWIDE, area_unit_code, make_units

COMPLAINTS = sorted(one.code for one in CATEGORIES if one.is_complaint)
KOTA = ["31.01", "31.71", "31.72", "31.73", "31.74", "31.75"]


@cache
def areas() -> tuple[Area, ...]:
    return tuple(Locator().areas)


@cache
def units() -> dict[str, Unit]:
    return {unit.code: unit for unit in make_units(areas())}


@cache
def router() -> Router:
    return load_rules(BUILT_IN, COMPLAINTS, units())


def write_rules(tmp_path: Path, **changes: object) -> Path:
    rule: dict[str, object] = {"name": "satu", "target": "kelurahan", "resolve_hours": 24, "reason": "Sebab."}
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
        assert routing.respond_by == NOW + timedelta(hours=24)
        assert routing.resolve_by is not None
        assert routing.resolve_by > NOW


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
    assert find_doubt(sure, "banjir") is None
    doubts = [
        (sure.replace(outside="Bekasi"), "banjir", "Di luar Jakarta: Bekasi."),
        (sure, None, "Kategori belum pasti."),
        (sure.replace(labels=make_labels(is_complaint=False)), None, "Mungkin bukan keluhan."),
        (sure.replace(labels=None), None, "Kategori belum pasti."),
        (sure.replace(place=None), "banjir", "Lokasi tidak diketahui."),
        (sure.replace(place=make_place(confidence=0.3)), "banjir", "Lokasi belum pasti."),
    ]
    for post, category, reason in doubts:
        doubt = find_doubt(post, category)
        assert doubt is not None
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


@pytest.mark.parametrize(("changes", "says"), [
    ({"target": "sudin:tidak_ada"}, "Rule 'satu' names the unknown unit 'sudin:tidak_ada'."),
    ({"target": "sudin"}, "unknown unit 'sudin'"),
    ({"categories": ["banjirr"]}, "Rule 'satu' names the unknown category 'banjirr'."),
    ({"resolve_hours": 0}, "Rule 'satu' needs a positive number of resolve_hours."),
    ({"resolve_hours": "lama"}, "cannot be read"),
    ({"reason": None}, "reason"),
    ({"wrods": ["x"]}, "wrods"),
])  # fmt: skip
def test_a_broken_rule_is_refused_with_a_sentence(tmp_path: Path, changes: dict[str, object], says: str) -> None:
    with pytest.raises(BadSettings) as refused:
        load_rules(write_rules(tmp_path, **changes), COMPLAINTS, units())
    (problem,) = refused.value.problems
    assert says in problem


@pytest.mark.parametrize("content", [b"", b"rule = 1", b"[[rule]\n", b"\xff\xfe", b"[[rules]]\nname = 'x'"])
def test_a_broken_file_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kota.toml"
    path.write_bytes(content)
    with pytest.raises(BadSettings, match=r"kota\.toml"):
        load_rules(path, COMPLAINTS, units())
    with pytest.raises(BadSettings, match="tiada"):
        load_rules(tmp_path / "tiada.toml", COMPLAINTS, units())
