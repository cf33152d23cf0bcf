"""Labelling: posts are put into a queue, people say what they are about, and what they agree on is learnt.

fill      a sample of recent posts: unsure, novel and random ones
answer    one person's label; where two differ a third is asked
correct   an operator's correction on the case page is a label too
examples  what people agree on, for training
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dengar.classify.agreement import Agreement, measure, settle
from dengar.classify.taxonomy import CODES
from dengar.errors import DengarError
from dengar.models import HumanLabel, LabelTask, Post, Why
from dengar.store import Store

if TYPE_CHECKING:
    from dengar.classify import Classifier
    from dengar.classify.corpus import Example

RECENT = timedelta(days=30)
CANDIDATES = 5000
THIRD = 3


def fill(store: Store, classifier: "Classifier", now: datetime, *, size: int = 200, seed: int = 0) -> Counter[Why]:
    """Put recent posts into the queue, that nobody was asked about yet; gives how many by reason."""
    from dengar.classify.choosing import Asked, choose

    posts = [post for post in store.posts.sample(now - RECENT, CANDIDATES) if post.text.strip()]
    known = store.human_labels.known(post.id for post in posts)
    fresh = {post.id: post for post in posts if post.id not in known}
    texts = [post.text for post in fresh.values()]
    rows = zip(fresh.values(), classifier.label(texts), classifier.unknown_shares(texts), strict=True)
    candidates = [Asked(id=post.id, text=post.text, labels=said, unknown=share) for post, said, share in rows]
    said = {one.id: one.labels for one in candidates}
    tasks = [
        LabelTask(
            post=one.id,
            why=one.why,
            rank=one.rank,
            guess=said[one.id].category,
            model=classifier.version,
            added_at=now,
            wanted=one.wanted,
        )
        for one in choose(candidates, size, seed)
    ]
    store.human_labels.add_tasks(tasks)
    return Counter(task.why for task in tasks)


def answer(store: Store, post: str, category: str, by: str, now: datetime, *, also: Sequence[str] = ()) -> HumanLabel:
    """Note what a person says of a post of the queue; raises DengarError when anything of it is not known.

    `also` are other categories that they would accept.
    """
    task = store.human_labels.find_task(post)
    label = _make_label(store, post, category, by, now, why=task.why if task else "import", task=task, also=also)
    store.human_labels.save(label)
    said = _by_person(store.human_labels.of_post(post))
    if task is not None and len(said) > 1 and settle(said) is None:
        store.human_labels.want_another(post, THIRD)
    return label


def correct(store: Store, post: str, category: str, by: str, now: datetime) -> HumanLabel:
    """Note an operator's correction of what the classifier said of a post."""
    label = _make_label(store, post, category, by, now, why="correction", task=None)
    store.human_labels.save(label)
    return label


def _make_label(
    store: Store,
    post_id: str,
    category: str,
    by: str,
    now: datetime,
    *,
    why: Why,
    task: LabelTask | None,
    also: Sequence[str] = (),
) -> HumanLabel:
    unknown = next((code for code in (category, *also) if code not in CODES), None)
    if unknown is not None:
        raise DengarError(f"There is no category {unknown!r}: {', '.join(CODES)}.")
    if not by.strip():
        raise DengarError("Say who labels.")
    post = store.posts.find_all([post_id]).get(post_id)
    if post is None:
        raise DengarError(f"There is no post {post_id}.")
    judged = post.labels
    return HumanLabel(
        post=post.id,
        text=post.text,
        category=category,
        also=tuple(code for code in CODES if code in also and code != category),
        by=by,
        at=now,
        why=why,
        channel=post.channel,
        said_at=post.created_at,
        kota=_kota(post),
        guess=task.guess if task else judged.category if judged else None,
        model=task.model if task else judged.model if judged else "",
    )


def _kota(post: Post) -> str:
    return post.place.kota if post.place else ""


def _by_person(labels: Iterable[HumanLabel]) -> dict[str, str]:
    return {label.by: label.category for label in labels}


def _by_post(labels: Iterable[HumanLabel]) -> Mapping[str, Sequence[HumanLabel]]:
    found: defaultdict[str, list[HumanLabel]] = defaultdict(list)
    for label in labels:
        found[label.post].append(label)
    return found


def examples(store: Store) -> list["Example"]:
    """Give every post on whose category people agree, for training."""
    return _examples(_by_post(store.human_labels.find_all()))


def examples_since(store: Store, since: datetime) -> list["Example"]:
    """Give those of `examples` that nobody had labelled by then."""
    by_post = _by_post(store.human_labels.find_all())
    return _examples({post: labels for post, labels in by_post.items() if labels[0].at > since})


def _examples(by_post: Mapping[str, Sequence[HumanLabel]]) -> list["Example"]:
    from dengar.classify.corpus import Example

    found = []
    for post, labels in sorted(by_post.items()):
        category = settle(_by_person(labels))
        if category is not None and labels[-1].text.strip():
            last = labels[-1]
            found.append(
                Example(
                    text=last.text,
                    category=category,
                    register=last.channel,
                    urgency=last.urgency,
                    sentiment=last.sentiment,
                    also=_also(labels, category),
                    post=post,
                    kota=last.kota,
                    said_at=last.said_at,
                )
            )
    return found


def _also(labels: Sequence[HumanLabel], category: str) -> tuple[str, ...]:
    """Give what anybody who named the category would accept as well."""
    named = {code for label in labels if label.category == category for code in label.also}
    return tuple(code for code in CODES if code in named)


def disputed(store: Store) -> dict[str, dict[str, str]]:
    """Give the posts on which people are divided, with what each person said."""
    said = {post: _by_person(labels) for post, labels in _by_post(store.human_labels.find_all()).items()}
    return {post: votes for post, votes in said.items() if settle(votes) is None}


def agreement(store: Store) -> Agreement:
    """Measure how far people agree."""
    return measure([_by_person(labels) for labels in _by_post(store.human_labels.find_all()).values()])
