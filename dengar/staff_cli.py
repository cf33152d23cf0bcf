"""The commands for the people who work with reports."""

import secrets
from typing import get_args

import click

from dengar.errors import DengarError
from dengar.models import Role, Staff, hash_key
from dengar.terminal import open_parts

KEY_BYTES = 24
ROLES = tuple(role for role in get_args(Role) if role != "pelapor")
SHORTEST_PASSWORD = 12  # NIST SP 800-63B asks for 15 where nothing else protects, 8 otherwise


@click.group()
def staff() -> None:
    """People who decide about reports, each with a key for the API."""


@staff.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="operator", show_default=True, help="What they may do.")
@click.option("--unit", help="The unit of an officer (petugas), for example kel:31.74.02.1001.")
@click.option("--area", help="See only this part of the city: a code or how codes begin, for example 31.74.")
def add(name: str, role: str, unit: str | None, area: str | None) -> None:
    """Add a person and print their key for the API, which is shown this one time.

    With `dengar staff password NAME` they can sign in to the pages as well.
    """
    if (role == "petugas") != (unit is not None):
        raise DengarError("A petugas needs a --unit, and nobody else has one.")
    key = secrets.token_urlsafe(KEY_BYTES)
    with open_parts() as parts:
        if unit is not None and unit not in parts.router.units:
            raise DengarError(f"There is no unit {unit!r}: `dengar staff units` lists them.")
        person = {"role": role, "unit": unit, "area": area, "key_hash": hash_key(key), "added_at": parts.clock()}
        parts.store.staff.add(Staff(name=_clean(name), **person))  # type: ignore[arg-type]
    click.echo(key)


@staff.command("list")
def list_() -> None:
    """List everybody, also who left."""
    with open_parts() as parts:
        for one in parts.store.staff.find_all():
            area = f"  {one.area}" if one.area else ""
            left = f"  left {one.ended_at:%Y-%m-%d}" if one.ended_at else ""
            click.echo(f"{one.name}  {one.role}{f'  {one.unit}' if one.unit else ''}{area}{left}")


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
@click.option("--generate", is_flag=True, help="Make a password and print it, instead of asking for one.")
def password(name: str, *, generate: bool) -> None:
    """Set the password with which a person signs in to the pages; it ends their sessions."""
    chosen = secrets.token_urlsafe(SHORTEST_PASSWORD) if generate else click.prompt("Password", hide_input=True)
    if len(chosen) < SHORTEST_PASSWORD:
        raise DengarError(f"A password needs {SHORTEST_PASSWORD} characters or more: a few words do.")
    with open_parts() as parts:
        if not parts.store.staff.set_password(name, chosen):
            raise DengarError(f"There is nobody named {name!r}.")
        parts.store.sessions.end_all(name)
    click.echo(chosen if generate else f"{name} can sign in with it.")


@staff.command()
@click.argument("name")
def end(name: str) -> None:
    """Take a person's key and password away; what they did stays in the history."""
    with open_parts() as parts:
        if not parts.store.staff.end(name, parts.clock()):
            raise DengarError(f"There is nobody named {name!r} who has a key.")
        parts.store.sessions.end_all(name)
    click.echo(f"{name} has no key any more.")


def _clean(name: str) -> str:
    clean = name.strip()
    if not clean or clean == "dengar":
        raise DengarError("A person needs a name, and `dengar` is the program itself.")
    return clean
