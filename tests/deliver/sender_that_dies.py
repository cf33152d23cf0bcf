"""Relays and delivers in a process of its own until it is killed: `sender_that_dies.py URI DATABASE URL`."""

import sys

from outboxes import deliver, hook, relay

from dengar.store import Store


def main(uri: str, database: str, address: str) -> None:
    store = Store.connect(uri, database, key=b"the key of the tests")
    target = hook(address, at_once=2)
    while True:
        relay(store, target)
        deliver(store, target, holder="run")


if __name__ == "__main__":
    main(*sys.argv[1:])
