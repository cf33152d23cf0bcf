"""Batch compliance jobs: X says of very many posts at once which of them must go.

A job is named by the digest of the ids in it. So a recheck that was broken off, or that could not wait for X to finish,
takes up its own job again within a few hours instead of starting another: X runs one at a time.
"""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import requests

from dengar.errors import SourceChanged, Transient
from dengar.ingest.fetch import SILENCE_SECONDS, read_json
from dengar.ingest.formats.dates import read_time
from dengar.ingest.formats.row import contents_id
from dengar.ingest.protocol import Budget, Clock, Rechecked
from dengar.ingest.xapi.door import ask, open_client, read_answer
from dengar.ingest.xapi.fields import get_id, get_text, read_row
from dengar.ingest.xapi.items import make_tombstone
from dengar.ingest.xapi.lookup import fetch_items
from dengar.ingest.xapi.settings import Settings

PATH = "/2/compliance/jobs"
FRESH = timedelta(hours=6)


class Job(msgspec.Struct, frozen=True):
    """A job as X describes it."""

    id: str
    status: str
    name: str = ""
    created_at: str = ""
    upload_url: str = ""
    download_url: str = ""


class _One(msgspec.Struct, frozen=True):
    data: Job


class _Many(msgspec.Struct, frozen=True):
    data: list[Job] = []


def run_job(settings: Settings, native_ids: Sequence[str], budget: Budget, clock: Clock) -> Rechecked:
    """Have X look at all these posts; raises Transient while it has not finished.

    Deleted ones are tombstones at once; those of suspended, protected or deactivated accounts are missing; those whose
    place was taken back are fetched anew.
    """
    body = "".join(f"{one}\n" for one in sorted(native_ids)).encode()
    with open_client(settings, clock) as client:
        job = _wait(client, _find(client, body, clock()) or _start(client, body), settings)
    reasons = _download(job)
    told = {one: reasons[one] for one in native_ids if one in reasons}
    now = clock()
    deleted = [make_tombstone(one, settings, now) for one, reason in told.items() if reason == "deleted"]
    moved = [one for one, reason in told.items() if reason == "scrub_geo"]
    fresh = fetch_items(settings, moved, budget, clock) if moved else ()
    missing = tuple(one for one, reason in told.items() if reason not in {"deleted", "scrub_geo"})
    return Rechecked(items=(*deleted, *fresh), missing=missing)


def _name(body: bytes) -> str:
    return f"dengar-{contents_id(body)}"


def _find(client: Any, body: bytes, now: datetime) -> Job | None:  # noqa: ANN401  tweepy has no types
    jobs = read_json(ask(client, "GET", PATH, {"type": "tweets"}), PATH, _Many).data
    own = [job for job in jobs if job.name == _name(body)]
    return next((job for job in own if job.status == "in_progress" or _is_fresh(job, now)), None)


def _is_fresh(job: Job, now: datetime) -> bool:
    made = read_time(job.created_at)
    return job.status == "complete" and made is not None and now - made < FRESH


def _start(client: Any, body: bytes) -> Job:  # noqa: ANN401
    answer = ask(client, "POST", PATH, {}, {"type": "tweets", "name": _name(body)})
    job = read_json(answer, PATH, _One).data
    headers = {"Content-Type": "text/plain"}
    try:
        with requests.put(job.upload_url, data=body, headers=headers, timeout=SILENCE_SECONDS) as response:
            status = response.status_code
    except requests.RequestException as error:
        # The address is a key to the upload: it must not stand in a log.
        raise Transient(f"The ids for compliance job {job.id} cannot be sent ({type(error).__name__}).") from None
    if status // 100 != 2:  # noqa: PLR2004  the class of success
        raise Transient(f"The ids for compliance job {job.id} were refused with {status}.")
    return job


def _wait(client: Any, job: Job, settings: Settings) -> Job:  # noqa: ANN401
    end = time.monotonic() + settings.seconds_for_a_job
    while job.status != "complete":
        if job.status not in {"created", "in_progress"}:
            raise SourceChanged(f"Compliance job {job.id} ended as {job.status}.")
        if time.monotonic() >= end:
            raise Transient(f"X still works on compliance job {job.id}: the next recheck takes its result.")
        time.sleep(settings.seconds_between_looks)
        job = read_json(ask(client, "GET", f"{PATH}/{job.id}", {}), PATH, _One).data
    return job


def _download(job: Job) -> dict[str, str]:
    """Give the reason why a post must go or change, by its id."""
    try:
        with requests.get(job.download_url, timeout=SILENCE_SECONDS, stream=True) as response:
            answer = read_answer(response, f"The result of compliance job {job.id}")
    except requests.RequestException as error:
        raise Transient(f"The result of compliance job {job.id} cannot be fetched ({type(error).__name__}).") from None
    if answer.status // 100 != 2:  # noqa: PLR2004  the class of success
        raise Transient(f"The result of compliance job {job.id} was refused with {answer.status}.")
    rows = [read_row(line) for line in answer.body.splitlines() if line.strip()]
    if not all(row and get_id(row) and get_text(row, "reason") for row in rows):
        raise SourceChanged(f"The result of compliance job {job.id} has another shape than we know.")
    return {get_id(row): get_text(row, "reason") for row in rows if row}
