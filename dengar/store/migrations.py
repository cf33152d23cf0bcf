"""What was ever changed in the database, in order; new entries are added at the end, old ones stay as they are."""

from collections.abc import Callable

from pymongo import IndexModel
from pymongo.errors import OperationFailure

from dengar.models import OPEN_STATES
from dengar.store.documents import Data, Document

RAW_DAYS = 30
TALLY_DAYS = 90
DELIVERY_DAYS = 30
JOB_DAYS = 30
GUESS_DAYS = 180
DRAFT_HOURS = 24
NAMESPACE_EXISTS = 48
INDEX_NOT_FOUND = 27


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
    for name in ("cursors", "gaps", "leases", "numbers", "units"):
        _create_collection(data, name)
    for name, indexes in FIRST_INDEXES.items():
        data[name].create_indexes(indexes)


def _create_collection(data: Data, name: str) -> None:
    """Create a collection; it may be there already, or come from another process at the same moment."""
    try:
        data.create_collection(name, check_exists=False)
    except OperationFailure as error:
        if error.code != NAMESPACE_EXISTS:
            raise


def _drop_index(data: Data, collection: str, name: str) -> None:
    """Drop an index; it may be gone already."""
    try:
        data[collection].drop_index(name)
    except OperationFailure as error:
        if error.code != INDEX_NOT_FOUND:
            raise


_STILL_OPEN = {"state": {"$in": list(OPEN_STATES)}}
FIRST_INDEXES: dict[str, list[IndexModel]] = {
    "items": [
        IndexModel([("state", 1), ("order", 1)], name="waiting", partialFilterExpression={"state": "pending"}),
        IndexModel("number", sparse=True),
        IndexModel("payload_file", sparse=True),
        IndexModel("observed_at", expireAfterSeconds=RAW_DAYS * 86400, partialFilterExpression={"state": "done"}),
    ],
    "posts": [
        IndexModel([("report", 1), ("created_at", 1)], sparse=True),
        IndexModel("number", sparse=True),
        IndexModel("item_id"),
        IndexModel([("channel", 1), ("created_at", -1)]),
    ],
    "events": [IndexModel([("report", 1), ("seq", 1)], unique=True)],
    "runs": [IndexModel([("source", 1), ("started_at", -1)])],
    "quarantine": [IndexModel([("channel", 1), ("at", -1)])],
    "reports": [
        IndexModel("numbers", unique=True),
        IndexModel(
            [("kel", 1), ("urgency", -1), ("created_at", 1), ("_id", 1)],
            name="queue",
            partialFilterExpression=_STILL_OPEN,
        ),
        IndexModel([("kel", 1), ("category", 1), ("created_at", -1)], name="near", partialFilterExpression=_STILL_OPEN),
        IndexModel("needs_review", name="review", partialFilterExpression={"needs_review.0": {"$exists": True}}),
        IndexModel([("created_at", -1), ("_id", -1)], name="feed"),
        IndexModel([("kel", 1), ("created_at", -1), ("_id", -1)], name="area_feed"),
        IndexModel([("category", 1), ("created_at", -1), ("_id", -1)], name="topic_feed"),
    ],
}


def channels(data: Data) -> None:
    """Create what many channels need: budgets, silence, deletions."""
    for name in ("erased", "spending", "tallies", "outbox"):
        _create_collection(data, name)
    data["outbox"].create_indexes([IndexModel([("state", 1), ("due_at", 1)]), IndexModel("item_id")])
    data["posts"].create_indexes(
        [
            IndexModel([("author", 1), ("created_at", 1)]),
            IndexModel([("source", 1), ("item_id", 1)]),
            IndexModel("media.id", sparse=True),
        ]
    )
    data["items"].create_index([("order", 1)], name="incomplete", partialFilterExpression={"state": "incomplete"})
    data["spending"].create_index([("source", 1), ("day", 1)])
    data["tallies"].create_index("hour", expireAfterSeconds=TALLY_DAYS * 86400)


def analysts(data: Data) -> None:
    """Create what the analysts' loop needs: versions of the classifier, and people's labels."""
    for name in ("models", "model_moves", "labels", "label_tasks", "shadows", "drifts"):
        _create_collection(data, name)
    data["model_moves"].create_index([("kind", 1), ("_id", -1)])
    data["labels"].create_indexes([IndexModel("post"), IndexModel([("by", 1), ("at", -1)])])
    data["label_tasks"].create_index([("done", 1), ("rank", 1), ("_id", 1)])
    data["posts"].create_index([("observed_at", 1), ("_id", 1)])


def doubts(data: Data) -> None:
    """Turn the reasons why a person must look into doubts with a kind; clocks count from the receipt."""
    reason = {"$cond": [{"$eq": [{"$type": "$$one"}, "string"]}, {"kind": "other", "reason": "$$one"}, "$$one"]}
    told = {"$map": {"input": {"$ifNull": ["$needs_review", []]}, "as": "one", "in": reason}}
    received = {"$ifNull": ["$received_at", "$created_at"]}
    data["reports"].update_many({}, [{"$set": {"needs_review": told, "received_at": received}}])
    data["reports"].create_indexes(
        [
            IndexModel("traits", name="traits", partialFilterExpression=_STILL_OPEN),
            IndexModel("due_at", name="due", partialFilterExpression={"due_at": {"$exists": True}}),
        ]
    )
    data["events"].create_indexes([IndexModel("at"), IndexModel("voice.post_id", sparse=True)])


def desk(data: Data) -> None:
    """Create what people's work needs: claims, staff, and the queues in their order."""
    for name in ("claims", "staff"):
        _create_collection(data, name)
    data["events"].create_index("posts", sparse=True)
    data["claims"].create_index("until", expireAfterSeconds=3600)
    data["staff"].create_index("key_hash", unique=True)
    waiting = {"needs_review.0": {"$exists": True}}
    for name in ("review", "queue"):  # they were in another order, by the names of urgencies
        _drop_index(data, "reports", name)
    data["reports"].create_indexes(
        [
            IndexModel([*_BY_RANK], name="review_queue", partialFilterExpression=waiting),
            IndexModel([("unit", 1), *_BY_RANK], name="unit_queue", partialFilterExpression=_STILL_OPEN),
            IndexModel("routing.resolve_by", partialFilterExpression=_STILL_OPEN),
            IndexModel("routing.respond_by", partialFilterExpression=_STILL_OPEN),
        ]
    )


_BY_RANK = (("rank", -1), ("received_at", 1), ("_id", 1))


def rule_versions(data: Data) -> None:
    """Create what keeps the routing rules."""
    _create_collection(data, "rules")


def prints(data: Data) -> None:
    """Create what finds photos that look alike; those from before are not known to it."""
    _create_collection(data, "prints")
    data["prints"].create_indexes(PRINT_INDEXES)


PRINT_INDEXES = [IndexModel("keys"), IndexModel("media"), IndexModel("post", sparse=True)]


def administration(data: Data) -> None:
    """Create what the administration watches: deeds by month, RT/RW leaders, levels of water."""
    for name in ("deeds", "leaders", "water_levels", "water_polls"):
        _create_collection(data, name)
    data["deeds"].create_index("month")
    data["reports"].create_indexes(
        [
            IndexModel("received_at"),
            IndexModel("received_at", name="open_received", partialFilterExpression=_STILL_OPEN),
            IndexModel([("updated_at", 1), ("received_at", 1)]),
            IndexModel([("category", 1), ("last_voice_at", -1)], name="now", partialFilterExpression=_STILL_OPEN),
        ]
    )
    data["water_levels"].create_index([("gate", 1), ("at", -1)])


def feeds(data: Data) -> None:
    """Find what changed last, and the few reports that are held back."""
    data["reports"].create_indexes(
        [
            IndexModel([("updated_at", -1), ("_id", -1)], name="changed"),
            IndexModel("is_hidden", name="hidden", partialFilterExpression={"is_hidden": True}),
        ]
    )


def deliveries(data: Data) -> None:
    """Create what the outbox needs; what happened before is told to nobody."""
    for name in ("deliveries", "targets", "relays", "relayed"):
        _create_collection(data, name)
    unsettled = {"state": {"$in": ["waiting", "dead"]}}
    line = [("target", 1), ("report", 1), ("seq", 1), ("state", 1), ("due_at", 1)]
    data["deliveries"].create_indexes(
        [
            IndexModel(line, name="line", partialFilterExpression=unsettled),
            IndexModel([("state", 1), ("due_at", 1)], name="listed"),
            IndexModel("settled_at", expireAfterSeconds=DELIVERY_DAYS * 86400),
        ]
    )
    handled: Document = {"into": "relayed", "whenMatched": "keepExisting"}
    data["reports"].aggregate([{"$project": {"next": "$version"}}, {"$merge": handled}])


def kinship(data: Data) -> None:
    """Find reports by their traits, the newest first; those that are done by kelurahan, category and when."""
    done = {"state": "selesai"}
    data["reports"].create_indexes(
        [
            IndexModel([("traits", 1), ("last_voice_at", -1)], name="kin", partialFilterExpression=_STILL_OPEN),
            IndexModel([("kel", 1), ("category", 1), ("closed_at", -1)], name="done", partialFilterExpression=done),
        ]
    )
    _drop_index(data, "reports", "traits")


def kinds_of_doubts(data: Data) -> None:
    """Find what waits for a kind of doubt that is rare, in the order of the queue."""
    waiting = {"needs_review.0": {"$exists": True}}
    by_kind = [("needs_review.kind", 1), *_BY_RANK]
    data["reports"].create_indexes([IndexModel(by_kind, name="kind_queue", partialFilterExpression=waiting)])


def sessions(data: Data) -> None:
    """Create what keeps people signed in; a session that has ended goes away."""
    _create_collection(data, "sessions")
    data["sessions"].create_indexes([IndexModel("ends_at", expireAfterSeconds=0), IndexModel("name")])


def api_clients(data: Data) -> None:
    """Create what keeps the programs of others that post reports."""
    _create_collection(data, "clients")
    data["clients"].create_index("key_hash", unique=True)


def back_office(data: Data) -> None:
    """Create what the administration's pages need: the audit log, jobs for the scheduler, quarantine by source."""
    for name in ("audit", "jobs"):
        _create_collection(data, name)
    failed = {"kind": "sign_in_failed"}  # guesses of strangers, which could fill a disk
    data["audit"].create_indexes(
        [
            IndexModel([("at", -1), ("_id", -1)]),
            IndexModel([("by", 1), ("at", -1)]),
            IndexModel([("about", 1), ("at", -1)], sparse=True),
            IndexModel("at", name="guesses", expireAfterSeconds=GUESS_DAYS * 86400, partialFilterExpression=failed),
        ]
    )
    data["jobs"].create_indexes(
        [
            IndexModel([("state", 1), ("stepped_at", 1)]),
            IndexModel([("source", 1), ("asked_at", -1)]),
            IndexModel("ended_at", expireAfterSeconds=JOB_DAYS * 86400),
        ]
    )
    data["quarantine"].create_index([("source", 1), ("at", -1), ("_id", -1)])


def officers(data: Data) -> None:
    """Find what a unit must do soonest, and what it did last."""
    soonest = [("unit", 1), ("routing.resolve_by", 1), ("_id", 1)]
    done = {"state": "selesai"}
    data["reports"].create_indexes(
        [
            IndexModel(soonest, name="unit_due", partialFilterExpression=_STILL_OPEN),
            IndexModel([("unit", 1), ("closed_at", -1)], name="unit_done", partialFilterExpression=done),
        ]
    )


def casework(data: Data) -> None:
    """Find what was to be delivered of one report."""
    data["deliveries"].create_index([("report", 1), ("seq", 1)])


def model_jobs(data: Data) -> None:
    """Create what keeps the work on the classifier: one at a time runs."""
    _create_collection(data, "model_jobs")
    runs = {"state": "running"}
    data["model_jobs"].create_indexes(
        [
            IndexModel("state", name="one_runs", unique=True, partialFilterExpression=runs),
            IndexModel([("kind", 1), ("begun_at", -1)]),
            IndexModel([("begun_at", -1), ("_id", -1)]),
            IndexModel([("verdict.challenger", 1), ("begun_at", -1)], sparse=True),
        ]
    )
    data["labels"].create_index("at")
    data["drifts"].create_index([("at", -1)])


def drafts(data: Data) -> None:
    """Create what keeps a form while its sender is asked something; what is not answered goes away."""
    _create_collection(data, "drafts")
    data["drafts"].create_index("at", expireAfterSeconds=DRAFT_HOURS * 3600)


MIGRATIONS: tuple[Callable[[Data], None], ...] = (
    first_indexes,
    channels,
    analysts,
    doubts,
    desk,
    rule_versions,
    prints,
    administration,
    feeds,
    deliveries,
    kinship,
    kinds_of_doubts,
    sessions,
    api_clients,
    back_office,
    officers,
    casework,
    model_jobs,
    drafts,
)
