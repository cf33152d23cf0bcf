"""Frames of the firehose: a header and a body in DAG-CBOR, and records in a CAR file inside the body."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, cast

import msgspec

from dengar.errors import Poison

SEQ = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
HASHED = b"\x01\x71\x12\x20"  # an address by contents: version 1, DAG-CBOR, SHA-256 of 32 bytes
CID_BYTES = 36
SHIFTS = range(0, 35, 7)  # a length has five bytes of seven bits at most


class Header(msgspec.Struct, frozen=True):
    """Says what the body is."""

    op: int
    t: str = ""


class Op(msgspec.Struct, frozen=True):
    """One record created, updated or deleted; `path` is its collection and key."""

    action: str
    path: str
    cid: bytes | None = None


class Event(msgspec.Struct, frozen=True):
    """Something that happened; of some kinds only this is of interest."""

    seq: SEQ
    time: str


class Commit(Event, frozen=True):
    """Changes to the records of one account."""

    repo: str
    ops: tuple[Op, ...]
    blocks: bytes = b""


class Account(Event, frozen=True):
    """An account came, went, or was shut."""

    did: str
    active: bool
    status: str | None = None


class Info(msgspec.Struct, frozen=True):
    """A word of the service about the stream, or something newer than this program."""

    name: str = ""


class Refusal(msgspec.Struct, frozen=True):
    """Why the service ends the stream."""

    error: str


Frame = Commit | Account | Event | Info | Refusal
KINDS: dict[str, type[Frame]] = {"#commit": Commit, "#account": Account}


def read_frame(frame: bytes) -> Frame:
    """Read a frame; raises Poison for bytes that are none."""
    import libipld

    try:
        raw, body = libipld.decode_dag_cbor_multi(frame)
        header = msgspec.convert(raw, Header)
        kind = Refusal if header.op < 0 else KINDS.get(header.t, Event if "seq" in body else Info)
        return cast("Frame", msgspec.convert(body, kind, builtin_types=(bytes,)))
    except (ValueError, TypeError, RecursionError) as error:  # a TypeError: the body is a number
        raise Poison(f"The frame cannot be read: {error}.") from error


def cut_blocks(car: bytes) -> dict[bytes, bytes]:
    """Cut a CAR file into the very bytes of its blocks, by address; raises Poison when they cannot be told apart."""
    blocks: dict[bytes, bytes] = {}
    size, at = _read_length(car, 0)
    at += size  # the header
    while at < len(car):
        size, at = _read_length(car, at)
        blocks[car[at : at + CID_BYTES]] = car[at + CID_BYTES : at + size]
        at += size
    return blocks


def find_block(blocks: Mapping[bytes, bytes], cid: bytes | None) -> bytes:
    """Give a record's bytes; raises Poison unless they are there and have the hash that their address says."""
    block = blocks.get(cid or b"")
    if cid is None or block is None:
        raise Poison("The frame lacks the record that it tells of.")
    if cid != HASHED + hashlib.sha256(block).digest():
        raise Poison("The frame holds other bytes than the record that it tells of.")
    return block


def _read_length(car: bytes, at: int) -> tuple[int, int]:
    """Read a length (LEB128); gives it and where it ends."""
    length = 0
    for shift in SHIFTS:
        if at >= len(car):
            break
        byte = car[at]
        at += 1
        length |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004  the last one
            return length, at
    raise Poison("The frame's records cannot be told apart.")
