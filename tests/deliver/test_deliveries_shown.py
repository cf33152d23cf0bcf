"""What an operator sees of the outbox, and does about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from made import NOW
from outboxes import Clock, Receiver, deliver, event, happen, hook, open_report, receive, relay

from dengar import deliveries_cli
from dengar.checking import check_targets
from dengar.cli import main
from dengar.health import make_status
from dengar.listing import status_lines
from dengar.settings import Settings
from dengar.store import Store
from dengar.wiring import Parts


@pytest.fixture
def dead(store: Store) -> Iterator[Receiver]:
    """Give the receiver that refused the first event of a report with three."""
    with receive() as receiver:
        happen(store, open_report(store), event("note"))
        relay(store, hook(receiver.address))
        receiver.behave = lambda _: "422"
        assert deliver(store, hook(receiver.address)) == 0
        receiver.behave = lambda _: "200"
        yield receiver


@pytest.fixture
def command(store: Store, monkeypatch: pytest.MonkeyPatch) -> object:
    settings = Settings(
        targets={"kait": {"sender": "webhook", "url": "http://127.0.0.1:9/", "secret": "whsec_" + "QUJD" * 10}}
    )

    @contextmanager
    def opened() -> Iterator[Parts]:
        yield Parts(settings, store, clock=Clock(NOW + timedelta(hours=1)))

    monkeypatch.setattr(deliveries_cli, "open_parts", opened)

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["deliveries", *words])

    return run


def test_dead_letters_are_listed_with_their_reason_and_replayed(store: Store, dead: Receiver, command: object) -> None:
    assert callable(command)
    listed = command("list").output
    assert "kait  DKI-2611-000001  received" in listed
    assert "dead after 1 attempts: http://127.0.0.1" in listed
    assert "answers 422" in listed
    assert command("list", "--state", "sent").output == "No delivery is sent.\n"
    assert command("replay", "--target", "kait").output == "1 are tried anew.\n"
    assert deliver(store, hook(dead.address), Clock(NOW + timedelta(hours=2))) == 3


def test_a_dead_letter_that_is_dropped_lets_the_others_pass(store: Store, dead: Receiver, command: object) -> None:
    assert callable(command)
    (letter,) = store.deliveries.find_all("dead")
    assert command("drop", letter.id).output == "1 are given up.\n"
    assert command("drop", letter.id).output == "0 are given up.\n"
    assert deliver(store, hook(dead.address), Clock(NOW + timedelta(hours=2))) == 2
    refused = command("replay")
    assert refused.exit_code == 2
    assert "Name the deliveries" in refused.output


def test_a_target_that_is_gone_starts_again_when_its_letters_are_replayed(store: Store, command: object) -> None:
    assert callable(command)
    with receive() as receiver:
        open_report(store)
        relay(store, hook(receiver.address))
        receiver.behave = lambda _: "410"
        deliver(store, hook(receiver.address))
        status = make_status(store, [], None, NOW)
        assert [one.kind for one in status.ailments] == ["target_gone"]
        assert "`dengar deliveries replay --target kait` starts it again." in status.problems[0]
        command("replay", "--target", "kait")
        receiver.behave = lambda _: "200"
        assert deliver(store, hook(receiver.address), Clock(NOW + timedelta(hours=1))) == 2
        assert make_status(store, [], None, NOW).ailments == ()


def test_the_status_tells_of_dead_letters_and_of_targets_that_take_nothing(store: Store, dead: Receiver) -> None:
    other = hook(dead.address, "lain", events=("note",))
    happen(store, open_report(store, "DKI-2611-000002"), *(event("note") for _ in range(2)))
    relay(store, other)
    dead.behave = lambda _: "401"
    deliver(store, other)
    status = make_status(store, [], None, NOW)
    assert status.deliveries == {"kait": {"dead": 1, "waiting": 2}, "lain": {"waiting": 2}}
    assert [one.kind for one in status.ailments] == ["target_down", "dead_letters"]
    assert "The target lain takes nothing, 2 wait" in status.problems[0]
    assert "1 dead letters to kait" in status.problems[1]
    assert "  deliveries kait 1 dead, 2 waiting   lain 2 waiting" in list(status_lines(status, 200))


def test_check_explains_wrong_targets_and_tries_to_reach_the_others() -> None:
    with receive() as receiver:
        here = {"sender": "webhook", "url": receiver.address, "secret": "whsec_" + "QUJD" * 10}
        gone = here | {"url": "http://127.0.0.1:9/"}
        settings = Settings(targets={"kait": here, "jauh": gone, "mati": gone | {"enabled": False}})
        (problem,) = check_targets(settings, connect=True)
        assert problem.startswith("targets.jauh: http://127.0.0.1:9/ cannot be reached")
        assert receiver.taken == {"": b""}
    assert check_targets(settings, connect=False) == []


def test_a_secret_in_a_configuration_that_others_can_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "dengar.toml"
    path.write_text('[targets.surel]\nsender = "mail"\nsmtp = { host = "x", sender = "a@b", password = "rahasia" }\n')
    monkeypatch.setenv("DENGAR_CONFIG", str(path))
    for mode, told in ((0o644, 1), (0o600, 0)):
        path.chmod(mode)
        problems = check_targets(Settings(), connect=False)
        assert [one.partition(" stands")[0] for one in problems] == ["targets.surel.password"] * told
        assert "rahasia" not in str(problems)


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="is no target name"):
        Settings(targets={"Kait 1": {}})
