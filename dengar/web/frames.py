"""Frames: changes of reports as server-sent events, each written once for all who read the same language."""

import msgspec

from dengar.feeds.rows import Gone, Names, ReportRow, tell_change
from dengar.models import Selection
from dengar.store.news import Item

MOST_KEPT = 5000
ANY = Selection()
_encode = msgspec.json.encode


class Frames:
    """Writes events; keeps the last ones, because many listen to the same."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], bytes] = {}

    def write(self, item: Item, names: Names, language: str, address: str) -> bytes:
        """Write what a change means to everybody who did not ask for less."""
        key = item.position, language, address
        frame = self._kept.get(key)
        if frame is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            frame = self._kept[key] = write_change(tell_change(item.report, item.number, ANY, names, address), key[0])
        return frame


def write_change(told: ReportRow | Gone, position: str) -> bytes:
    """Write one change."""
    return write_frame("laporan" if isinstance(told, ReportRow) else "hilang", position, told)


def write_frame(event: str, position: str, data: object) -> bytes:
    """Write an event; JSON has no line ends outside of its strings and none inside, so that one line is enough."""
    told = f"id: {position}\n" if position else ""
    return f"{told}event: {event}\ndata: ".encode() + _encode(data) + b"\n\n"
