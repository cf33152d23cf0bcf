"""Drafting: a form that was sent is kept while its sender is asked something, and gets the answer as further fields."""

import re
from collections.abc import Mapping
from email.message import Message
from urllib.parse import urlencode

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


def is_key(key: str) -> bool:
    """Say whether a form's key is long enough that nobody guesses it."""
    return _KEY.fullmatch(key) is not None


def add_fields(body: bytes, media_type: str, fields: Mapping[str, str]) -> bytes:
    """Add fields to a form's body, behind the others: the last one of a name counts."""
    message = Message()
    message["content-type"] = media_type
    if message.get_content_type() != "multipart/form-data":
        return body + b"&" + urlencode(fields).encode()
    boundary = b"--" + str(message.get_param("boundary", "")).encode()
    end = body.rfind(boundary + b"--")
    return body[:end] + b"".join(_part(boundary, *one) for one in fields.items()) + body[end:]


def _part(boundary: bytes, name: str, value: str) -> bytes:
    return boundary + f'\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
