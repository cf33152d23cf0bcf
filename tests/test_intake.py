import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from made import NOW

from dengar.errors import BadRequest
from dengar.ingest import find
from dengar.ingest.form import Settings
from dengar.ingest.protocol import Source
from dengar.intake import Intake
from dengar.models import Receipt, Request
from dengar.store import Store

SOURCE = Source(name="form", collector=find("form"), settings=Settings(name="form", collector="form"))


def make_request(text: str = "Lampu jalan mati", key: str = "abcdefgh") -> Request:
    body = f"text={text}&kunci={key}".encode()
    return Request(headers={"content-type": "application/x-www-form-urlencoded"}, body=body)


@pytest.fixture
def woken() -> list[bool]:
    return []


Take = Callable[[Request], Receipt]


@pytest.fixture
def intake(store: Store, woken: list[bool]) -> Take:
    door = Intake(store, SOURCE, lambda: NOW, lambda: woken.append(True))
    return lambda request: door(request).receipts[0]


def test_a_message_is_stored_before_its_sender_gets_a_number(store: Store, intake: Take, woken: list[bool]) -> None:
    receipt = intake(make_request())
    assert receipt == Receipt(item_id="form:form:abcdefgh", number="DKI-2611-000001", is_new=True)
    (waiting,) = store.items.pending(5, 10**9)
    assert (waiting.item.id, waiting.item.number) == (receipt.item_id, receipt.number)
    assert woken == [True]


def test_a_repeated_delivery_gets_the_first_ones_number_and_changes_nothing(store: Store, intake: Take) -> None:
    first = intake(make_request())
    again = intake(make_request())
    assert (again.number, again.is_new) == (first.number, False)
    assert store.items.count_pending() == 1


def test_another_text_under_the_same_key_keeps_the_number(store: Store, intake: Take) -> None:
    first = intake(make_request())
    assert intake(make_request("Lampu jalan sudah menyala")).number == first.number
    (waiting,) = store.items.pending(5, 10**9)
    assert (waiting.revision, waiting.item.number) == (2, first.number)


def test_what_is_refused_is_not_stored(store: Store, intake: Take, woken: list[bool]) -> None:
    with pytest.raises(BadRequest):
        intake(make_request(text=""))
    assert store.items.count_pending() == 0
    assert woken == []


def test_simultaneous_deliveries_of_one_message_are_told_one_number(store: Store, intake: Take) -> None:
    start = threading.Barrier(6)

    def deliver(_: int) -> Receipt:
        start.wait()
        return intake(make_request())

    with ThreadPoolExecutor(6) as pool:
        receipts = list(pool.map(deliver, range(6)))
    assert len({receipt.number for receipt in receipts}) == 1
    assert [receipt.is_new for receipt in receipts].count(True) == 1
    assert store.items.count_pending() == 1


def make_browser_request(boundary: str, key: str) -> Request:
    parts = {"text": "Lampu jalan mati", "kunci": key}
    lines = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{parts[name]}\r\n' for name in parts
    ]
    body = "".join([*lines, f"--{boundary}--\r\n"]).encode()
    return Request(headers={"content-type": f"multipart/form-data; boundary={boundary}"}, body=body)


def test_a_double_click_that_comes_with_different_bytes_is_told_one_number(store: Store, intake: Take) -> None:
    for key in ("kunci-satu", "kunci-dua", "kunci-tiga"):
        start = threading.Barrier(8)

        def deliver(n: int, key: str = key, start: threading.Barrier = start) -> Receipt:
            start.wait()
            return intake(make_browser_request(f"batas{n}", key))

        with ThreadPoolExecutor(8) as pool:
            receipts = list(pool.map(deliver, range(8)))
        assert {receipt.number for receipt in receipts} == set(store.items.numbers_of([f"form:form:{key}"]).values())
        assert [receipt.is_new for receipt in receipts].count(True) == 1
    assert store.items.count_pending() == 3


def test_many_people_at_once_get_numbers_of_their_own(store: Store, intake: Take) -> None:
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda n: intake(make_request(key=f"kunci-{n:05}")), range(120)))
    assert len({receipt.number for receipt in receipts}) == 120
    assert store.items.count_pending() == 120
