"""Answering a post in our account's name."""

import hashlib
import re
from datetime import datetime

import msgspec

from dengar.errors import Forbidden, NotSent, Transient
from dengar.ingest.atp.record import Ref, Thread, read_uri
from dengar.ingest.atp.source import POST
from dengar.ingest.atp.xrpc import Missing, Service, read_date
from dengar.ingest.fetch import Answer, read_json
from dengar.models import Item

MOST_LETTERS = 300
LETTERS = "234567abcdefghijklmnopqrstuvwxyz"  # of a key, in the order of their values
KEY = re.compile(r"[2-7a-j][2-7a-z]{12}")
_LINK = re.compile(r"https?://[^\s)>\]]+[^\s)>\].,;:!?]")


class Value(msgspec.Struct, frozen=True):
    """The part of a post that an answer must repeat: where the talk began."""

    reply: Thread | None = None


class Found(msgspec.Struct, frozen=True):
    """A record as it is now."""

    uri: str
    cid: str
    value: Value


def send(service: Service, item: Item, text: str, delivery_id: str) -> str:
    """Post an answer below the item's post; gives its at:// address.

    Its key follows from `delivery_id`, so that the same delivery can never be there twice. Raises Forbidden when the
    post is gone, NotSent when nothing was posted for another reason.
    """
    _, collection, beside = read_uri(item.native_id)
    if collection != POST:
        raise Forbidden("A repost cannot be answered.")
    parent, answer = _find_parent(service, item.native_id)
    key = make_key(delivery_id, beside)
    uri = f"at://{service.did}/{POST}/{key}"
    post = make_post(text, parent, read_date(answer) or item.observed_at)
    message = {"repo": service.did, "collection": POST, "rkey": key, "record": post}
    try:
        return service.post("com.atproto.repo.createRecord", message, Ref).uri
    except NotSent:
        raise
    except Transient as error:
        # no answer, or one that says nothing: so it is with a key that is taken
        if _exists(service, uri):
            return uri
        raise NotSent(f"{error} The answer is not there.") from error


def make_post(text: str, parent: Found, now: datetime) -> dict[str, object]:
    """Make the record of an answer; what is too long for a post is cut."""
    short = text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1].rstrip() + "…"
    to = Ref(uri=parent.uri, cid=parent.cid)
    return {
        "$type": POST,
        "text": short,
        "facets": [_make_link(short, match) for match in _LINK.finditer(short)],
        "langs": ["id"],
        "reply": Thread(parent=to, root=parent.value.reply.root if parent.value.reply else to),
        "createdAt": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def make_key(delivery_id: str, beside: str) -> str:
    """Make the key of a delivery, shaped as the network wants it: a time in microseconds and ten bits of chance.

    The time is that of the post that is answered (whose key is `beside`), up to a quarter of an hour later; the same
    for the same delivery.
    """
    chance = int.from_bytes(hashlib.blake2b(delivery_id.encode(), digest_size=5).digest(), "big")
    start = _read_key(beside) if KEY.fullmatch(beside) else 0
    number = min(start + chance, 2**63 - 1)
    return "".join(LETTERS[number >> shift & 31] for shift in range(60, -1, -5))


def _read_key(key: str) -> int:
    number = 0
    for letter in key:
        number = number << 5 | LETTERS.index(letter)
    return number


def _find_parent(service: Service, uri: str) -> tuple[Found, Answer]:
    try:
        answer = _ask(service, uri)
        return read_json(answer, "com.atproto.repo.getRecord", Found), answer
    except Missing as error:
        raise Forbidden("The post is gone: its author cannot be answered.") from error
    except Transient as error:
        raise NotSent(str(error)) from error


def _exists(service: Service, uri: str) -> bool:
    try:
        _ask(service, uri)
    except Missing:
        return False
    return True


def _ask(service: Service, uri: str) -> Answer:
    did, collection, key = read_uri(uri)
    return service.ask("com.atproto.repo.getRecord", [("repo", did), ("collection", collection), ("rkey", key)])


def _make_link(text: str, match: re.Match[str]) -> dict[str, object]:
    first = len(text[: match.start()].encode())
    where = {"byteStart": first, "byteEnd": first + len(match[0].encode())}
    return {"index": where, "features": [{"$type": "app.bsky.richtext.facet#link", "uri": match[0]}]}
