"""Label Studio's JSON: tasks out, annotations in.

The format: https://labelstud.io/guide/export#Label-Studio-JSON-format
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from dengar.errors import BadSettings
from dengar.store import Store


class _Annotation(msgspec.Struct, frozen=True):
    result: list[dict[str, Any]]
    completed_by: Any = None
    was_cancelled: bool = False


class _Task(msgspec.Struct, frozen=True):
    data: dict[str, Any]
    annotations: list[_Annotation] = []


def write_tasks(store: Store, path: Path) -> int:
    """Write what waits to be labelled and give how many tasks; the model's guesses stay out, for they lead people."""
    tasks = store.human_labels.waiting()
    posts = store.posts.find_all([task.post for task in tasks])
    rows = [
        {"data": {"post": task.post, "text": posts[task.post].text, "channel": posts[task.post].channel}}
        for task in tasks
        if task.post in posts
    ]
    path.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=1))
    return len(rows)


def read_annotations(path: Path) -> Iterator[tuple[str, str, str]]:
    """Give post, category and person of every finished annotation; raises BadSettings for another kind of file."""
    try:
        tasks = msgspec.json.decode(path.read_bytes(), type=list[_Task])
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise BadSettings([f"{path} is no JSON export of Label Studio: {error}"]) from error
    for task in tasks:
        for annotation in task.annotations:
            choices = [
                choice
                for result in annotation.result
                if result.get("type") == "choices"
                for choice in result.get("value", {}).get("choices", [])
            ]
            if "post" in task.data and len(choices) == 1 and not annotation.was_cancelled:
                yield str(task.data["post"]), str(choices[0]), f"label-studio:{_person(annotation.completed_by)}"


def _person(completed_by: object) -> str:
    return (
        str(completed_by.get("email") or completed_by.get("id"))
        if isinstance(completed_by, dict)
        else str(completed_by)
    )
