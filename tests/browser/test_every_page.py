"""Every page in both languages: no serious barrier, no error, nothing from other hosts, and not too heavy.

`make screenshots` takes a picture of each on a phone, a tablet and a desktop.
"""

from pathlib import Path

import pytest
from browsing import DESKTOP, PHONE, TABLET, find_barriers, window
from city import City
from pages import NO_PAGES, PUBLIC, STAFF, fill
from playwright.sync_api import Browser, Page

from dengar.models import Role
from dengar.web.roles import ACCESS

ALL: dict[str, tuple[str, Role | None]] = {path: (address, None) for path, address in PUBLIC.items()} | dict(STAFF)
LARGEST_FIRST_LOAD = 200_000
SIZES = {"phone": PHONE, "tablet": TABLET, "desktop": DESKTOP}


def test_no_page_is_forgotten() -> None:
    pages = {path for path, access in ACCESS.items() if access.read != frozenset() and not path.startswith(NO_PAGES)}
    assert pages == set(ALL)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("path", ALL)
def test_nothing_stands_in_anybodys_way(
    path: str, language: str, browser: Browser, city: City, pytestconfig: pytest.Config
) -> None:
    address, role = ALL[path]
    for dark in (False, True):
        with window(browser, PHONE if dark else DESKTOP, language, dark=dark) as context:
            if role:
                city.sign_in(context, role)
            page = context.new_page()
            answer = page.goto(fill(address, city))
            assert answer is not None
            assert answer.status == 200, page.url
            assert page.locator("html").get_attribute("lang") == language
            assert not find_barriers(page), path
            if dark:
                assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], "it scrolls sideways"
    folder = pytestconfig.getoption("--screenshots")
    if folder:
        take_pictures(browser, city, path, language, Path(folder))


@pytest.mark.parametrize("path", PUBLIC)
def test_the_first_look_at_a_public_page_is_light(path: str, browser: Browser, city: City) -> None:
    with window(browser, PHONE) as context:
        page = context.new_page()
        sizes = weigh(page)
        page.goto(fill(PUBLIC[path], city), wait_until="load")
        page.wait_for_load_state("networkidle") if path != "/banjir" else None
        assert 0 < sum(sizes) <= LARGEST_FIRST_LOAD, path


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_are_readable_without_scripts(path: str, browser: Browser, city: City) -> None:
    with window(browser, PHONE, scripts=False) as context:
        page = context.new_page()
        page.goto(fill(PUBLIC[path], city))
        assert page.locator("h1").inner_text().strip()
        assert len(page.locator("main").inner_text()) > 80


def weigh(page: Page) -> list[float]:
    """Collect the bytes of every answer as they came over the wire, pictures of the city's people aside."""
    sizes: list[float] = []
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    return sizes


def take_pictures(browser: Browser, city: City, path: str, language: str, folder: Path) -> None:
    address, role = ALL[path]
    name = path.strip("/").replace("/", "-").replace("{", "").replace("}", "") or "depan"
    folder.mkdir(parents=True, exist_ok=True)
    for size, shape in SIZES.items():
        with window(browser, shape, language) as context:
            if role:
                city.sign_in(context, role)
            page = context.new_page()
            page.goto(fill(address, city))
            page.screenshot(path=folder / f"{name}.{language}.{size}.png", full_page=True)
