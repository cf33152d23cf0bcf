"""The commands for the programs of others that may post reports."""

import secrets

import click

from dengar.errors import DengarError
from dengar.models import ApiClient, hash_key
from dengar.terminal import open_parts

KEY_BYTES = 24


@click.group()
def clients() -> None:
    """Programs of others that post reports through Open311, each with a key."""


@clients.command()
@click.argument("name")
@click.option("--contact", required=True, help="Whom to write to when the program misbehaves.")
def add(name: str, contact: str) -> None:
    """Add a program and print its key, which is shown this one time."""
    if not name.strip() or not contact.strip():
        raise DengarError("A client needs a name and a contact.")
    key = secrets.token_urlsafe(KEY_BYTES)
    with open_parts() as parts:
        client = ApiClient(
            name=name.strip(), contact=contact.strip(), key_hash=hash_key(key), added_at=parts.clock()
        )  # fmt: skip
        parts.store.clients.add(client)
    click.echo(key)


@clients.command("list")
def list_() -> None:
    """List every program, also those whose key was taken away."""
    with open_parts() as parts:
        for one in parts.store.clients.find_all():
            ended = f"  ended {one.ended_at:%Y-%m-%d}" if one.ended_at else ""
            click.echo(f"{one.name}  {one.contact}  since {one.added_at:%Y-%m-%d}{ended}")


@clients.command()
@click.argument("name")
def end(name: str) -> None:
    """Take a program's key away; what it posted stays."""
    with open_parts() as parts:
        if not parts.store.clients.end(name, parts.clock()):
            raise DengarError(f"There is no client named {name!r} that has a key.")
    click.echo(f"{name} has no key any more.")
