"""The settings that hold now, for people: each with its value and where it comes from, and no secrets.

What a channel of its own may hold beside a token (a header, an address with a key in it) is known to nobody here: of
sources and targets only those values are told that every one of them has.
"""

from collections.abc import Iterator

from pydantic import BaseModel, SecretStr

from dengar.models import SettingLine
from dengar.settings import Settings, find_origin

TOLD = {"collector", "sender", "channel", "every", "at", "enabled", "recheck", "replies", "budget", "account"}
HIDDEN = "•••"


def list_settings(settings: Settings) -> list[SettingLine]:
    """Give every setting; a secret that is set is told as dots."""
    lines = list(_of_model(settings, ()))
    for kind in ("sources", "targets"):
        for name, section in getattr(settings, kind).items():
            lines += [_line((kind, name, key), str(value) if key in TOLD else HIDDEN) for key, value in section.items()]
    return lines


def _of_model(model: BaseModel, under: tuple[str, ...]) -> Iterator[SettingLine]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _of_model(value, (*under, name))
        elif not isinstance(value, dict):
            yield _line((*under, name), _tell(value))


def _tell(value: object) -> str:
    if isinstance(value, SecretStr):
        return HIDDEN
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    text = "" if value is None else str(value)
    # an address may hold a name and password, or a key behind its question mark
    return HIDDEN if "://" in text and ("@" in text or "?" in text) else text


def _line(path: tuple[str, ...], value: str) -> SettingLine:
    return SettingLine(name=".".join(path), value=value, origin=find_origin(path))
