"""How many deliveries a second reach a local receiver: `python bench/deliver.py [--reports 2000]`."""

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent / "tests"), str(Path(__file__).parent.parent / "tests" / "deliver")]


def main() -> None:
    """Give new reports two events each, relay them, and deliver them to a webhook on this machine."""
    from outboxes import deliver, hook, open_report, receive, relay

    from dengar.store import Store
    from dengar.store.embedded import EmbeddedMongo

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=2000)
    parser.add_argument("--at-once", type=int, default=4)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, receive() as receiver:
        mongo = EmbeddedMongo(Path(folder))
        mongo.start()
        store = Store.connect(mongo.uri, "bench", key=b"the key of the bench")
        target = hook(receiver.address, at_once=given.at_once)
        relay(store, target)
        for number in range(given.reports):
            open_report(store, f"DKI-2611-{number:06}")
        print(f"{datetime.now(UTC):%Y-%m-%d}: {given.reports:,} reports of two events, {given.at_once} at once")
        _measure("relayed", lambda: relay(store, target), 2 * given.reports)
        _measure("delivered", lambda: deliver(store, target), 2 * given.reports)
        store.close()
        mongo.stop()


def _measure(what: str, do: object, wanted: int) -> None:
    assert callable(do)  # noqa: S101
    begun, done = time.perf_counter(), 0
    while done < wanted:
        done += do()
    took = time.perf_counter() - begun
    print(f"{done:,} {what} in {took:.1f} s: {done / took:,.0f}/s")


if __name__ == "__main__":
    main()
