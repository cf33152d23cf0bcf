import pytest

from dengar.geocode import Locator


@pytest.fixture(scope="session")
def locator() -> Locator:
    return Locator()
