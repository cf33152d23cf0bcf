"""Where a text says its problem is: `Locator().locate(texts)`. Importing this loads nothing; making a Locator does."""

from dengar.geocode.locator import Locator

__all__ = ["Locator"]
