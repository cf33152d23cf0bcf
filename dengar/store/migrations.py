"""What was ever changed in the database, in order; new entries are added at the end, old ones stay as they are."""

from collections.abc import Callable

from pymongo import ASCENDING, DESCENDING

from dengar.models import OPEN_STATES
from dengar.store.documents import Data

RAW_DAYS = 30


def migrate(data: Data) -> int:
    """Run the migrations that this database has not seen; gives their number.

    Each is safe to repeat, so that two processes may start at once and a crash in the middle does no harm.
    """
    row = data["meta"].find_one({"_id": "schema"}) or {"version": 0}
    for version, change in enumerate(MIGRATIONS[row["version"] :], start=row["version"] + 1):
        change(data)
        data["meta"].update_one({"_id": "schema"}, {"$max": {"version": version}}, upsert=True)
    return len(MIGRATIONS) - int(row["version"])


def first_indexes(data: Data) -> None:
    """Create the collections and the indexes of the design; raw items leave after 30 days unless they still wait."""
    for name in ("items", "posts", "reports", "events", "cursors", "runs", "gaps", "quarantine", "leases", "units"):
        if name not in data.list_collection_names():
            data.create_collection(name)
    data["items"].create_index(
        [("state", ASCENDING), ("order", ASCENDING)], name="waiting", partialFilterExpression={"state": "pending"}
    )
    data["items"].create_index("number", sparse=True)
    data["items"].create_index("payload_file", sparse=True)
    data["items"].create_index(
        "observed_at", expireAfterSeconds=RAW_DAYS * 86400, partialFilterExpression={"state": "done"}
    )
    data["posts"].create_index([("report", ASCENDING), ("created_at", ASCENDING)], sparse=True)
    data["posts"].create_index("number", sparse=True)
    data["posts"].create_index([("channel", ASCENDING), ("created_at", DESCENDING)])
    data["events"].create_index([("report", ASCENDING), ("seq", ASCENDING)], unique=True)
    data["runs"].create_index([("source", ASCENDING), ("started_at", DESCENDING)])
    data["quarantine"].create_index([("channel", ASCENDING), ("at", DESCENDING)])
    _report_indexes(data)


def _report_indexes(data: Data) -> None:
    reports = data["reports"]
    still_open = {"state": {"$in": list(OPEN_STATES)}}
    reports.create_index("numbers", unique=True)
    reports.create_index(
        [("kel", ASCENDING), ("urgency", DESCENDING), ("created_at", ASCENDING), ("_id", ASCENDING)],
        name="queue",
        partialFilterExpression=still_open,
    )
    reports.create_index(
        [("kel", ASCENDING), ("category", ASCENDING), ("created_at", DESCENDING)],
        name="near",
        partialFilterExpression=still_open,
    )
    reports.create_index([("created_at", DESCENDING), ("_id", DESCENDING)], name="feed")
    reports.create_index([("kel", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)], name="area_feed")
    reports.create_index([("category", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)], name="topic_feed")


MIGRATIONS: tuple[Callable[[Data], None], ...] = (first_indexes,)
