"""label_tasks and labels: the posts that people are asked to label, and what each of them said."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from pymongo import ReturnDocument, UpdateOne

from dengar.models import HumanLabel, LabelTask, Why
from dengar.store.documents import Data, Session, from_document, to_document

CLAIM = timedelta(minutes=10)


class HumanLabels:
    """Answers: what is to be labelled next, and what did people say."""

    def __init__(self, data: Data) -> None:
        self._tasks = data["label_tasks"]
        self._labels = data["labels"]

    def add_tasks(self, tasks: Sequence[LabelTask]) -> int:
        """Put posts into the queue and give how many are new there."""
        writes: list[UpdateOne] = [
            UpdateOne({"_id": task.post}, {"$setOnInsert": _task_row(task)}, upsert=True) for task in tasks
        ]
        return self._tasks.bulk_write(writes, ordered=False).upserted_count if writes else 0

    def find_task(self, post: str) -> LabelTask | None:
        """Find the task of a post."""
        row = self._tasks.find_one({"_id": post})
        return from_document(row, LabelTask) if row else None

    def claim(self, by: str, now: datetime, *, why: Why | None = None, beside: Sequence[str] = ()) -> LabelTask | None:
        """Give this person the next post, which nobody else gets for ten minutes; None when nothing waits for them.

        `why` asks for those that were chosen for this reason; posts of `beside` are on their screen already.
        """
        wanted = {"why": why} if why else {}
        kept = {"_id": {"$nin": list(beside)}} if beside else {}
        return self._claim(by, now, {"done": False, **wanted, **kept})

    def hold(self, post: str, by: str, now: datetime) -> LabelTask | None:
        """Give this person this post as `claim` does; None when somebody else has it or it is done."""
        return self._claim(by, now, {"_id": post, "done": False})

    def _claim(self, by: str, now: datetime, chosen: dict[str, object]) -> LabelTask | None:
        free = {"seen_by": {"$ne": by}, "$or": [{"claimed_until": {"$lte": now}}, {"claimed_by": by}]}
        change = {"$set": {"claimed_by": by, "claimed_until": now + CLAIM}}
        row = self._tasks.find_one_and_update(
            chosen | free, change, sort=[("rank", 1), ("_id", 1)], return_document=ReturnDocument.AFTER
        )
        return from_document(row, LabelTask) if row else None

    def skip(self, post: str, by: str) -> None:
        """Leave a post to others."""
        self._tasks.update_one({"_id": post}, {"$addToSet": {"seen_by": by}, "$set": {"claimed_until": _NEVER}})

    def take_back(self, post: str, by: str) -> None:
        """Let a person see a post again that they had left to others."""
        self._tasks.update_one({"_id": post}, {"$pull": {"seen_by": by}})

    def save(self, label: HumanLabel) -> None:
        """Add a label; what the same person said before of this post is withdrawn."""
        before = {"post": label.post, "by": label.by, "withdrawn_at": None}
        self._labels.update_many(before, {"$set": {"withdrawn_at": label.at}})
        self._labels.insert_one(to_document(label) | {"withdrawn_at": None})
        self._close(label.post, label.by)

    def want_another(self, post: str, wanted: int) -> None:
        """Ask one more person about a post."""
        self._tasks.update_one({"_id": post}, {"$max": {"wanted": wanted}, "$set": {"done": False}})

    def withdraw(self, by: str, now: datetime) -> HumanLabel | None:
        """Take back the last label of a person, and give them the post again; None when there is none."""
        row = self._labels.find_one_and_update(
            {"by": by, "withdrawn_at": None}, {"$set": {"withdrawn_at": now}}, sort=[("at", -1), ("_id", -1)]
        )
        if row is None:
            return None
        self._tasks.update_one({"_id": row["post"]}, {"$pull": {"seen_by": by}, "$set": {"done": False}})
        return from_document(row, HumanLabel)

    def of_post(self, post: str) -> list[HumanLabel]:
        """Give the labels of a post that are not withdrawn, oldest first."""
        return self._find({"post": post, "withdrawn_at": None})

    def find_all(self) -> list[HumanLabel]:
        """Give all labels that are not withdrawn, oldest first."""
        return self._find({"withdrawn_at": None})

    def count_by(self, by: str, since: datetime) -> int:
        """Count what a person has labelled since then."""
        return self._labels.count_documents({"by": by, "at": {"$gte": since}, "withdrawn_at": None})

    def count_posts(self, since: datetime | None = None) -> int:
        """Count the posts that anybody labelled, all or since then."""
        chosen: dict[str, object] = {"withdrawn_at": None} | ({"at": {"$gt": since}} if since else {})
        groups = self._labels.aggregate([{"$match": chosen}, {"$group": {"_id": "$post"}}, {"$count": "n"}])
        return next((int(group["n"]) for group in groups), 0)

    def known(self, posts: Iterable[str]) -> set[str]:
        """Give those of these posts that are in the queue or labelled."""
        ids = list(posts)
        tasks = {row["_id"] for row in self._tasks.find({"_id": {"$in": ids}}, {"_id": 1})}
        return tasks | {row["post"] for row in self._labels.find({"post": {"$in": ids}}, {"post": 1})}

    def waiting_by_reason(self) -> dict[Why, int]:
        """Count the posts that wait for a label, by why they were chosen."""
        groups = self._tasks.aggregate([{"$match": {"done": False}}, {"$group": {"_id": "$why", "n": {"$sum": 1}}}])
        return {group["_id"]: group["n"] for group in groups}

    def waiting(self) -> list[LabelTask]:
        """Give the posts that wait for a label, in their order."""
        rows = self._tasks.find({"done": False}).sort([("rank", 1), ("_id", 1)])
        return [from_document(row, LabelTask) for row in rows]

    def erase(self, posts: Sequence[str], session: Session = None) -> None:
        """Forget these posts."""
        self._tasks.delete_many({"_id": {"$in": list(posts)}}, session=session)
        self._labels.delete_many({"post": {"$in": list(posts)}}, session=session)

    def _find(self, chosen: dict[str, object]) -> list[HumanLabel]:
        return [from_document(row, HumanLabel) for row in self._labels.find(chosen).sort([("at", 1), ("_id", 1)])]

    def _close(self, post: str, by: str) -> None:
        self.skip(post, by)
        said = len({label.by for label in self.of_post(post)})
        self._tasks.update_one({"_id": post, "wanted": {"$lte": said}}, {"$set": {"done": True}})


_NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _task_row(task: LabelTask) -> dict[str, object]:
    return to_document(task) | {"wanted": task.wanted, "done": False, "seen_by": [], "claimed_until": _NEVER}
