"""The senders: one module each, the folder is the list."""

import importlib
import pkgutil
from functools import cache
from typing import cast

from dengar.deliver.protocol import Sender
from dengar.errors import BadSettings

_NO_SENDERS = {"http", "letter", "pacing", "protocol", "secret", "smtp"}


@cache
def names() -> list[str]:
    """List the senders."""
    return sorted(found.name for found in pkgutil.iter_modules(__path__) if found.name not in _NO_SENDERS)


def find(name: str) -> Sender:
    """Import a sender by its name; raises BadSettings for an unknown one."""
    if name not in names():
        raise BadSettings([f"There is no sender named {name!r}: choose one of {', '.join(names())}."])
    return cast("Sender", importlib.import_module(f"dengar.deliver.{name}"))
