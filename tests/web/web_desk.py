"""The desk's pages over a real store: a signed-in client, and reports that are in doubt."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from deskwork import Time, find, hear, make_desk, make_staff, units
from made import make_labels, make_place, make_post
from web_city import NOW
from web_site import Running, open_session, serve

from dengar.models import Alternative, DoubtKind, Event, Post, Report, Role
from dengar.routing.states import grow
from dengar.store import Store

SAME = {"sec-fetch-site": "same-origin"}


@contextmanager
def open_desk(store: Store, clock: Time | None = None) -> Iterator[Running]:
    """Serve the pages over the units of the built-in city."""
    store.units.save(list(units().values()))
    with serve(store, desk=make_desk(store, clock or Time(NOW))) as running:
        yield running


def hire(store: Store, name: str, role: Role = "operator", unit: str | None = None, area: str | None = None) -> str:
    """Hire somebody; gives the token of their session."""
    store.staff.add(make_staff(name, role, unit).replace(area=area, key_hash=f"hash of {name}"))
    return open_session(store, name)


def sit_down(running: Running, token: str, language: str = "id") -> httpx2.Client:
    """Give the browser of somebody who is signed in."""
    client = running.client(language, **SAME)
    client.cookies.set("dengar_sesi", token)
    return client


def doubtful(store: Store, post: Post, *kinds: DoubtKind, related: str | None = None) -> Report:
    """Take a message to a report that waits for a person, because of doubts of these kinds."""
    (report,) = hear(store, post)
    told = Event(report=report.number, seq=0, kind="review", at=NOW, actor="dengar", related=related)
    store.grow_report(*grow(report, *(told.replace(doubt=kind, reason=f"Ragu: {kind}.") for kind in kinds)))
    return find(store, report.number)


def unsure_category(native_id: str = "1", text: str = "Tolong diurus yang di depan pasar itu") -> Post:
    """Give a message of which the model knows the category only about."""
    others = (Alternative(category="kebersihan", confidence=0.2),)
    labels = make_labels("sampah", abstained=True, confidence=0.41, alternatives=others, reason="Dua kategori mirip.")
    return make_post(native_id, text, labels=labels)


def unsure_place(native_id: str = "2", text: str = "Jalan berlubang dekat pasar") -> Post:
    """Give a message of which the place is known only about."""
    return make_post(native_id, text, place=make_place(confidence=0.3))
