"""The store as a whole: its collections, and the two writes in which several of them must agree."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Self, TypeVar

import msgspec
import pymongo
from bson.codec_options import CodecOptions
from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from dengar.errors import StoreUnavailable
from dengar.models import AuditEntry, Changes, Erasing, Event, Item, Labels, Quarantined, Report, post_id
from dengar.store.audit import Audit
from dengar.store.claims import Claims
from dengar.store.clients import Clients
from dengar.store.cursors import Cursors
from dengar.store.deliveries import Deliveries
from dengar.store.documents import Data, Document, Session
from dengar.store.drafts import Drafts
from dengar.store.drifts import Drifts
from dengar.store.erased import Erased
from dengar.store.events import Events
from dengar.store.expiries import Expiries
from dengar.store.gaps import Gaps
from dengar.store.human_labels import HumanLabels
from dengar.store.items import Items
from dengar.store.jobs import Jobs
from dengar.store.leaders import Leaders
from dengar.store.leases import Lease, Leases
from dengar.store.media import MediaFiles
from dengar.store.migrations import migrate
from dengar.store.model_jobs import ModelJobs
from dengar.store.news import News
from dengar.store.numbers import Numbers
from dengar.store.outbox import Outbox
from dengar.store.performance import Performance
from dengar.store.posts import Posts
from dengar.store.prints import Prints
from dengar.store.pulse import Pulse
from dengar.store.quarantine import Quarantine
from dengar.store.queue import Queue
from dengar.store.relays import Relays
from dengar.store.reports import Reports
from dengar.store.rules import RulesVersions
from dengar.store.runs import Runs
from dengar.store.sessions import Sessions
from dengar.store.shadows import Shadows
from dengar.store.spending import Spending
from dengar.store.spots import Spots
from dengar.store.staff import Staff
from dengar.store.tallies import Tallies
from dengar.store.targets import Targets
from dengar.store.units import Units
from dengar.store.versions import Versions
from dengar.store.views import make_views
from dengar.store.water import Water

T = TypeVar("T")
Client = pymongo.MongoClient[Document]


class Store:
    """All that Dengar remembers; every write waits for a majority of the replica set."""

    def __init__(self, client: Client, data: Data, key: bytes) -> None:
        self._client = client
        self.data = data
        self.audit = Audit(data["audit"])
        self.claims = Claims(data["claims"])
        self.clients = Clients(data["clients"])
        self.cursors = Cursors(data["cursors"])
        self.deliveries = Deliveries(data["deliveries"])
        self.drafts = Drafts(data["drafts"])
        self.drifts = Drifts(data["drifts"])
        self.erased = Erased(data["erased"], key)
        self.events = Events(data["events"])
        self.expiries = Expiries(data["expiries"])
        self.gaps = Gaps(data["gaps"])
        self.human_labels = HumanLabels(data)
        self.items = Items(data)
        self.jobs = Jobs(data["jobs"])
        self.leaders = Leaders(data["leaders"])
        self.leases = Leases(data["leases"])
        self.media = MediaFiles(data)
        self.numbers = Numbers(data["numbers"])
        self.outbox = Outbox(data["outbox"])
        self.performance = Performance(data)
        self.posts = Posts(data["posts"])
        self.prints = Prints(data["prints"])
        self.pulse = Pulse(data["reports"])
        self.quarantine = Quarantine(data["quarantine"], self.items)
        self.queue = Queue(data["reports"])
        self.relays = Relays(data)
        self.reports = Reports(data["reports"])
        self.rules = RulesVersions(data["rules"])
        self.model_jobs = ModelJobs(data["model_jobs"])
        self.news = News(data["reports"], self.reports)
        self.runs = Runs(data["runs"])
        self.sessions = Sessions(data["sessions"])
        self.shadows = Shadows(data["shadows"])
        self.spending = Spending(data["spending"])
        self.spots = Spots(data["reports"])
        self.staff = Staff(data["staff"], data["meta"])
        self.tallies = Tallies(data)
        self.targets = Targets(data["targets"])
        self.units = Units(data["units"])
        self.versions = Versions(data)
        self.water = Water(data)

    @classmethod
    def connect(cls, uri: str, database: str, *, key: bytes, patience_seconds: float = 30) -> Self:
        """Open the database and bring its indexes up to date; raises StoreUnavailable when no primary answers.

        `key` hashes the names of deleted messages.
        """
        client: Client = pymongo.MongoClient(uri, serverSelectionTimeoutMS=int(patience_seconds * 1000))
        data: Data = client.get_database(
            database,
            codec_options=CodecOptions(tz_aware=True),
            write_concern=WriteConcern("majority"),
            read_concern=ReadConcern("majority"),
        )
        try:
            migrate(data)
            make_views(data)
        except PyMongoError as error:
            client.close()
            reason = str(error).partition(" (configured")[0].partition(", Timeout")[0]
            raise StoreUnavailable(f"No writable MongoDB replica set answers there: {reason}.") from error
        return cls(client, data, key)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def is_ready(self) -> bool:
        """Say whether a primary takes writes now."""
        try:
            return bool(self._client.admin.command("hello").get("isWritablePrimary"))
        except PyMongoError:
            return False

    def save_batch(
        self,
        source: str,
        items: Sequence[Item],
        poison: Sequence[Quarantined] = (),
        cursor: msgspec.Struct | None = None,
        version: int = 0,
        *,
        guard: Callable[[Session], None] | None = None,
    ) -> int:
        """Store a batch and the cursor that is true with it, both or neither; gives the cursor's new version.

        Items that are stored already with the same bytes, or were deleted, are left alone. Raises LeaseLost when
        another process moved the cursor since `version` was read; `guard` is called inside the transaction and may
        refuse it as well.
        """
        wanted = self.erased.leave_out(items)
        ready = self.items.prepare(wanted)

        def write(session: ClientSession) -> tuple[set[str], int]:
            if guard is not None:
                guard(session)
            fresh = self.items.save(ready, session)
            self.quarantine.keep(poison, session)
            return fresh, self.cursors.save(source, cursor, version, session) if cursor is not None else version

        fresh, moved = self._in_transaction(write)
        self.tallies.count([item for item in wanted if item.id in fresh])
        return moved

    def save_changes(self, changes: Changes, lease: Lease, now: datetime) -> None:
        """Write the outcome of a pipeline batch, all or nothing.

        Raises LeaseLost when another process holds the pipeline, or changed one of the reports meanwhile.
        """
        self.media.save(changes.photos)

        def write(session: ClientSession) -> None:
            self.leases.fence(lease, now, session)
            self.posts.save(changes.posts, session)
            self.prints.save(changes.posts, session)
            self.reports.save(changes.reports, changes.events, session)
            self.events.append(changes.events, session)
            self.quarantine.keep(changes.quarantined, session)
            self.items.settle(changes.settled, session)
            self.outbox.add(changes.outbox, session)

        self._in_transaction(write)

    def save_relabelled(
        self,
        labels: Mapping[str, Labels],
        reports: Sequence[Report],
        events: Sequence[Event],
        lease: Lease,
        now: datetime,
    ) -> None:
        """Write what another model says of posts, and what that does to their reports, all or nothing.

        Raises LeaseLost as `save_changes` does.
        """

        def write(session: ClientSession) -> None:
            self.leases.fence(lease, now, session)
            self.posts.relabel(labels, session)
            self.reports.save(reports, events, session)
            self.events.append(events, session)

        self._in_transaction(write)

    def grow_report(self, report: Report, events: Sequence[Event]) -> None:
        """Write a report that grew by these events; raises LeaseLost when somebody else changed it meanwhile."""

        def write(session: ClientSession) -> None:
            self.reports.save([report], events, session)
            self.events.append(events, session)

        self._in_transaction(write)

    def save_decision(
        self,
        reports: Sequence[Report],
        events: Sequence[Event],
        by: str | None,
        now: datetime,
        moved: Mapping[str, str],
    ) -> None:
        """Write what a person decided, all or nothing; `moved` gives posts their new report.

        `by` is who works with reports; None for a reporter, whom the claims of others do not concern.

        Raises LeaseLost when a report was changed meanwhile, BadRequest when somebody else has one in front of them.
        """

        def write(session: ClientSession) -> None:
            if by is not None:
                for report in reports:
                    self.claims.refuse_others(report.number, by, now, session)
            self.reports.save(reports, events, session)
            self.events.append(events, session)
            self.posts.move(moved, session)

        self._in_transaction(write)

    def erase(self, erasing: Erasing, lease: Lease, now: datetime) -> None:
        """Delete messages with all that was made of them, all or nothing; what is left is a keyed hash.

        Raises LeaseLost as `save_changes` does. Files go last: after a crash in between, deleting again finishes it.
        """
        gone = list(erasing.item_ids)
        photos = {one.id for post in self.posts.find_all(map(post_id, gone)).values() for one in post.media}
        payloads = self.items.payloads_of(gone)
        in_use = self.posts.photos_in_use_beside(photos, gone) | self.prints.find_proofs(photos)
        self.media.drop(sorted(photos - in_use))

        def write(session: ClientSession) -> None:
            self.leases.fence(lease, now, session)
            self.erased.keep(gone, now, session)
            self.posts.delete([post_id(one) for one in gone], session)
            self.prints.erase([post_id(one) for one in gone], session)
            self.human_labels.erase([post_id(one) for one in gone], session)
            self.reports.save(erasing.reports, erasing.added, session)
            self.events.blank(erasing.blanked, session)
            self.events.append(erasing.added, session)
            self.quarantine.erase(gone, session)
            self.outbox.forget(gone, session)
            self.items.erase(gone, session)

        self._in_transaction(write)
        self.items.drop_payloads(payloads)

    def find_report(self, number: str) -> Report | None:
        """Find a report by its own number, or by a tracking number: the report in which its message is now."""
        report = self.reports.find_own(number)
        if report is not None:
            return report
        post = self.posts.find_number(number)
        # the message knows better than the report that it joined, which it may have left again
        return self.reports.find_own(post.report) if post and post.report else self.reports.find(number)

    def replay(self, item_id: str) -> None:
        """Put a quarantined item back into the queue."""

        def write(session: ClientSession) -> None:
            self.items.put_back(self.quarantine.release(item_id, session), session)

        self._in_transaction(write)

    def administer(self, entry: AuditEntry, write: Callable[[ClientSession], T]) -> T:
        """Change something and write down who did it, both or neither; gives what `write` gives.

        Nothing is written down when `write` gives False, because there was nothing to change.
        """

        def both(session: ClientSession) -> T:
            done = write(session)
            if done is not False:
                self.audit.add(entry, session)
            return done

        return self._in_transaction(both)

    def size(self) -> int:
        """Give how many bytes the database takes on disk, with its indexes."""
        return int(self.data.command("dbStats")["totalSize"])

    def _in_transaction(self, write: Callable[[ClientSession], T]) -> T:
        with self._client.start_session() as session:
            return session.with_transaction(
                write, read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority")
            )
