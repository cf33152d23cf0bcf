"""The channels: one module each, the folder is the list."""

import importlib
import pkgutil
from functools import cache
from typing import cast

from dengar.errors import BadSettings
from dengar.ingest.protocol import Collector

_NO_COLLECTORS = {"protocol", "fetch", "formats"}


@cache
def _modules() -> dict[str, str]:
    """Map each collector to its module, without importing any; packages hold what a collector needs besides."""
    folders = {"dengar.ingest": __path__, "dengar.ingest.spiders": [f"{folder}/spiders" for folder in __path__]}
    return {
        found.name: f"{package}.{found.name}"
        for package, path in folders.items()
        for found in pkgutil.iter_modules(path)
        if not found.ispkg and found.name not in _NO_COLLECTORS
    }


def names() -> list[str]:
    """List the collectors."""
    return sorted(_modules())


def find(name: str) -> Collector:
    """Import a collector by its name; raises BadSettings for an unknown one."""
    if name not in _modules():
        raise BadSettings([f"There is no collector named {name!r}: choose one of {', '.join(names())}."])
    return cast("Collector", importlib.import_module(_modules()[name]))
