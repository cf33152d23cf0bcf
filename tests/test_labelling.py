import json
from datetime import timedelta
from pathlib import Path

import pytest
from made import NOW, make_labels, make_place, make_post

from dengar.classify import Classifier
from dengar.errors import BadSettings, DengarError
from dengar.label_studio import read_annotations, write_tasks
from dengar.labelling import agreement, answer, correct, disputed, examples, examples_since, fill
from dengar.models import Erasing, LabelTask
from dengar.store import Store

HOUR = timedelta(hours=1)


def put(store: Store, *texts: str) -> list[str]:
    posts = [
        make_post(str(number), text, labels=make_labels("macet"), place=make_place() if number % 2 else None)
        for number, text in enumerate(texts)
    ]
    store.posts.save(posts, None)
    return [post.id for post in posts]


def ask(store: Store, *posts: str, wanted: int = 1) -> None:
    store.human_labels.add_tasks(
        [
            LabelTask(post=post, why="random", rank=rank, guess="macet", model="m", added_at=NOW, wanted=wanted)
            for rank, post in enumerate(posts)
        ]
    )


def test_posts_are_handed_out_in_order_and_to_one_person_at_a_time(store: Store) -> None:
    one, other = put(store, "banjir", "macet")
    ask(store, one, other)
    first = store.human_labels.claim("ani", NOW)
    second = store.human_labels.claim("budi", NOW)
    assert first is not None
    assert second is not None
    assert (first.post, second.post) == (one, other)
    assert store.human_labels.claim("citra", NOW) is None
    again = store.human_labels.claim("ani", NOW)
    assert again is not None
    assert again.post == one  # who asks again gets what they have
    late = store.human_labels.claim("citra", NOW + HOUR)
    assert late is not None
    assert late.post == one  # who leaves loses it


def test_an_answer_is_a_label_with_what_is_known_of_the_post(store: Store) -> None:
    _, post = put(store, "lampu mati", "banjir di gang kami")
    ask(store, post)
    answer(store, post, "banjir", "ani", NOW)
    (example,) = examples(store)
    assert (example.text, example.category, example.post) == ("banjir di gang kami", "banjir", post)
    assert (example.register, example.kota, example.said_at) == ("berkas", "Jakarta Selatan", NOW)
    assert store.human_labels.claim("budi", NOW) is None


def test_a_second_thought_replaces_the_first_and_can_be_taken_back(store: Store) -> None:
    (post,) = put(store, "banjir")
    ask(store, post)
    answer(store, post, "macet", "ani", NOW)
    answer(store, post, "banjir", "ani", NOW + HOUR)
    assert [one.category for one in examples(store)] == ["banjir"]
    undone = store.human_labels.withdraw("ani", NOW + HOUR)
    assert undone is not None
    assert undone.category == "banjir"
    assert examples(store) == []
    task = store.human_labels.claim("ani", NOW + HOUR)
    assert task is not None
    assert task.post == post
    assert store.human_labels.withdraw("budi", NOW) is None


def test_two_who_differ_are_joined_by_a_third(store: Store) -> None:
    (post,) = put(store, "pasar malam bikin macet")
    ask(store, post, wanted=2)
    answer(store, post, "macet", "ani", NOW)
    answer(store, post, "kaki_lima_liar", "budi", NOW)
    assert examples(store) == []
    assert disputed(store) == {post: {"ani": "macet", "budi": "kaki_lima_liar"}}
    assert store.human_labels.claim("ani", NOW) is None
    assert store.human_labels.claim("citra", NOW) is not None
    answer(store, post, "kaki_lima_liar", "citra", NOW)
    assert [one.category for one in examples(store)] == ["kaki_lima_liar"]
    assert disputed(store) == {}
    assert agreement(store).equal == pytest.approx(1 / 3, abs=1e-3)


def test_a_post_that_someone_leaves_to_others_does_not_come_back_to_them(store: Store) -> None:
    (post,) = put(store, "???")
    ask(store, post)
    store.human_labels.skip(post, "ani")
    assert store.human_labels.claim("ani", NOW) is None
    assert store.human_labels.claim("budi", NOW) is not None


def test_a_correction_is_a_label_without_being_asked(store: Store) -> None:
    (post,) = put(store, "lampu merah mati")
    label = correct(store, post, "fasilitas_umum", "operator", NOW)
    assert (label.why, label.guess) == ("correction", "macet")
    assert [one.category for one in examples(store)] == ["fasilitas_umum"]


def test_only_what_was_labelled_since_is_new(store: Store) -> None:
    one, other = put(store, "banjir", "macet total")
    correct(store, one, "banjir", "ani", NOW)
    correct(store, other, "macet", "ani", NOW + HOUR)
    assert [example.post for example in examples_since(store, NOW)] == [other]


@pytest.mark.parametrize(
    ("category", "by", "says"),
    [("cuaca", "ani", "no category"), ("banjir", " ", "who labels"), ("banjir", "a", "no post")],
)
def test_a_label_that_makes_no_sense_is_refused(store: Store, category: str, by: str, says: str) -> None:
    with pytest.raises(DengarError, match=says):
        correct(store, "nowhere", category, by, NOW)
    assert examples(store) == []


def test_a_deleted_post_takes_its_labels_along(store: Store) -> None:
    (post,) = put(store, "banjir")
    ask(store, post)
    answer(store, post, "banjir", "ani", NOW)
    lease = store.leases.take("pipeline", "test", NOW)
    assert lease is not None
    store.erase(Erasing(item_ids=("berkas:berkas:0",)), lease, NOW)
    assert examples(store) == []
    assert store.human_labels.find_task(post) is None


def test_the_queue_is_filled_with_posts_nobody_was_asked_about(store: Store, classifier: Classifier) -> None:
    texts = [f"{what} {where} nomor {'abcdefghij'[number]}" for number in range(10) for what, where in [
        ("sampah menumpuk di", "gang"), ("lampu mati di", "jembatan"), ("ramai betul", "hari ini"),
    ]]  # fmt: skip
    posts = put(store, *texts)
    correct(store, posts[0], "sampah", "ani", NOW)
    assert sum(fill(store, classifier, NOW, size=12).values()) == sum(store.human_labels.waiting_by_reason().values())
    first = {task.post for task in store.human_labels.waiting()}
    assert posts[0] not in first
    fill(store, classifier, NOW, size=12)
    assert first < {task.post for task in store.human_labels.waiting()}
    assert fill(store, classifier, NOW + timedelta(days=40), size=12) == {}


def test_label_studio_gets_tasks_and_gives_labels(store: Store, tmp_path: Path) -> None:
    one, other = put(store, "banjir", "macet")
    ask(store, one, other)
    file = tmp_path / "tasks.json"
    assert write_tasks(store, file) == 2
    tasks = json.loads(file.read_text())
    assert tasks[0] == {"data": {"post": one, "text": "banjir", "channel": "berkas"}}
    choice = {"type": "choices", "from_name": "c", "to_name": "t", "value": {"choices": ["banjir"]}}
    tasks[0] |= {"id": 7, "annotations": [{"id": 1, "completed_by": {"email": "ani@kota.test"}, "result": [choice]}]}
    tasks[1] |= {"id": 8, "annotations": [{"id": 2, "completed_by": 3, "result": [choice], "was_cancelled": True}]}
    file.write_text(json.dumps(tasks))
    assert list(read_annotations(file)) == [(one, "banjir", "label-studio:ani@kota.test")]


@pytest.mark.parametrize("content", ["", "{}", '[{"annotations": 3}]', "\x00"])
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "f.json").write_text(content)
    with pytest.raises(BadSettings, match="Label Studio"):
        list(read_annotations(tmp_path / "f.json"))
