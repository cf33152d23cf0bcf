"""Mail to the units: what is theirs now, what escalates to them, what comes back to them."""

import csv
from collections.abc import Mapping
from email.message import EmailMessage
from functools import cache
from pathlib import Path

from pydantic import Field, field_validator

from dengar.deliver import letter
from dengar.deliver.protocol import Parcel, Receipt, TargetSettings, unit_of
from dengar.deliver.smtp import Smtp, check_address, check_login, send_mail
from dengar.errors import Refused
from dengar.models import Event, EventKind, Report, Unit

EVENTS: frozenset[EventKind] = frozenset({"routed", "escalated", "state", "resumed", "merged"})
HANDS_OVER = False
NEEDS_TEXT = True


class Settings(TargetSettings):
    """The mail server, and the units' addresses: here, in a file of lines `unit,address`, or with the unit itself.

    `fallback` gets what is for a unit without an address.
    """

    smtp: Smtp
    addresses: Mapping[str, str] = Field(default_factory=dict)
    addresses_file: Path | None = None
    fallback: str | None = None
    at_once: int = Field(default=1, ge=1, le=32)

    @field_validator("events")
    @classmethod
    def _has_words(cls, events: tuple[EventKind, ...]) -> tuple[EventKind, ...]:
        unknown = sorted(set(events) - EVENTS)
        if unknown:
            raise ValueError(f"mails are sent of {', '.join(sorted(EVENTS))}, not of {', '.join(unknown)}")
        return events

    @field_validator("addresses")
    @classmethod
    def _are_addresses(cls, addresses: Mapping[str, str]) -> Mapping[str, str]:
        return {unit: check_address(address) for unit, address in addresses.items()}

    @field_validator("fallback")
    @classmethod
    def _is_an_address(cls, address: str | None) -> str | None:
        return check_address(address) if address else None


def wants(settings: Settings, event: Event, report: Report) -> bool:
    """Take what is for a unit; of the moves between states only the one that opens a report again."""
    del settings
    if event.kind == "state" and event.state != "dibuka_lagi":
        return False
    if event.kind == "routed" and event.routing is not None:
        return event.routing.unit is not None
    return unit_of(event, report) is not None


def send(settings: Settings, parcel: Parcel) -> Receipt:
    """Send one mail to the unit, and to those beside it when it is routed."""
    recipients = find_recipients(settings, parcel)
    message = make_mail(settings.smtp.sender, recipients, parcel)
    refused = send_mail(settings.smtp, message, recipients)
    note = "; ".join(f"{who} was refused: {said}" for who, said in refused.items())
    return Receipt(number=str(message["Message-ID"]), note=note or None)


def check(settings: Settings) -> list[str]:
    """Read the addresses and sign in."""
    if settings.addresses_file is not None:
        read_addresses(settings.addresses_file, _changed(settings.addresses_file))
    return check_login(settings.smtp)


def make_mail(sender: str, recipients: list[str], parcel: Parcel) -> EmailMessage:
    """Make the mail; its Message-ID is the delivery's, and all mails about a report form one thread."""
    domain = sender.partition("@")[2]
    thread = f"<{parcel.report.number}@{domain}>"
    message = EmailMessage()
    message["From"] = sender
    message["To"] = ", ".join(recipients)
    message["Subject"] = letter.say_subject(parcel)
    message["Date"] = parcel.at
    message["Message-ID"] = f"<{parcel.id}@{domain}>"
    message["In-Reply-To"] = thread
    message["References"] = thread
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.say_text(parcel))
    message.add_alternative(letter.say_html(parcel), subtype="html")
    return message


def find_recipients(settings: Settings, parcel: Parcel) -> list[str]:
    """Give the addresses of the units that are told; raises Refused when there is none."""
    unit = unit_of(parcel.event, parcel.report)
    beside = parcel.event.routing.beside if parcel.event.kind == "routed" and parcel.event.routing else ()
    found = [_address_of(one, settings, parcel.units) for one in (unit, *beside) if one]
    addresses = list(dict.fromkeys(one for one in found if one))
    if not addresses:
        raise Refused(f"{unit} has no mail address: set addresses or a fallback for it.")
    return addresses


def _address_of(unit: str, settings: Settings, units: Mapping[str, Unit]) -> str | None:
    path = settings.addresses_file
    listed = read_addresses(path, _changed(path)) if path else {}
    own = units[unit].email if unit in units else None
    return settings.addresses.get(unit) or listed.get(unit) or own or settings.fallback


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError as error:
        raise Refused(f"{path} cannot be read ({error.strerror}): put it back, then replay this.") from error


@cache
def read_addresses(path: Path, changed: float) -> Mapping[str, str]:
    """Read lines `unit,address`, once for each time of change; raises Refused for a line that cannot be used."""
    del changed
    addresses: dict[str, str] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.reader(file), start=1):
            if not row or row[0].startswith("#") or row[0].strip() == "unit":
                continue
            try:
                addresses[row[0].strip()] = check_address(row[1].strip())
            except (IndexError, ValueError) as error:
                raise Refused(
                    f"{path}, line {number}: it must be a unit's code, a comma and a mail address."
                ) from error
    return addresses
