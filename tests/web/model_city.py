"""Versions of the classifier with exams as they are wanted, and the analysts' door to them."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby
from pathlib import Path

import msgspec
from made import KEY, make_labels, make_post

from dengar.classify.corpus import Example, read_corpus
from dengar.classify.gate import Candidate, judge
from dengar.classify.measures import Answer, measure
from dengar.classify.saved import EVALUATION, MANIFEST, read_evaluation
from dengar.model_reports import show_verdict
from dengar.model_work import carry_out
from dengar.modelling import Modelling
from dengar.models import Alternative, LabelTask, ModelJob, Post, Role, Staff, Why, hash_key
from dengar.settings import Settings
from dengar.store import Store
from dengar.wiring import Parts

OF_EACH = 105


def make_answers(right: Mapping[str, int], default: int) -> list[Answer]:
    """Answer 105 texts of every category, so many of them right; the others are called `lainnya`."""
    corpus = sorted(read_corpus(), key=lambda one: one.category)
    return [
        _answer(one, is_right=number < right.get(code, default))
        for code, some in groupby(corpus, key=lambda one: one.category)
        for number, one in enumerate([*some][:OF_EACH])
    ]


def _answer(example: Example, *, is_right: bool) -> Answer:
    other = "macet" if example.category == "lainnya" else "lainnya"
    return Answer(
        id=example.id,
        truth=example.category,
        guess=example.category if is_right else other,
        confidence=0.85,
        answered=True,
        register="sms",
        length="short",
    )


def make_version(source: Path, folder: Path, version: str, answers: Sequence[Answer]) -> Path:
    """Copy a model under another name, with these answers to the exam."""
    shutil.copytree(source, folder)
    evaluation = msgspec.structs.replace(
        read_evaluation(folder), version=version, answers=tuple(answers), exam=measure(answers)
    )
    (folder / EVALUATION).write_bytes(msgspec.json.encode(evaluation))
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["version"] = version
    manifest["files"][EVALUATION] = sha256((folder / EVALUATION).read_bytes()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest))
    return folder


def make_settings(uri: str, store: Store, model: Path, folder: Path) -> Settings:
    return Settings(
        mongodb_uri=uri, database=store.data.name, data_dir=folder, model_dir=model, author_key=KEY.decode()
    )


def make_door(parts: Parts, start: Callable[[str], None] | None = None) -> Modelling:
    """Make the door; work is done at once and here, unless `start` begins it elsewhere."""
    return Modelling(parts.store, parts.registry, parts.clock, start or (lambda job: carry_out(parts, job)))


def judge_by_exam(store: Store, new: Path, old: Path, at: datetime) -> None:
    """Enter what the gate says of two versions by their exams alone, as if they took the same time."""
    evaluations = [read_evaluation(folder) for folder in (new, old)]
    candidates = [Candidate(version=one.version, answers=one.answers, size=1, seconds=1.0) for one in evaluations]
    job = ModelJob(id=f"judge {new.name}", kind="judge", by="ani", begun_at=at, beat_at=at, version=new.name)
    store.model_jobs.begin(job)
    store.model_jobs.end(job.replace(state="done", verdict=show_verdict(judge(*candidates))))


def hire(store: Store, name: str, role: Role, at: datetime) -> None:
    store.staff.add(Staff(name=name, role=role, key_hash=hash_key(f"kunci-{name}"), added_at=at))


def queue_posts(store: Store, texts: Sequence[str], at: datetime, why: Why = "uncertain") -> list[Post]:
    """Store posts that the model called a flood, and put them into the queue in this order."""
    also = (Alternative(category="sampah", confidence=0.2), Alternative(category="macet", confidence=0.1))
    labels = make_labels("banjir", confidence=0.4, alternatives=also)
    when = at - timedelta(hours=1)
    posts = [
        make_post(f"{why}{number}", text, labels=labels, created_at=when, observed_at=when)
        for number, text in enumerate(texts)
    ]
    store.posts.save(posts, None)
    store.human_labels.add_tasks(
        [
            LabelTask(post=post.id, why=why, rank=number / 1000, guess="banjir", model="m", added_at=at)
            for number, post in enumerate(posts)
        ]
    )
    return posts
