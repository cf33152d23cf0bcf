"""Lists that move while they are read: nothing between two runs is lost, however they end."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from made import NOW
from pydantic import HttpUrl

from dengar.errors import Blocked, BudgetSpent, SourceChanged
from dengar.ingest.crawling.crawl import Page
from dengar.ingest.crawling.lists import Cursor, walk
from dengar.ingest.crawling.trip import EnoughPages, Trip
from dengar.ingest.protocol import Batch, Budget, Window
from dengar.ingest.spiders.site import Settings, parse
from dengar.models import Item

URL = "https://papan.example/daftar"
PAGE_SIZE = 4


def make_settings(**changes: object) -> Settings:
    section = {
        "name": "papan", "collector": "site", "urls": (HttpUrl(URL),), "entry": "li", "id": "::attr(id)", "text": "p",
        "next": "a.next", "empty": ".kosong", "pages_back": 1000, "delay": 0,
    }  # fmt: skip
    return Settings.model_validate(section | changes)


class List:
    """A list on a site, newest first; `pinned` stays at its top. It moves by `moves` before each page is shown."""

    def __init__(self, count: int = 0, pinned: Sequence[str] = ()) -> None:
        self.fetched = 0
        self.asked: list[str] = []
        self.entries: list[str] = []
        self.texts: dict[str, str] = {}
        self.pinned = pinned
        self.moves: Iterator[int] = iter(())
        self._made = 0
        self.add(count)

    def add(self, count: int) -> None:
        for _ in range(count):
            self._made += 1
            self.entries.insert(0, f"e{self._made}")

    def edit(self, entry: str) -> None:
        """Change what an entry says: to one of two texts, so that it may be changed back."""
        self.texts[entry] = entry if self.texts.get(entry) == "diubah" else "diubah"

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Page:
        self.add(next(self.moves, 0))
        self.fetched += 1
        self.asked.append(url)
        number = int(url.partition("?p=")[2] or 1)
        etag = f'"{hash((tuple(self.entries), tuple(self.texts.items())))}"'
        if headers and headers.get("if-none-match") == etag:
            return Page(url=url, status=304)
        return Page(url=url, headers={"etag": etag}, text=self._show(number))

    def _show(self, number: int) -> str:
        start = (number - 1) * PAGE_SIZE
        shown = [*(self.pinned if number == 1 else ()), *self.entries[start : start + PAGE_SIZE]]
        lines = [f"<li id={one}><p>{self.texts.get(one, one)}</p>" for one in shown]
        more = f"<a class=next href='?p={number + 1}'>" if start + PAGE_SIZE < len(self.entries) else ""
        return f"<html><ul>{''.join(lines)}</ul>{'' if shown else '<p class=kosong>'}{more}"


class Reading:
    """Runs over a list; what they store, and the cursor that is stored with it."""

    def __init__(self, shown: List) -> None:
        self.list = shown
        self.cursor = Cursor()
        self.items: dict[str, Item] = {}
        self.batches: list[Batch] = []

    def run(
        self, *, dies: int | None = None, stores: bool = True, budget: Budget | None = None, now: datetime = NOW,
        window: Window | None = None, **changes: object,
    ) -> None:  # fmt: skip
        """Run once; one that `dies` does so at that batch, before or after it is stored."""
        self.list.fetched = 0
        settings = make_settings(**changes)
        trip = Trip(settings=settings, crawl=self.list, window=window, budget=budget or Budget(), clock=lambda: now)
        with suppress(EnoughPages):
            for place, batch in enumerate(walk(trip, [URL], Cursor() if window else self.cursor)):
                if place != dies or stores:
                    self._store(batch)
                if place == dies:
                    return

    def _store(self, batch: Batch) -> None:
        self.batches.append(batch)
        self.items |= {item.native_id: item for item in batch.items}
        assert isinstance(batch.cursor, Cursor)
        self.cursor = batch.cursor


RUNS = st.lists(
    st.fixed_dictionaries({
        "new": st.integers(0, 11),
        "gone": st.lists(st.integers(0, 40), max_size=PAGE_SIZE - 1),
        "edits": st.lists(st.integers(0, 9), max_size=4),
        "moves": st.lists(st.integers(0, 3), max_size=6),
        "dies": st.none() | st.integers(0, 4),
        "stores": st.booleans(),
        "pages": st.integers(3, 6),
        "posts": st.none() | st.integers(1, 9),
    }),
    max_size=8,
)  # fmt: skip


def make_run(**changes: object) -> dict[str, object]:
    return {
        "new": 0,
        "gone": [],
        "edits": [],
        "moves": [],
        "dies": None,
        "stores": True,
        "pages": 3,
        "posts": None,
    } | changes


# A page of which only the older half was taken moves up, at once or little by little.
@example(11, (), [make_run(new=11), make_run(), make_run(posts=1), make_run(gone=[0])])
@example(
    22,
    (),
    [
        make_run(),
        make_run(),
        make_run(posts=1),
        make_run(gone=[0, 0, 0], posts=1),
        make_run(gone=[0, 0, 0], dies=0, stores=False),
        make_run(gone=[0, 0, 0], posts=1),
    ],
)
@given(st.integers(0, 30), st.sampled_from([(), ("aturan",)]), RUNS)
def test_whatever_ends_a_run_the_next_ones_lose_nothing(count: int, pinned: Sequence[str], runs: list[dict]) -> None:  # type: ignore[type-arg]
    shown = List(count, pinned)
    reading = Reading(shown)
    for one in runs:
        shown.add(one["new"])
        for place in one["gone"]:
            if place < len(shown.entries):
                del shown.entries[place]
        for place in one["edits"]:
            if place < len(shown.entries):
                shown.edit(shown.entries[place])
        shown.moves = iter(one["moves"])
        with suppress(BudgetSpent):
            reading.run(dies=one["dies"], stores=one["stores"], pages=one["pages"], budget=Budget(posts=one["posts"]))
    shown.moves = iter(())
    reading.run(pages=10_000)
    assert set(reading.items) >= {*shown.entries, *pinned}
    for name in shown.entries[:PAGE_SIZE]:
        assert parse(reading.items[name]).text == shown.texts.get(name, name)
    asked = len(shown.asked)
    reading.run()
    assert shown.asked[asked:] == [URL]


def test_the_first_reading_goes_back_as_far_as_it_may_and_the_next_ones_to_what_is_known() -> None:
    shown = List(30)
    reading = Reading(shown)
    reading.run(pages_back=3)
    assert len(reading.items) == 3 * PAGE_SIZE
    assert len(shown.asked) == 3
    shown.add(2)
    reading.run(pages_back=3)
    assert set(reading.items) == set(shown.entries[: 3 * PAGE_SIZE + 2])
    assert len(shown.asked) == 5
    assert reading.batches[-1].gaps == ()


def test_a_pinned_entry_hides_none_behind_it() -> None:
    shown = List(6, pinned=["aturan"])
    reading = Reading(shown)
    reading.run()
    shown.add(9)
    reading.run()
    assert set(reading.items) == {*shown.entries, "aturan"}


def test_what_moved_out_of_reach_leaves_a_gap() -> None:
    shown = List(4)
    reading = Reading(shown)
    reading.run(pages_back=2)
    shown.add(20)
    later = NOW + timedelta(hours=3)
    reading.run(pages_back=2, now=later)
    (gap,) = reading.batches[-1].gaps
    assert (gap.source, gap.since, gap.until) == ("papan", NOW, later)
    assert "read it more often" in gap.cause
    shown.add(1)
    reading.run(pages_back=2)
    assert reading.batches[-1].gaps == ()


def test_a_list_of_one_page_that_shows_none_of_the_last_ones_leaves_a_gap() -> None:
    shown = List(3)
    reading = Reading(shown)
    reading.run()
    shown.entries.clear()
    shown.add(3)
    reading.run()
    assert reading.batches[-1].gaps
    shown.add(1)
    shown.entries.pop(0)
    reading.run()
    assert len([batch for batch in reading.batches if batch.gaps]) == 1


def test_a_long_pass_is_spread_over_runs_without_beginning_anew() -> None:
    shown = List(40)
    reading = Reading(shown)
    for _ in range(5):
        reading.run(pages=3)
    assert set(reading.items) == set(shown.entries)
    assert len(shown.asked) == 15  # ten pages, the last one of each run once more, and the list's first one


def test_a_budget_cuts_a_page_in_two_and_takes_its_older_half_first() -> None:
    shown = List(4)
    reading = Reading(shown)
    for expected in (["e1", "e2", "e3"], ["e4"]):
        reading.batches.clear()
        with suppress(BudgetSpent):
            reading.run(budget=Budget(posts=3))
        assert [item.native_id for batch in reading.batches for item in batch.items] == expected


def test_a_changed_entry_is_an_edit_and_an_unchanged_one_is_left_alone() -> None:
    shown = List(5)
    reading = Reading(shown)
    reading.run()
    shown.texts["e4"] = "Sudah diperbaiki, tapi rusak lagi"
    reading.batches.clear()
    reading.run()
    (edit,) = [item for batch in reading.batches for item in batch.items]
    assert (edit.native_id, edit.kind) == ("e4", "edit")
    assert parse(edit).text == "Sudah diperbaiki, tapi rusak lagi"


def test_a_list_that_shows_the_same_on_every_page_has_ended() -> None:
    shown = List(4)
    reading = Reading(shown)
    reading.run(next="", page_url="?p={page}", page_numbers=[1, 9])
    assert len(shown.asked) == 2


def test_pages_are_counted_as_the_site_counts_them() -> None:
    shown = List(4 * PAGE_SIZE)
    reading = Reading(shown)
    reading.run(next="", page_url="?p={page}", page_numbers=[2, 3])
    assert shown.asked == [URL, f"{URL}?p=2", f"{URL}?p=3"]
    shown.asked.clear()
    Reading(shown).run(next="", page_url="?p={page}", page_numbers=[2, 40], page_step=2)
    assert shown.asked == [URL, f"{URL}?p=2", f"{URL}?p=4", f"{URL}?p=6"]


def hours_ago(count: int) -> str:
    return (NOW - timedelta(hours=count)).isoformat()


def test_a_window_is_read_as_far_as_the_list_tells_times() -> None:
    shown = List(12)
    shown.texts = {one: f"x<time datetime={hours_ago(place)}>" for place, one in enumerate(shown.entries)}
    reading = Reading(shown)
    window = Window(since=NOW - timedelta(hours=6), until=NOW - timedelta(hours=2))
    reading.run(window=window, date="time", pages=3, pages_back=1)
    assert set(reading.items) == {"e9", "e8", "e7", "e6"}
    assert len(shown.asked) == 3


def serve_page(page: str, **changes: object) -> list[Batch]:
    class Fixed(List):
        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Page:
            del headers
            return Page(url=url, text=page)

    trip = Trip(
        settings=make_settings(**changes),
        crawl=Fixed(),
        window=None,
        budget=Budget(),
        clock=lambda: datetime.now(NOW.tzinfo),
    )
    return list(walk(trip, [URL], Cursor()))


def test_a_page_of_another_shape_names_the_selector_that_finds_nothing() -> None:
    with pytest.raises(SourceChanged, match=r"`entry` \(li\) finds nothing on https://papan.example/daftar"):
        serve_page("<html><h1>Papan</h1><div>Got mampet</div>")


def test_over_a_fifth_without_what_they_need_is_another_shape() -> None:
    good, bad = "<li id={0}><p>isi {0}</p></li>", "<li id={0}><i>isi {0}</i></li>"
    page = "".join((bad if place in {3, 7} else good).format(place) for place in range(10))
    assert len(serve_page(page)[0].items) == 10
    page = "".join((bad if place in {3, 5, 7} else good).format(place) for place in range(10))
    with pytest.raises(SourceChanged, match=r"`text` \(p\) finds nothing in 3 of 10 entries"):
        serve_page(page)


def test_what_is_no_entry_at_all_is_passed_over() -> None:
    page = "".join(f"<li id={place}><p>isi {place}" for place in range(9)) + "<li class=iklan><a href=/x>Belanja</a>"
    assert len(serve_page(page)[0].items) == 9


@pytest.mark.parametrize("page", [
    "<title>Masuk</title><input type=password>",
    "<h1>Log in</h1><form><input type=password></form>",
    "<div class=g-recaptcha></div>",
    "<title>Just a moment...</title><form id=challenge-form></form>",
])  # fmt: skip
def test_a_login_page_or_a_check_for_robots_is_a_block(page: str) -> None:
    with pytest.raises(Blocked, match="look at it in a browser"):
        serve_page(page)


def test_a_field_for_a_password_on_every_page_is_no_login_page() -> None:
    with pytest.raises(SourceChanged):
        serve_page("<title>Papan</title><header><input type=password></header><div>isi</div>")


def test_entries_that_share_an_id_or_a_link_stay_apart() -> None:
    page = "".join(f"<li id=sama><p>isi {place}" for place in range(5)) + "<li id=sama><p>isi 1"
    (batch, _) = serve_page(page)
    assert len(batch.items) == len({item.id for item in batch.items}) == 5


def test_a_page_that_was_crafted_to_take_forever_is_not_read() -> None:
    attributes = " ".join(f"a{place}=1" for place in range(50_000))
    with pytest.raises(SourceChanged, match="thousands of attributes"):
        serve_page(f"<html><p {attributes}>")
    with pytest.raises(SourceChanged):
        serve_page("<div>" * 100_000 + "<li id=1><p>isi")
