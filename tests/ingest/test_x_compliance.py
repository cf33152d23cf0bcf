from collections.abc import Iterator
from datetime import timedelta

import pytest
from made import NOW
from x_emulator import OAUTH, Json, Refusal, XEmulator, run_x
from x_reader import Reader, make_settings

from dengar.errors import BudgetSpent, RateLimited, SourceChanged, Transient
from dengar.ingest.protocol import Rechecked
from dengar.ingest.x import parse, recheck


@pytest.fixture
def x() -> Iterator[XEmulator]:
    with run_x() as emulator:
        yield emulator


@pytest.fixture
def reader(x: XEmulator) -> Reader:
    """Give a source that looks at jobs quickly and does not wait for them."""
    return Reader(x, make_settings(x, seconds_between_looks=0.001, seconds_for_a_job=5))


def publish(x: XEmulator, count: int) -> list[str]:
    return [x.add(f"lampu mati {n}", author=str(1000 + n), at=NOW - timedelta(minutes=n)) for n in range(count)]


def look(reader: Reader, native_ids: list[str], **budget: object) -> Rechecked:
    return recheck(reader.settings, native_ids, reader.budget(**budget), lambda: reader.now)


@pytest.mark.parametrize("vocabulary", ["post", "tweet"])
def test_posts_that_are_gone_are_missing_and_the_others_are_not(reader: Reader, vocabulary: str) -> None:
    x = reader.x
    known = publish(x, 250)
    x.deleted |= {known[0], known[120]}
    x.protected |= {"1130"}
    hidden = x.add("ditahan", withheld=("ID",))
    reader.settings = make_settings(x, vocabulary=vocabulary)
    found = look(reader, [*known, "999999", hidden, "not-an-id"])
    assert found.items == ()
    assert set(found.missing) == {known[0], known[120], known[130], "999999", hidden}
    assert [len(one.asked.query["ids"].split(",")) for one in x.exchanges] == [100, 100, 52]
    assert reader.money == pytest.approx(x.money) == pytest.approx(0.005 * 248)


def test_an_edited_post_comes_as_its_newest_version(reader: Reader) -> None:
    x = reader.x
    first, other = publish(x, 2)
    x.edit(first, "lampu mati dan kabel putus", at=NOW)
    found = look(reader, [first, other])
    (item,) = found.items
    assert (item.native_id, item.kind, parse(item).text) == (first, "edit", "lampu mati dan kabel putus")
    assert found.missing == ()
    assert reader.posts == x.billed["lookup"] == 3


def test_trouble_with_a_post_is_no_deletion(reader: Reader) -> None:
    known = publish(reader.x, 3)
    reader.x.troubled = {known[1]}
    assert look(reader, known) == Rechecked()


def test_an_answer_that_says_nothing_deletes_nothing(reader: Reader) -> None:
    known = publish(reader.x, 3)
    silent: list[Json] = [{}, {"meta": {"result_count": 0}}, {"data": []}]
    for body in silent:
        reader.x.refusals = [("/2/tweets", Refusal(200, body))]
        with pytest.raises(SourceChanged):
            look(reader, known)
    reader.x.deleted |= set(known)
    assert set(look(reader, known).missing) == set(known)


def test_a_recheck_is_paid_whole_or_not_begun(reader: Reader) -> None:
    known = publish(reader.x, 150)
    with pytest.raises(BudgetSpent):
        look(reader, known, money=0.7)
    assert reader.x.exchanges == []
    assert look(reader, known, money=0.75) == Rechecked()


def test_a_recheck_that_is_refused_says_so(reader: Reader) -> None:
    reader.x.limits = {"/2/tweets": 1}
    with pytest.raises(RateLimited):
        look(reader, publish(reader.x, 150))


def test_without_the_token_of_the_app_the_account_looks(reader: Reader) -> None:
    reader.settings = make_settings(reader.x, bearer_token=None, **OAUTH)
    assert look(reader, publish(reader.x, 2)) == Rechecked()


# compliance jobs


def many(reader: Reader, count: int = 30) -> list[str]:
    reader.settings = make_settings(reader.x, ids_for_a_job=10, seconds_between_looks=0.001, seconds_for_a_job=5)
    return publish(reader.x, count)


def test_very_many_posts_are_looked_at_by_a_job(reader: Reader) -> None:
    x = reader.x
    known = many(reader)
    x.looks_per_job = 3
    x.deleted |= {known[0], known[1]}
    x.protected |= {"1005"}
    x.scrubbed |= {known[7]}
    found = look(reader, known)
    assert [(one.native_id, one.kind, one.payload) for one in found.items[:2]] == [
        (known[0], "tombstone", b""),
        (known[1], "tombstone", b""),
    ]
    assert [one.native_id for one in found.items[2:]] == [known[7]]
    assert parse(found.items[2]).text == "lampu mati 7"
    assert found.missing == (known[5],)
    assert x.billed == {"lookup": 1}
    assert reader.money == pytest.approx(x.money)
    (job,) = x.jobs
    assert sorted(x.uploads[job]) == sorted(known)


def test_a_job_that_takes_long_is_taken_up_again_by_the_next_recheck(reader: Reader) -> None:
    x = reader.x
    known = many(reader)
    x.deleted.add(known[3])
    x.looks_per_job = 2
    reader.settings = reader.settings.model_copy(update={"seconds_for_a_job": 0.0})
    with pytest.raises(Transient, match="still works"):
        look(reader, known)
    with pytest.raises(Transient, match="running"):
        look(reader, publish(x, 11))
    reader.settings = reader.settings.model_copy(update={"seconds_for_a_job": 5.0})
    for _ in range(2):
        assert [one.native_id for one in look(reader, known).items] == [known[3]]
    assert len(x.jobs) == 1
    reader.later(hours=7)
    x.deleted.add(known[4])
    assert [one.native_id for one in look(reader, known).items] == [known[3], known[4]]
    assert len(x.jobs) == 2


@pytest.mark.parametrize(("path", "refusal", "kind"), [
    ("/upload", Refusal(403, b"<Error>SignatureDoesNotMatch</Error>"), Transient),
    ("/download", Refusal(500, b""), Transient),
    ("/download", Refusal(200, b'{"id": "12"}\n'), SourceChanged),
    ("/download", Refusal(200, b"gone\n"), SourceChanged),
])  # fmt: skip
def test_a_job_whose_files_fail_names_no_address(
    reader: Reader, path: str, refusal: Refusal, kind: type[Exception]
) -> None:
    known = many(reader)
    reader.x.refusals = [(path, refusal)]
    with pytest.raises(kind) as error:
        look(reader, known)
    assert "very-secret" not in str(error.value)
    assert "http" not in str(error.value)


def test_a_job_that_failed_at_x_is_told_and_begun_anew(reader: Reader) -> None:
    known = many(reader)
    reader.x.failing_jobs = 1
    with pytest.raises(SourceChanged, match="failed"):
        look(reader, known)
    assert look(reader, known) == Rechecked()
    assert len(reader.x.jobs) == 2


def test_files_that_cannot_be_sent_or_fetched_name_no_address(reader: Reader) -> None:
    known = many(reader)
    for name in ("upload_url", "download_url"):
        reader.x.broken_urls = {name: "http://127.0.0.1:9/?signature=very-secret"}
        with pytest.raises(Transient) as error:
            look(reader, [*known, name])
        assert "very-secret" not in str(error.value)
        assert error.value.__cause__ is None
        reader.x.jobs.clear()
