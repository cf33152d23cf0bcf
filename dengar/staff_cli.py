"""The commands for the people who work with reports."""

from typing import TYPE_CHECKING

import click

from dengar.errors import DengarError
from dengar.models import (
    COMMAND_LINE,
    ROLES,
    AuditEntry,
    AuditKind,
    PasswordProblem,
    Staff,
    hash_key,
    make_key,
    make_password,
    password_problem,
)
from dengar.terminal import open_parts

if TYPE_CHECKING:
    from dengar.wiring import Parts

PROBLEMS: dict[PasswordProblem, str] = {
    "too_short": "A password needs 12 characters or more: a few words do.",
    "too_long": "A password has at most 200 characters.",
    "like_name": "A password may not be the name.",
    "too_common": "This is one of the passwords that everybody tries first: choose another.",
}


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
    key = make_key()
    with open_parts() as parts:
        if unit is not None and unit not in parts.router.units:
            raise DengarError(f"There is no unit {unit!r}: `dengar staff units` lists them.")
        person = {"role": role, "unit": unit, "area": area, "key_hash": hash_key(key), "added_at": parts.clock()}
        new = Staff(name=_clean(name), **person)  # type: ignore[arg-type]
        entry = _entry(parts, "staff_added", new.name, " ".join(filter(None, (role, unit, area))))
        parts.store.administer(entry, lambda session: parts.store.staff.add(new, session))
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
    fresh = make_key()
    with open_parts() as parts:
        entry, people = _entry(parts, "key_made", name), parts.store.staff
        if not parts.store.administer(entry, lambda session: people.change_key(name, fresh, session)):
            raise DengarError(f"There is nobody named {name!r}.")
    click.echo(fresh)


@staff.command()
@click.argument("name")
@click.option("--generate", is_flag=True, help="Make a password and print it, instead of asking for one.")
def password(name: str, *, generate: bool) -> None:
    """Set the password with which a person signs in to the pages; it ends their sessions."""
    chosen = make_password() if generate else click.prompt("Password", hide_input=True)
    problem = password_problem(name, chosen)
    if problem is not None:
        raise DengarError(PROBLEMS[problem])
    with open_parts() as parts:
        entry, people = _entry(parts, "password_made", name), parts.store.staff
        if not parts.store.administer(entry, lambda session: people.set_password(name, chosen, session)):
            raise DengarError(f"There is nobody named {name!r}.")
        parts.store.sessions.end_all(name)
    click.echo(chosen if generate else f"{name} can sign in with it.")


@staff.command()
@click.argument("name")
def end(name: str) -> None:
    """Take a person's key and password away; what they did stays in the history."""
    with open_parts() as parts:
        entry, people = _entry(parts, "staff_ended", name), parts.store.staff
        if not parts.store.administer(entry, lambda session: people.end(name, entry.at, session)):
            raise DengarError(f"There is nobody named {name!r} who has a key.")
        parts.store.sessions.end_all(name)
    click.echo(f"{name} has no key any more.")


def _clean(name: str) -> str:
    clean = name.strip()
    if not clean or clean.casefold() == COMMAND_LINE:
        raise DengarError("A person needs a name, and `dengar` is the program itself.")
    return clean


def _entry(parts: "Parts", kind: AuditKind, about: str, detail: str = "") -> AuditEntry:
    """Make a line of the audit log: who sits at this machine is known to it, not to Dengar."""
    return AuditEntry(at=parts.clock(), kind=kind, by=COMMAND_LINE, about=about, detail=detail)
