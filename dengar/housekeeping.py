"""What is done once a day: old files and runs go, and the credentials' ends are looked up."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from dengar.errors import AuthExpired, DengarError
from dengar.ingest.protocol import Clock, Source
from dengar.store import Store
from dengar.store.expiries import Expiry

RAW_FILES_KEPT = timedelta(days=31)
RUNS_KEPT = timedelta(days=90)
LOOK_AGAIN = timedelta(hours=20)  # housekeeping comes every 24 hours, a new leader at any time

log = logging.getLogger("dengar.housekeeping")


def keep_house(store: Store, now: datetime) -> None:
    """Drop what nobody needs any more."""
    store.items.drop_files(now - RAW_FILES_KEPT)
    store.runs.drop(now - RUNS_KEPT)


def look_at_expiries(store: Store, sources: Sequence[Source], clock: Clock) -> None:
    """Ask every source that can tell until when its credentials are good, at most once a day."""
    known = store.expiries.find_all()
    for source in sources:
        before = known.get(source.name)
        if hasattr(source.collector, "find_expiry") and not (before and clock() - before.looked_at < LOOK_AGAIN):
            store.expiries.save(_look(source, clock, before))


def _look(source: Source, clock: Clock, before: Expiry | None) -> Expiry:
    """Look once; who cannot be asked today keeps what is known of them."""
    known = (before or Expiry(source=source.name, looked_at=clock())).replace(looked_at=clock())
    try:
        return known.replace(expires_at=source.collector.find_expiry(source.settings, clock), refused=None)
    except AuthExpired as error:
        return known.replace(refused=str(error))
    except DengarError as error:
        log.info("%s does not say until when its credentials are good: %s", source.name, error)
    except Exception:  # one source never stops another, whatever is wrong with its collector
        log.exception("%s cannot be asked until when its credentials are good: please report this.", source.name)
    return known
