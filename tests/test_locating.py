from pathlib import Path

import pytest
from made import NOW

from dengar.following import LOOK_SECONDS
from dengar.geocode.ground import built_in_ground
from dengar.geocode.importing.folder import Folder
from dengar.geocode.importing.names import Importing, Report
from dengar.geocode.sights import Sight
from dengar.locating import Locating

TEXT = ["banjir di Komplek Uji Coba Raya"]


class Timer:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def do_import(folder: Folder) -> None:
    ground = built_in_ground()
    sights = [Sight("Komplek Uji Coba Raya", "area", -6.2, 106.79, "osm")]
    Importing(folder, ground.areas, ground.points).run("osm", sights, Path("peta"), NOW, Report())


def test_an_import_serves_without_a_restart(folder: Folder) -> None:
    timer = Timer()
    locating = Locating(folder, timer)
    assert locating.locate(TEXT)[0].place is None
    do_import(folder)
    assert locating.locate(TEXT)[0].place is None
    timer.now += LOOK_SECONDS
    assert locating.locate(TEXT)[0].place is not None
    folder.drop("osm")
    timer.now += LOOK_SECONDS
    assert locating.locate(TEXT)[0].place is None


def test_an_import_that_cannot_be_loaded_leaves_the_one_before(folder: Folder) -> None:
    timer = Timer()
    do_import(folder)
    locating = Locating(folder, timer)
    (folder.path / "osm-1.npz").write_bytes(b"x")
    folder.use("osm", 1)
    timer.now += LOOK_SECONDS
    assert locating.locate(TEXT)[0].place is not None
    assert locating.problem is not None
    assert "import osm again" in locating.problem


def test_a_start_with_a_damaged_import_serves_the_built_in_names(folder: Folder) -> None:
    do_import(folder)
    (folder.path / "osm-1.npz").write_bytes(b"x")
    locating = Locating(folder)
    assert locating.locate(["banjir di Kel. Palmerah"])[0].place is not None
    assert "import osm again" in str(locating.problem)
