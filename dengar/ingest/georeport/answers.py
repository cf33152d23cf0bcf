"""Answers of an Open311 server (GeoReport v2) cut into service requests, each with its own bytes."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from lxml import etree

from dengar.errors import Blocked, Poison, SourceChanged
from dengar.ingest.fetch import Answer, read_json
from dengar.ingest.formats.dates import read_time
from dengar.ingest.formats.row import LONGEST_ID, OLDEST_YEAR, contents_id, field
from dengar.models import Record

JSON, XML = "application/json", "application/xml"
WRAPPERS = ("service_requests", "requests", "request")
NEWEST_YEAR = 9000  # what comes later cannot be stored in every zone
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(!doctype html|html)\b", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_ROWS: Any = list[msgspec.Raw] | dict[str, msgspec.Raw] | None


class Entry(Record, frozen=True, kw_only=True):
    """A service request; `number` is empty where it has none yet, `is_promised` that a token stands for it."""

    number: str
    is_promised: bool
    is_closed: bool
    claimed_at: datetime | None
    payload: bytes
    media_type: str

    @property
    def key(self) -> str:
        """What tells it from the others of the same list."""
        return self.number or contents_id(self.payload)


def read_entries(answer: Answer, url: str) -> list[Entry]:
    """Read a list of requests in whatever shape it comes; raises Blocked for a web page, SourceChanged for no list."""
    entries = list(_cut_xml(answer.body, url) if _MARKUP.match(answer.body) else _cut_json(answer, url))
    if entries and not any(entry.number or entry.is_promised for entry in entries):
        raise SourceChanged(f"{url} lists nothing that has a service_request_id. It says: {excerpt(answer)}")
    return entries


def read_fields(payload: bytes, media_type: str) -> Mapping[str, object]:
    """Read the fields of one request; raises Poison."""
    if media_type == XML:
        return _read_element(payload)
    try:
        fields = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise Poison("The request is no JSON.") from error
    if not isinstance(fields, dict):
        raise Poison("The request is no JSON object.")
    return fields


def excerpt(answer: Answer) -> str:
    """Give the beginning of what a server says."""
    return " ".join(answer.body[:300].decode("utf-8", "replace").split())


def _cut_json(answer: Answer, url: str) -> Iterator[Entry]:
    """Cut an array, one request alone, or either of them under one of the usual names."""
    found = read_json(answer, url, _ROWS)
    while isinstance(found, dict) and not found.keys() & {"service_request_id", "token"}:
        inner = next((found[name] for name in WRAPPERS if name in found), None)
        if inner is None:
            raise SourceChanged(f"{url} answers without a list of requests. It says: {excerpt(answer)}")
        answer = answer.replace(body=bytes(inner))
        found = read_json(answer, url, _ROWS)
    for row in [answer.body] if isinstance(found, dict) else found or ():
        yield _make_entry(bytes(row), JSON)


def _cut_xml(body: bytes, url: str) -> Iterator[Entry]:
    if _HTML.match(body):
        raise Blocked(f"{url} answered with a web page: a login or a block, not a list of requests.")
    root = _parse(body, url)
    if etree.QName(root).localname not in WRAPPERS:
        raise SourceChanged(f"{url} answers with <{etree.QName(root).localname}>: no list of requests.")
    for element in root.iterchildren("{*}request"):
        yield _make_entry(etree.tostring(element, encoding="utf-8", with_tail=False), XML)


def _parse(body: bytes, url: str) -> Any:  # noqa: ANN401  lxml has no types
    if _ENTITY.search(body.replace(b"\0", b"")):  # also in UTF-16
        raise SourceChanged(f"{url} declares XML entities, which no honest server needs.")
    try:
        root = etree.fromstring(body, etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError, LookupError):
        root = None
    if root is None:
        raise SourceChanged(f"{url} answers with XML that cannot be read.")
    return root


def _read_element(payload: bytes) -> dict[str, object]:
    try:
        root = _parse(payload, "The request")
    except SourceChanged as error:
        raise Poison(str(error)) from error
    return {etree.QName(child).localname: "".join(child.itertext()) for child in root.iterchildren("{*}*")}


def _make_entry(payload: bytes, media_type: str) -> Entry:
    try:
        fields = read_fields(payload, media_type)
    except Poison:
        fields = {}
    return Entry(
        number=field(fields, ("service_request_id",))[:LONGEST_ID],
        is_promised=bool(field(fields, ("token",))),
        is_closed=field(fields, ("status",)).lower() == "closed",
        claimed_at=_read_claim(field(fields, ("updated_datetime", "requested_datetime"))),
        payload=payload,
        media_type=media_type,
    )


def _read_claim(text: str) -> datetime | None:
    """Read a time as the server claims it, also one in the future."""
    time = read_time(text)
    return time if time and OLDEST_YEAR <= time.year < NEWEST_YEAR else None
