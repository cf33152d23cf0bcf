"""`dengar deliveries`: what could not be delivered, and what to do about it."""

from typing import TYPE_CHECKING, get_args

import click

from dengar.errors import BadSettings
from dengar.models import Delivery, DeliveryState
from dengar.terminal import open_parts, print_lines

if TYPE_CHECKING:
    from dengar.wiring import Parts

TARGET = click.option("--target", metavar="NAME", help="Only those to this target.")


@click.group()
def deliveries() -> None:
    """Show what is to be delivered to targets; replay or drop dead letters."""


@deliveries.command("list")
@TARGET
@click.option("--state", type=click.Choice(get_args(DeliveryState)), default="dead", show_default=True)
def list_(target: str | None, state: DeliveryState) -> None:
    """List dead letters (or deliveries in another state), each with its reason; the first thousand."""
    from dengar.listing import delivery_lines

    with open_parts() as parts:
        found = parts.store.deliveries.find_all(state, target)
        print_lines(delivery_lines(found, parts.clock()))
    if not found:
        click.echo(f"No delivery is {state}.")


@deliveries.command()
@click.argument("ids", nargs=-1)
@TARGET
def replay(ids: tuple[str, ...], target: str | None) -> None:
    """Try dead letters anew, by their IDS or all of a target; a target that was stopped starts again."""
    with open_parts() as parts:
        chosen = _choose(parts, ids, target)
        count = parts.store.deliveries.replay(chosen, parts.clock())
        for name in {one.name for one in parts.targets} & ({target} if target else set()):
            parts.store.targets.start(name)
            parts.store.deliveries.hasten(name, parts.clock())
    click.echo(f"{count} are tried anew.")


@deliveries.command()
@click.argument("ids", nargs=-1)
@TARGET
def drop(ids: tuple[str, ...], target: str | None) -> None:
    """Give dead letters up, by their IDS or all of a target, so that what waits behind them goes on."""
    with open_parts() as parts:
        count = parts.store.deliveries.drop(_choose(parts, ids, target), parts.clock())
    click.echo(f"{count} are given up.")


def _choose(parts: "Parts", ids: tuple[str, ...], target: str | None) -> list[str]:
    if not ids and target is None:
        raise BadSettings(["Name the deliveries (`dengar deliveries list` shows them) or --target."])
    if ids:
        return list(ids)
    dead: list[Delivery] = parts.store.deliveries.find_all("dead", target, limit=0)
    return [one.id for one in dead]
