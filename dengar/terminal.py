"""What all commands share: the configured parts, and lines that fit the terminal."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from dengar.settings import load_settings

if TYPE_CHECKING:
    from dengar.wiring import Parts


@contextmanager
def open_parts() -> Iterator["Parts"]:
    """Open the store that the settings name."""
    from dengar.wiring import open_parts as open_by

    with open_by(load_settings()) as parts:
        yield parts


def print_lines(lines: Iterable[str]) -> None:
    """Print line by line."""
    for line in lines:
        click.echo(line)


def width() -> int:
    """Give the terminal's columns; wide where there is none."""
    return shutil.get_terminal_size((160, 24)).columns
