import pytest

from dengar.geocode import Locator


@pytest.fixture(scope="session")
def locator() -> Locator:
    return Locator()


def test_a_named_kelurahan_and_kecamatan_are_found(locator: Locator) -> None:
    [located] = locator.locate(["Sampah menumpuk di RT 05/03 Kel. Pekojan, Kec. Tambora"])
    assert located.place is not None
    assert located.place.kelurahan_code == "31.73.04.1009"
