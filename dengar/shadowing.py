"""Shadow mode: a model judges what the one that serves has judged, without effect; where they differ, people label."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dengar.ingest.protocol import Clock
from dengar.models import Labels, LabelTask, ModelMove, Post
from dengar.registry import Registry
from dengar.store import Store
from dengar.store.shadows import Shadow

if TYPE_CHECKING:
    from dengar.classify import Classifier

BATCH = 500
MOST_TASKS = 200


class Shadowing:
    """Follows the stored posts with the model in the shadow, when there is one."""

    def __init__(self, store: Store, registry: Registry, clock: Clock) -> None:
        self._store = store
        self._registry = registry
        self._clock = clock
        self._loaded: Classifier | None = None

    def run(self) -> int:
        """Compare the next posts; gives how many."""
        move = self._store.versions.shadow()
        if move is None:
            self._loaded = None
            return 0
        before = self._store.shadows.find(move.version)
        seen = before if before and before.read_until >= move.at else Shadow(version=move.version, read_until=move.at)
        posts = self._store.posts.read_behind(seen.read_until, seen.last_post, BATCH)
        if posts:
            self._compare(move, seen, posts)
        return len(posts)

    def _compare(self, move: ModelMove, seen: Shadow, posts: Sequence[Post]) -> None:
        judged = [(post, post.labels) for post in posts if post.labels is not None]
        found = self._load(move.version).label([post.text for post, _ in judged])
        differing = [
            (post, labels, other)
            for (post, labels), other in zip(judged, found, strict=True)
            if labels.category != other.category
        ]
        room = max(0, MOST_TASKS - seen.changed)
        self._store.human_labels.add_tasks([self._ask(post, other) for post, _, other in differing[:room]])
        pairs = Counter(seen.pairs) + Counter(f"{old.category} > {new.category}" for _, old, new in differing)
        self._store.shadows.save(
            seen.replace(
                read_until=posts[-1].observed_at,
                last_post=posts[-1].id,
                compared=seen.compared + len(judged),
                changed=seen.changed + len(differing),
                pairs=dict(pairs),
            )
        )

    def _ask(self, post: Post, labels: Labels) -> LabelTask:
        return LabelTask(
            post=post.id,
            why="shadow",
            rank=0.1,
            guess=labels.category,
            model=labels.model,
            added_at=self._clock(),
        )

    def _load(self, version: str) -> "Classifier":
        if self._loaded is None or self._loaded.version != version:
            self._loaded = self._registry.load(version)
        return self._loaded
