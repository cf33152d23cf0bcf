"""A walk through everything that the collector asks of X, the good answers only."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from made import NOW
from x_emulator import XEmulator
from x_reader import HASHTAG, Reader, both, when_streaming

from dengar.ingest.protocol import Window
from dengar.ingest.x import check, recheck, reply, wait


def publish(x: XEmulator) -> list[str]:
    """Publish a post of each kind; gives their ids."""
    place = {"id": "01864a8a64df9dc4", "full_name": "Tebet, Jakarta Selatan", "name": "Tebet", "place_type": "city"}
    picture = {"media_key": "3_1", "type": "photo", "url": "https://pbs.example/1.jpg", "alt_text": "Lampu padam"}
    link = {"start": 0, "end": 23, "url": "https://t.co/a", "expanded_url": "https://example.id", "media_key": "3_1"}
    first = x.add("lampu padam @DKIJakarta", at=ago(50), media=(picture,), urls=(link,))
    gone = x.add("akan dihapus", at=ago(49))
    made = [
        first,
        x.add(f"banjir {HASHTAG}", at=ago(48), place=place, point=(106.8, -6.2)),
        x.add(f"masih padam {HASHTAG} @DKIJakarta", at=ago(47), refers=(("replied_to", first),)),
        x.add(f"lihat ini {HASHTAG}", at=ago(46), refers=(("quoted", gone),)),
        x.add(f"RT {HASHTAG}", at=ago(45), refers=(("retweeted", first),)),
        x.add(f"panjang {HASHTAG}…", at=ago(44), note=f"panjang {HASHTAG} sekali", urls=(link,)),
        x.add(f"ditahan {HASHTAG}", at=ago(43), withheld=("ID",)),
    ]
    x.edit(made[1], f"banjir selutut {HASHTAG}", at=ago(42))
    x.deleted.add(gone)
    return [*made, gone]


def walk(x: XEmulator, address: str, credentials: Mapping[str, str]) -> None:
    """Check, read in pages, crash, read a window, look again, by lookup and by job, answer, and listen."""
    known = publish(x)
    x.fullest = 3
    more = {"api": address, "stream": True, "seconds_between_looks": 0.01, "seconds_between_hints": 0.0, **credentials}
    settings = both(x, **more)
    assert check(settings) == []
    reader = Reader(x, settings)
    reader.run(crash_at=3)
    reader.run()
    assert reader.error is None, reader.error
    reader.later(hours=1)
    x.add(f"baru {HASHTAG}", at=reader.now - timedelta(minutes=1))
    reader.run()
    assert reader.error is None, reader.error
    Reader(x, settings).run(window=Window(since=ago(49), until=ago(43)))
    for one in (settings, settings.model_copy(update={"ids_for_a_job": 3})):
        assert known[-1] in str(recheck(one, known, reader.budget(), lambda: NOW))
    assert reply(settings, next(iter(reader.disk.values())), "Terima kasih.", "1")
    for query in (settings.query, "rob OR genangan"):
        doing = when_streaming(x, lambda query=query: _flow(x, query))  # type: ignore[misc]
        assert wait(settings.model_copy(update={"query": query}), 10)
        doing.join()
        assert x.closed.wait(5)
        x.closed.clear()


def _flow(x: XEmulator, query: str) -> None:
    """Send a post and end the stream: a proxy may pass on whole answers only."""
    x.add(f"naik lagi {query}")
    x.end_streams()


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)
