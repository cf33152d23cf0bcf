"""What the settings of every spider have: where it begins, how it goes on, and how gently."""

from collections.abc import Mapping
from typing import Self

from pydantic import Field, HttpUrl, model_validator

from dengar.ingest.crawling.crawl import host_of
from dengar.ingest.crawling.safety import LONGEST_DELAY
from dengar.ingest.crawling.selecting import SelectorText
from dengar.ingest.crawling.times import LANGUAGES
from dengar.ingest.protocol import SourceSettings

# What an entry may say of itself: each has a setting of this name, the selector that finds it.
SAID = ("title", "text", "author", "date", "place", "category", "status", "lat", "lon")
FIELDS = ("id", "link", "activity", *SAID)

Shape = Mapping[str, str]


class CrawlSettings(SourceSettings):
    """Lists with the newest entries first, on one site.

    `urls` are their first pages. The next page is found by the selector `next`, or made from `page_url`, in which
    {page} counts through `page_numbers` (from, to) in steps of `page_step`. `empty` finds what only an empty list has.
    An entry that is known is read again when one of its fields changes, or what `activity` finds (a number of answers);
    it has ended when its `status` is now one of `over`.
    `pages` is how many pages a run fetches at most, `pages_back` how far it goes back in a list to find what it knows.
    """

    urls: tuple[HttpUrl, ...] = Field(min_length=1)
    domains: tuple[str, ...] = ()
    channel: str
    entry: SelectorText
    id: SelectorText = ""
    link: SelectorText = ""
    activity: SelectorText = ""
    title: SelectorText = ""
    text: SelectorText = ""
    author: SelectorText = ""
    date: SelectorText = ""
    date_format: str = ""
    date_languages: tuple[str, ...] = LANGUAGES
    place: SelectorText = ""
    category: SelectorText = ""
    status: SelectorText = ""
    over: tuple[str, ...] = ()
    lat: SelectorText = ""
    lon: SelectorText = ""
    photo: SelectorText = ""
    drop: SelectorText = ""
    empty: SelectorText = ""
    next: SelectorText = ""
    page_url: str = ""
    page_numbers: tuple[int, int] = (2, 50)
    page_step: int = Field(default=1, ge=1)
    pages: int = Field(default=100, ge=3)  # with fewer a run might only find its way back to where the last one was
    pages_back: int = Field(default=5, ge=1)
    delay: float = Field(default=1.0, ge=0, le=LONGEST_DELAY)
    timeout: float = Field(default=30.0, gt=0, le=120)

    @model_validator(mode="after")
    def _can_be_followed(self) -> Self:
        if self.page_url and "{page}" not in self.page_url:
            raise ValueError("page_url needs {page} in the place of the number")
        if not (self.id or self.link or self.text):
            raise ValueError("one of id, link and text is needed: by it an entry is recognised")
        return self

    @property
    def hosts(self) -> frozenset[str]:
        """Give the hosts that belong to the source."""
        return frozenset({host_of(str(url)) for url in self.urls} | {one.removeprefix("www.") for one in self.domains})

    @property
    def shape(self) -> Shape:
        """Give the selectors of the fields of a message."""
        return {name: getattr(self, name) for name in FIELDS}

    @property
    def list_shape(self) -> Shape:
        """Give the selectors of the fields of a list's entries."""
        return self.shape

    @property
    def needs(self) -> tuple[str, ...]:
        """Name the fields that every entry of a list has."""
        return ("text", "date") if self.date else ("text",)


class SiteSettings(CrawlSettings):
    """Also the text: it stands in the list, or, where `article` is set, on the page behind the entry's link.

    There `article` finds the part of the page that is kept; what is not found in it is looked for in the list's entry.
    """

    article: SelectorText = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """Name the fields that every entry of a list has."""
        return ("link",) if self.article else super().needs

    @model_validator(mode="after")
    def _article_is_linked(self) -> Self:
        if self.article and not self.link:
            raise ValueError("article needs link: it is the page behind it")
        return self
