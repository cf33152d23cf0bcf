"""kill -9 of the sender at chosen moments: between sending and writing, and while it relays."""

import subprocess
import sys
from pathlib import Path

from outboxes import Receiver, deliver, event, happen, hook, open_report, receive, relay
from test_delivering import check_all

from dengar.store import Store

PROGRAM = Path(__file__).with_name("sender_that_dies.py")
REPORTS, NOTES = 5, 4


def kill_at(receiver: Receiver, store: Store, uri: str, came: int) -> None:
    """Start a sender, and kill it while it waits for the answer to the message of this number."""
    receiver.arrived.clear()
    receiver.behave = lambda number: "hang" if number >= came else "200"
    import os

    folders = os.pathsep.join([*sys.path, str(PROGRAM.parent)])
    sender = subprocess.Popen(
        [sys.executable, PROGRAM, uri, store.data.name, receiver.address], env=os.environ | {"PYTHONPATH": folders}
    )
    while len(receiver.came) < came:
        assert receiver.arrived.wait(60)
        receiver.arrived.clear()
    sender.kill()
    sender.wait()


def test_a_sender_that_is_killed_between_sending_and_writing_loses_and_doubles_nothing(
    store: Store, mongo_uri: str
) -> None:
    with receive() as receiver:
        for number in range(REPORTS):
            report = open_report(store, f"DKI-2611-{number:06}")
            happen(store, report, *(event("note") for _ in range(NOTES)))
        for came in (1, 8):
            kill_at(receiver, store, mongo_uri, came)
        receiver.behave = lambda _: "200"
        target = hook(receiver.address)
        relay(store, target)
        deliver(store, target, holder="run")
        check_all(store, receiver, REPORTS * (NOTES + 2))
        assert len(receiver.came) > len(receiver.taken)
