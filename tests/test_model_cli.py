"""The analysts' commands as an analyst types them."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from made import make_labels, make_post

from dengar.cli import main
from dengar.models import post_id
from dengar.settings import CONFIG_VARIABLE
from dengar.terminal import open_parts


@pytest.fixture(autouse=True)
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mongo_uri: str, small_model: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "dengar.toml"))
    monkeypatch.setenv("DENGAR_MONGODB_URI", mongo_uri)
    monkeypatch.setenv("DENGAR_DATABASE", f"c{tmp_path.name[-20:]}".replace("[", "").replace("]", ""))
    monkeypatch.setenv("DENGAR_MODEL_DIR", str(small_model))


def dengar(*words: str, said: str | None = None) -> Result:
    return CliRunner().invoke(main, words, input=said)


def well(*words: str, said: str | None = None) -> str:
    done = dengar(*words, said=said)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def posts() -> Sequence[str]:
    texts = ["banjir di gang kami sejak pagi", "lampu jalan mati semua", "macet total di depan pasar"]
    with open_parts() as parts:
        now = parts.clock()
        made = [
            make_post(str(number), text, labels=make_labels("sampah"), observed_at=now)
            for number, text in enumerate(texts)
        ]
        parts.store.posts.save(made, None)
    return [post.id for post in made]


def test_the_model_that_came_along_is_listed_as_the_one_that_serves() -> None:
    row = next(line for line in well("models", "list").splitlines() if line.startswith("*"))
    assert "dengar" in row
    assert "It came with Dengar." in well("models", "history")
    assert well("models", "card").startswith("# Classifier ")


def test_a_version_that_is_not_there_is_told() -> None:
    done = dengar("models", "promote", "zzz", "--reason", "r")
    assert done.exit_code == 2
    assert "no version begins with 'zzz'" in done.stderr


def test_going_back_from_the_first_version_is_refused() -> None:
    done = dengar("models", "rollback", "--reason", "r")
    assert done.exit_code == 2
    assert "No other model served before" in done.stderr


def test_the_evaluation_is_shown_and_written(tmp_path: Path) -> None:
    said = well("evaluate", "--html", "report.html", "--json", "evaluation.json")
    assert "macro-F1" in said
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")
    assert json.loads((tmp_path / "evaluation.json").read_text())["exam"]["count"] > 0


def test_own_rows_are_evaluated_and_bad_ones_named(tmp_path: Path) -> None:
    rows = [{"id": number, "text": "banjir di jalan", "category": "banjir"} for number in range(3)]
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert "on 3 texts" in well("evaluate", "--in", "own.jsonl")
    (tmp_path / "bad.jsonl").write_text('{"id": 1, "text": "a", "category": "cuaca"}\nnot JSON\n')
    done = dengar("evaluate", "--in", "bad.jsonl")
    assert done.exit_code == 2
    assert "line 1: there is no category 'cuaca'" in done.stderr
    assert "line 2" in done.stderr


def test_posts_are_labelled_one_after_the_other(posts: Sequence[str]) -> None:
    assert "posts wait to be labelled now" in well("label", "fill", "--size", "10")
    said = well("label", "next", "--by", "ani", said="banjir\nu\nwhat\n1\ns\nq\n")
    assert "The model said" in said
    assert "Taken back: banjir." in said
    assert "'what' is none of these." in said
    assert "2 labelled." in said
    assert "Labelled and agreed on: 1 posts." in well("label", "status")
    assert "Nothing waits for you" in well("label", "next", "--by", "ani", said="s\ns\ns\n")


def test_a_post_is_corrected_and_a_mistake_is_told(posts: Sequence[str]) -> None:
    assert "banjir" in well("label", "set", posts[0], "banjir", "--by", "ani")
    done = dengar("label", "set", posts[0], "cuaca", "--by", "ani")
    assert done.exit_code == 2
    assert "There is no category 'cuaca'" in done.stderr


def test_labels_go_to_label_studio_and_come_back(posts: Sequence[str], tmp_path: Path) -> None:
    well("label", "fill", "--size", "10")
    assert "tasks: tasks.json" in well("label", "export", "tasks.json")
    tasks = json.loads((tmp_path / "tasks.json").read_text())
    for number, task in enumerate(tasks):
        choice = {"type": "choices", "value": {"choices": ["banjir" if number else "cuaca"]}}
        task["annotations"] = [{"completed_by": 1, "result": [choice]}]
    (tmp_path / "done.json").write_text(json.dumps(tasks))
    said = well("label", "import", "done.json")
    assert f"{len(tasks) - 1} labels taken in, 1 refused." in said


def test_a_shadow_begins_and_ends() -> None:
    version = well("models", "card").split()[2]
    assert "No model is in the shadow." in well("models", "shadow")
    assert f"{version} is in the shadow since" in well(
        "models", "shadow", version[:6], "--reason", "try", "--by", "ani"
    )
    assert "No model is in the shadow." in well("models", "shadow", "--off", "--by", "ani")


def test_the_archive_is_judged_again_only_when_asked_to(posts: Sequence[str]) -> None:
    said = well("reclassify")
    assert "Nothing is written yet: --apply does." in said
    applied = well("reclassify", "--apply")
    assert "got another category" in applied
    with open_parts() as parts:
        labels = parts.store.posts.find_all(posts)[post_id("berkas:berkas:0")].labels
    assert labels is not None
    assert labels.model != "made"


def test_with_few_posts_drift_says_that_they_are_few(posts: Sequence[str]) -> None:
    assert "Too few to tell" in well("drift")
