"""numbers: report numbers such as DKI-2611-004217, taken in blocks so that no counter is on the hot path."""

import threading
from collections import deque
from datetime import datetime
from zoneinfo import ZoneInfo

from pymongo import ReturnDocument

from dengar.store.documents import Rows, must

BLOCK = 500
JAKARTA = ZoneInfo("Asia/Jakarta")


class Numbers:
    """Answers: which number does the next report get. Numbers are unique, not gapless."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._block: deque[str] = deque()
        self._month = ""
        self._lock = threading.Lock()  # forms and pipeline take numbers at the same time

    def take(self, at: datetime) -> str:
        """Give the next number of the month of `at`, in Jakarta's time."""
        month = at.astimezone(JAKARTA).strftime("%y%m")
        with self._lock:
            if month != self._month or not self._block:
                self._block, self._month = self._fetch_block(month), month
            return self._block.popleft()

    def _fetch_block(self, month: str) -> deque[str]:
        row = must(
            self._rows.find_one_and_update(
                {"_id": month}, {"$inc": {"last": BLOCK}}, upsert=True, return_document=ReturnDocument.AFTER
            )
        )
        return deque(f"DKI-{month}-{n:06d}" for n in range(row["last"] - BLOCK + 1, row["last"] + 1))
