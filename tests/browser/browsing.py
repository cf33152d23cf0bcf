"""A real Chromium that tells on every page: errors on its console, and whatever it asks of other hosts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, sync_playwright

CHROMIUM = "/usr/bin/chromium"
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
TABLET = {"width": 768, "height": 1024}
DESKTOP = {"width": 1366, "height": 900}
SERIOUS = {"serious", "critical"}


@dataclass
class Told:
    """What went wrong in a browser, in its own words."""

    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url')})")

    def stop_foreign(self, route: Route) -> None:
        """Let nothing out of this machine, and remember who tried."""
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            route.fallback()
        else:
            self.foreign.append(route.request.url)
            route.abort()


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(
    browser: Browser, size: dict[str, int], language: str = "id", *, dark: bool = False, scripts: bool = True
) -> Iterator[BrowserContext]:
    """Open a window whose pages must raise no error and ask no other host for anything."""
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]  # a plain dict is what a reader expects
        locale="id-ID" if language == "id" else "en-GB",
        timezone_id="Asia/Jakarta",
        color_scheme="dark" if dark else "light",
        is_mobile=size is PHONE,
        has_touch=size is PHONE,
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    told = Told()
    context.on("console", told.hear)
    context.on("weberror", lambda error: told.errors.append(str(error.error)))
    context.route("http*://**", told.stop_foreign)
    try:
        yield context
        assert told == Told()
    finally:
        context.close()


def find_barriers(page: Page) -> list[str]:
    """Let axe-core look for serious barriers; gives the rule, and where."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes'][:5]]}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
    ]
