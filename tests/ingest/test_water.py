"""Levels of water: tables, rows, the address that is asked, and how deep people say it is."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from made import NOW
from served import Site, serve

from dengar.cli import main
from dengar.errors import DengarError
from dengar.geocode.tables import read_areas
from dengar.models.reading import Reading
from dengar.settings import CONFIG_VARIABLE, Settings, WaterSettings
from dengar.store import Store
from dengar.terminal import open_parts
from dengar.water.depth import class_of, find_depth
from dengar.water.facts import find_gate, read_basins, read_gates, read_pumps
from dengar.water.make_basins import basin_of
from dengar.water.readings import Fields, make_readings, read_rows
from dengar.watering import Watering


def test_the_tables_fit_together() -> None:
    gates, basins = read_gates(), read_basins()
    areas = {area.code for area in read_areas() if area.level == "kelurahan"}
    assert {code for code in areas if not code.startswith("31.01")} == set(basins)
    names = {one.name for one in basins.values()}
    assert {gate.basin for gate in gates.values()} <= names
    assert {pump.basin for pump in read_pumps()} <= names
    assert {pump.kelurahan for pump in read_pumps()} <= areas | {""}
    assert all(gate.alarms == tuple(sorted(set(gate.alarms))) and len(gate.alarms) in {0, 3} for gate in gates.values())
    called = [name.lower() for gate in gates.values() for name in (gate.name, *gate.aliases)]
    assert all(find_gate(name) for name in called)
    assert len(called) == len(set(called))
    assert basin_of("Anak Kali Mampang") == "Krukut"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Manggarai", "manggarai"),
        ("P.A. Manggarai", "manggarai"),
        ("PINTU AIR  MANGGARAI", "manggarai"),
        ("krukut_hulu", "krukut_hulu"),
        ("Pos Krukut Hulu", "krukut_hulu"),
        ("Bendung Katulampa", "katulampa"),
        ("Pasar Ikan (Laut)", "pasar_ikan"),
        ("Bojong Kulur", None),
        ("", None),
    ],
)
def test_gates_are_found_by_what_people_call_them(said: str, code: str | None) -> None:
    assert find_gate(said) == code


@pytest.mark.parametrize(("cm", "siaga"), [(700, 4), (749, 4), (750, 3), (850, 2), (949, 2), (950, 1), (1200, 1)])
def test_an_alarm_begins_at_its_level(cm: int, siaga: int) -> None:
    assert read_gates()["manggarai"].siaga(cm) == siaga


def test_a_gate_without_known_levels_has_no_alarm() -> None:
    assert read_gates()["tangki"].siaga(500) is None


@pytest.mark.parametrize(
    ("text", "cm"),
    [
        ("banjir selutut di gang kami", 50),
        ("Air sudah sepinggang orang dewasa", 100),
        ("banjir setinggi dada, tolong", 125),
        ("air setinggi atap rumah", 300),
        ("ketinggian air 50-70 cm", 70),
        ("tinggi air 40 cm di depan, 80cm di belakang", 80),
        ("banjir 1,5 meter", 150),
        ("kedalaman sekitar 1 sampai 2 meter", 200),
        ("air nyampe betis", 30),
        ("semata kaki doang", 10),
        ("genangan setengah meter", 50),
        ("air masuk semeter", 100),
        ("banjir 5 m dari pasar", None),
        ("banjir sekitar 2 meter lagi sampai rumah", None),
        ("sakit kepala mikirin banjir", None),
        ("Jl Dada Ayam banjir", None),
        ("panjang got 900 cm", None),
        ("banjir lagi", None),
        ("", None),
    ],
)
def test_depths_are_read_as_people_tell_them(text: str, cm: int | None) -> None:
    assert find_depth(text) == cm


def test_depths_have_three_classes() -> None:
    assert [class_of(cm) for cm in (5, 70, 71, 150, 151)] == ["10-70", "10-70", "71-150", "71-150", ">150"]


GOOD = {"gate": "Manggarai", "at": "2026-11-20T09:50", "cm": "760 cm", "weather": "Hujan  deras"}
READING = Reading(gate="manggarai", at=NOW - timedelta(minutes=10), cm=760, weather="Hujan deras")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"gate": "Nowhere"}, "gate: no gate is called 'Nowhere'"),
        ({"at": "kemarin"}, "at: 'kemarin' is no time such as"),
        ({"at": "2026-11-20T11:00"}, "lies in the future"),
        ({"cm": "tinggi"}, "cm: 'tinggi' is no height in cm"),
        ({"cm": None}, "cm: None is no height"),
        ({"cm": "nan"}, "is no height"),
        ({"cm": "1e400"}, "is no height"),
        ({"cm": 4000}, "4000 cm cannot be"),
        ({"at": "0001-01-01T00:00"}, "is no time"),
    ],
)
def test_a_bad_row_is_refused_with_a_sentence_and_the_others_go_on(change: dict[str, object], reason: str) -> None:
    readings, ((number, told),) = make_readings([GOOD | change, GOOD], NOW)
    assert (readings, number) == ([READING], 1)
    assert reason in told


def test_rows_come_as_json_as_lines_or_as_csv() -> None:
    csv = b"\xef\xbb\xbfgate,at,cm\nManggarai,2026-11-20T09:50,760\n"
    lines = b'{"gate": "a"}\nno json\n{"gate": "b"}\n'
    assert read_rows(csv) == [{"gate": "Manggarai", "at": "2026-11-20T09:50", "cm": "760"}]
    assert read_rows(lines) == [{"gate": "a"}, "no json", {"gate": "b"}]
    assert read_rows(b'{"data": {"items": [1]}}', "data.items") == [1]
    assert read_rows(b'{"gate": "a"}') == [{"gate": "a"}]
    assert read_rows(b"") == []
    with pytest.raises(DengarError, match="no list of water levels"):
        read_rows(b'{"data": []}', "data.rows")
    assert make_readings(["no json"], NOW)[1] == [(1, "this is no row with named fields")]


def test_fields_are_called_what_the_settings_say() -> None:
    row = {"NAMA": "Karet", "TANGGAL": "2026-11-20T09:50", "TINGGI": 300}
    readings, refused = make_readings([row], NOW, Fields(gate="NAMA", at="TANGGAL", cm="TINGGI", weather="CUACA"))
    assert ([one.cm for one in readings], refused) == ([300], [])


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as running:
        yield running


def test_the_address_is_asked_when_it_is_time(store: Store, site: Site) -> None:
    site.pages["/tma"] = (200, {}, b'[{"gate": "Karet", "at": "2026-11-20T09:50", "cm": 300}, {"gate": "x"}]')
    settings = WaterSettings(url=f"{site.address}/tma", every="10 minutes")
    first = Watering(store, settings, lambda: NOW).run()
    assert first is not None
    assert (first.readings, first.refused, first.problem) == (1, 1, "")
    assert Watering(store, settings, lambda: NOW + timedelta(minutes=5)).run() is None
    site.pages["/tma"] = (500, {}, b"")
    third = Watering(store, settings, lambda: NOW + timedelta(minutes=10)).run()
    assert third is not None
    assert "answers 500" in third.problem
    assert store.water.last_poll() == third
    assert store.water.newest()["karet"].cm == 300  # what was known stays known
    assert len(site.asked) == 2


def test_nobody_is_asked_without_an_address(store: Store) -> None:
    assert Watering(store, WaterSettings(), lambda: NOW).run() is None


def test_a_reading_that_comes_again_is_corrected_not_doubled(store: Store) -> None:
    assert store.water.save([READING]) == 1
    assert store.water.save([READING.replace(cm=770)]) == 0
    assert store.water.newest() == {"manggarai": READING.replace(cm=770)}


def test_a_duration_that_is_none_is_told() -> None:
    with pytest.raises(ValueError, match="is no duration"):
        Settings(water=WaterSettings(every="often"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mongo_uri: str) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "dengar.toml"))
    monkeypatch.setenv("DENGAR_MONGODB_URI", mongo_uri)
    monkeypatch.setenv("DENGAR_DATABASE", f"w{tmp_path.name[-20:]}".replace("[", "").replace("]", ""))
    return tmp_path


def dengar(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_a_file_of_levels_is_taken_in_and_shown(folder: Path) -> None:
    with open_parts() as parts:
        at = parts.clock().isoformat()
    (folder / "tma.csv").write_text(f"gate,at,cm,weather\nManggarai,{at},760,Mendung\nNowhere,{at},1,\n")
    assert "No level of water is known" in dengar("flood").stdout
    done = dengar("water", "import", "tma.csv")
    assert (done.exit_code, done.stdout) == (
        1,
        "1 readings, 1 of them new; 1 rows refused.\n  row 2: gate: no gate is called 'Nowhere'\n",
    )
    shown = next(line for line in dengar("flood").stdout.splitlines() if "Manggarai" in line)
    assert " 760 " in shown
    assert " 3 " in shown
    assert "STALE" not in shown
    (folder / "tma.json").write_text(f'{{"isi": [{{"gate": "Karet", "at": "{at}", "cm": 1}}]}}')
    assert dengar("water", "import", "tma.json", "--rows", "isi").exit_code == 0
