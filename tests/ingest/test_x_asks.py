"""What we ask X, and what its emulator answers, against X's own contract."""

from collections.abc import Iterator

import pytest
from x_contract import FILE, Contract
from x_emulator import OAUTH, XEmulator, run_x
from x_reader import Reader, both
from x_walk import publish, walk


@pytest.fixture(scope="module")
def contract() -> Contract:
    if not FILE.exists():
        pytest.skip("the contract of X is not on this machine")
    return Contract()


@pytest.fixture
def x() -> Iterator[XEmulator]:
    with run_x() as emulator:
        yield emulator


def test_every_request_and_every_answer_keeps_the_contract(contract: Contract, x: XEmulator) -> None:
    walk(x, x.address, OAUTH)
    asked = {(one.asked.method, one.asked.path.rstrip("0123456789")) for one in x.exchanges}
    assert {path for _, path in asked} >= {
        "/2/users/770011/mentions", "/2/tweets/search/recent", "/2/tweets", "/2/usage/tweets", "/2/users/me",
        "/2/compliance/jobs", "/2/compliance/jobs/", "/2/tweets/search/stream/rules", "/2/tweets/search/stream",
    }  # fmt: skip
    own = [one for one in x.exchanges if one.asked.path.startswith("/2/")]
    assert [violation for one in own for violation in contract.find_violations(one)] == []


def test_the_contract_is_looked_at_closely(contract: Contract, x: XEmulator) -> None:
    publish(x)
    Reader(x, both(x, vocabulary="tweet")).run()
    violations = [violation for one in x.exchanges for violation in contract.find_violations(one)]
    assert any("tweet.fields is unknown" in one for one in violations)
    assert any("edit_history_tweet_ids" in one for one in violations)
