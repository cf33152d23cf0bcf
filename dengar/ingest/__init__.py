"""The channels: one module each, the folder is the list."""

import importlib
import pkgutil
from functools import cache
from typing import cast

from dengar.errors import BadSettings
from dengar.ingest.protocol import Collector

_NO_COLLECTORS = {"protocol", "fetch", "formats", "imap", "spiders"}


@cache
def names() -> list[str]:
    """List the collectors, without importing them."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _NO_COLLECTORS)


def find(name: str) -> Collector:
    """Import a collector by its name; raises BadSettings for an unknown one."""
    if name not in names():
        raise BadSettings([f"There is no collector named {name!r}: choose one of {', '.join(names())}."])
    return cast("Collector", importlib.import_module(f"dengar.ingest.{name}"))
