"""Records to BSON documents and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

import msgspec
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database

from dengar.errors import StoreUnavailable

Document: TypeAlias = dict[str, Any]
Rows: TypeAlias = Collection[Document]
Data: TypeAlias = Database[Document]
Session: TypeAlias = ClientSession | None

R = TypeVar("R", bound=msgspec.Struct)

# What BSON stores as it is: msgspec leaves these values alone in both directions.
_BSON_TYPES = (bytes, datetime)


def must(row: Document | None) -> Document:
    """Give the row that an upserting update always returns."""
    if row is None:
        raise StoreUnavailable("MongoDB returned no row from an upsert.")
    return row


def to_document(record: msgspec.Struct) -> Document:
    """Give the record's fields as a document; fields at their defaults may be left out."""
    document: Document = msgspec.to_builtins(record, builtin_types=_BSON_TYPES)
    return document


def from_document(document: Mapping[str, Any], kind: type[R]) -> R:
    """Read a record back; fields that the record does not know, such as `_id`, are passed over."""
    return msgspec.convert(document, kind, builtin_types=_BSON_TYPES)
