"""Photos that messages only name are fetched before the message is judged, and never cost the message."""

from datetime import datetime, timedelta

import pytest
from made import NOW, make_item

from dengar.completing import LONGEST_WAIT, Completing
from dengar.errors import Forbidden, Poison, SourceChanged, Transient
from dengar.ingest.protocol import Source, SourceSettings
from dengar.models import Item
from dengar.store import Store

NAMED = make_item("1", incomplete=True)


class Channel:
    """A channel that gives the photo of a message, or raises what it is told to."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    def complete(self, settings: SourceSettings, item: Item, now: datetime) -> Item:
        assert settings.name == "kotak"
        assert now >= NOW
        if self.errors:
            raise self.errors.pop(0)
        return item.replace(payload=item.payload + b" with its photo")


def run(store: Store, channel: object, at: datetime = NOW) -> int:
    source = Source(name="kotak", collector=channel, settings=SourceSettings(name="kotak", collector="x"))
    return Completing(store, [source], lambda: at).run()


def waiting(store: Store) -> list[bytes]:
    return [one.item.payload for one in store.items.pending(10, 10**9)]


@pytest.fixture
def named(store: Store) -> Store:
    store.save_batch("kotak", [NAMED])
    assert waiting(store) == []
    return store


def test_a_message_waits_for_its_photo_and_keeps_its_hash(named: Store) -> None:
    assert run(named, Channel()) == 1
    assert waiting(named) == [NAMED.payload + b" with its photo"]
    named.save_batch("kotak", [NAMED])
    (again,) = named.items.pending(10, 10**9)
    assert (again.revision, again.item.incomplete) == (1, False)
    assert run(named, Channel()) == 0


def test_a_large_photo_is_kept_aside(named: Store) -> None:
    class Camera(Channel):
        def complete(self, settings: SourceSettings, item: Item, now: datetime) -> Item:
            return super().complete(settings, item.replace(payload=b"a" * 400_000), now)

    assert run(named, Camera()) == 1
    assert len(waiting(named)[0]) > 400_000


def test_a_failing_channel_is_tried_again_and_then_done_without(named: Store) -> None:
    assert run(named, Channel(Transient("x"))) == 0
    assert waiting(named) == []
    assert run(named, Channel(Transient("x")), NOW + LONGEST_WAIT + timedelta(seconds=1)) == 1
    assert waiting(named) == [NAMED.payload]


@pytest.mark.parametrize("error", [Forbidden("x"), SourceChanged("x"), Poison("x"), ZeroDivisionError("x")])
def test_what_cannot_be_fetched_never_costs_the_message(named: Store, error: Exception) -> None:
    assert run(named, Channel(error)) == 1
    assert waiting(named) == [NAMED.payload]


def test_a_source_that_was_removed_keeps_nothing_waiting(named: Store) -> None:
    assert Completing(named, [], lambda: NOW).run() == 1
    assert waiting(named) == [NAMED.payload]


def test_an_edit_that_came_meanwhile_is_not_overwritten(named: Store) -> None:
    class Slow(Channel):
        def complete(self, settings: SourceSettings, item: Item, now: datetime) -> Item:
            named.save_batch("kotak", [make_item("1", "Sudah menyala", incomplete=True)])
            return super().complete(settings, item, now)

    run(named, Slow())
    assert waiting(named) == []
    assert run(named, Channel()) == 1
    assert b"Sudah menyala" in waiting(named)[0]
