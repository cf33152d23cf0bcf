"""XML as GeoReport writes it: elements without namespaces or attributes, well-formed whatever the texts hold."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape

import msgspec

# XML 1.0 has no way to write these, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_xml(root: str, value: object, item: str = "") -> bytes:
    """Write a record, or a list of records as elements named `item`; what is UNSET is left out, None is empty."""
    parts = _list(value, item) if isinstance(value, (list, tuple)) else _fields(value)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<{root}>{"".join(parts)}</{root}>\n'.encode()


def _fields(record: object) -> Iterator[str]:
    for name in record.__struct_fields__ if isinstance(record, msgspec.Struct) else ():
        yield from _element(name, getattr(record, name))


def _element(name: str, value: object) -> Iterator[str]:
    if value is msgspec.UNSET:
        return
    if isinstance(value, (list, tuple)):
        yield f"<{name}>{''.join(_list(value, name.removesuffix('s')))}</{name}>"
    elif isinstance(value, msgspec.Struct):
        yield f"<{name}>{''.join(_fields(value))}</{name}>"
    elif value is None:
        yield f"<{name}/>"
    else:
        yield f"<{name}>{_text(value)}</{name}>"


def _list(values: Sequence[object], item: str) -> Iterator[str]:
    for value in values:
        yield from _element(item, value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    text = _FORBIDDEN.sub("", str(value))
    return escape(text, quote=False).replace("\r", "&#13;")
