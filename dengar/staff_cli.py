"""The commands for the people who work with reports."""

import secrets

import click

from dengar.errors import DengarError
from dengar.models import Staff
from dengar.store.staff import hash_key
from dengar.terminal import open_parts

KEY_BYTES = 24
ROLES = ("operator", "petugas", "verifikator", "admin")


@click.group()
def staff() -> None:
    """People who decide about reports, each with a key for the API."""


@staff.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="operator", show_default=True, help="What they may do.")
@click.option("--unit", help="The unit of an officer (petugas), for example kel:31.74.02.1001.")
def add(name: str, role: str, unit: str | None) -> None:
    """Add a person and print their key, which is shown this one time."""
    if (role == "petugas") != (unit is not None):
        raise DengarError("A petugas needs a --unit, and nobody else has one.")
    key = secrets.token_urlsafe(KEY_BYTES)
    with open_parts() as parts:
        if unit is not None and unit not in parts.router.units:
            raise DengarError(f"There is no unit {unit!r}: `dengar staff units` lists them.")
        person = {"role": role, "unit": unit, "key_hash": hash_key(key), "added_at": parts.clock()}
        parts.store.staff.add(Staff(name=_clean(name), **person))  # type: ignore[arg-type]
    click.echo(key)


@staff.command("list")
def list_() -> None:
    """List everybody, also who left."""
    with open_parts() as parts:
        for one in parts.store.staff.find_all():
            left = f"  left {one.ended_at:%Y-%m-%d}" if one.ended_at else ""
            click.echo(f"{one.name}  {one.role}{f'  {one.unit}' if one.unit else ''}{left}")


@staff.command()
@click.argument("words", nargs=-1)
def units(words: tuple[str, ...]) -> None:
    """List the codes and names of units, those with all WORDS in them."""
    with open_parts() as parts:
        for one in sorted(parts.router.units.values(), key=lambda unit: unit.code):
            line = f"{one.code}  {one.name}"
            if all(word.lower() in line.lower() for word in words):
                click.echo(line)


@staff.command()
@click.argument("name")
def key(name: str) -> None:
    """Give a person a new key; the old one ends."""
    fresh = secrets.token_urlsafe(KEY_BYTES)
    with open_parts() as parts:
        if not parts.store.staff.change_key(name, fresh):
            raise DengarError(f"There is nobody named {name!r}.")
    click.echo(fresh)


@staff.command()
@click.argument("name")
def end(name: str) -> None:
    """Take a person's key away; what they did stays in the history."""
    with open_parts() as parts:
        if not parts.store.staff.end(name, parts.clock()):
            raise DengarError(f"There is nobody named {name!r} who has a key.")
    click.echo(f"{name} has no key any more.")


def _clean(name: str) -> str:
    clean = name.strip()
    if not clean or clean == "dengar":
        raise DengarError("A person needs a name, and `dengar` is the program itself.")
    return clean
