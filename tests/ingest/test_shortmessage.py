from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import NOW

from dengar.ingest.formats.shortmessage import ShortMessage, count_gsm, find_thread, name_message, read_message

SAID = "Got mampet di Gang Mawar é “dalam” 😀"


def form(text: bytes, **fields: str) -> bytes:
    return f"text={quote(text)}&{urlencode(fields)}".encode()


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        (SAID.encode(), {}),
        (SAID.encode(), {"charset": "UTF-8", "coding": "0"}),
        (SAID.encode("utf-16-be"), {"charset": "UTF-16BE", "coding": "2"}),
        (SAID.encode("utf-16-be"), {"charset": "ucs-2"}),
        (SAID.encode("utf-16-be"), {"coding": "2"}),
        (SAID.encode(), {"coding": "2"}),
        (SAID.encode(), {"charset": "no-such-charset"}),
    ],
)
def test_the_text_is_read_whatever_the_gateway_makes_of_its_letters(data: bytes, fields: dict[str, str]) -> None:
    assert read_message(form(data, **fields)).text == SAID


def test_latin_1_and_letters_of_the_far_east_are_read() -> None:
    assert read_message(form("Café é".encode("latin-1"), charset="ISO-8859-1")).text == "Café é"
    assert read_message(form("Café é".encode("latin-1"))).text == "Café é"
    assert read_message(form("洪水".encode("utf-16-be"), charset="UTF-16BE")).text == "洪水"


def test_what_is_for_the_phone_and_not_for_people_has_no_text() -> None:
    assert read_message(form(b"\x0b\x06\x00\xff", coding="1")).text == ""
    assert read_message(form(b"Banjir", coding="1")).text == "Banjir"


def test_a_plus_in_a_number_and_the_names_of_other_gateways_are_read() -> None:
    assert read_message(b"from=%2B62811&text=a+b%2Bc").sender == "+62811"
    twilio = read_message(b"MessageSid=SM1&From=%2B62811&To=1708&Body=a+b&NumMedia=1")
    assert twilio == ShortMessage(id="SM1", sender="+62811", recipient="1708", text="a b", time="", has_media=True)


@pytest.mark.parametrize(
    ("udh", "part"),
    [
        ("%05%00%03%2A%02%01", (42, 2, 1)),
        ("%06%08%04%01%00%03%02", (256, 3, 2)),
        ("%0B%05%04%0B%84%23%F0%00%03%07%02%02", (7, 2, 2)),
        ("%05%00%03%2A", None),
        ("%06%05%04%0B%84%23%F0", None),
        ("", None),
    ],
)
def test_parts_are_found_in_the_header(udh: str, part: tuple[int, int, int] | None) -> None:
    assert read_message(f"text=a&udh={udh}".encode()).part == part


def part_of(place: int, **changes: object) -> ShortMessage:
    whole = ShortMessage(id=f"id-{place}", sender="+62811", recipient="1708", text=f"bagian {place}", time="")
    return whole.replace(part=(42, 2, place)).replace(**changes)


def test_parts_of_a_message_have_a_name_in_common_and_each_its_own() -> None:
    first, second = name_message(part_of(1), NOW), name_message(part_of(2), NOW)
    assert first != second
    assert find_thread(first) == find_thread(second) is not None
    others = [part_of(1, sender="+62812"), part_of(1, recipient="1709"), part_of(1, part=(43, 2, 1))]
    assert find_thread(first) not in {find_thread(name_message(one, NOW)) for one in others}
    assert find_thread(name_message(part_of(1), NOW + timedelta(days=1))) != find_thread(first)
    # a repetition after midnight: the message's own time counts
    late = part_of(1, time="1795140000")
    assert name_message(late, NOW) == name_message(late, NOW + timedelta(days=1))


def test_a_message_without_id_is_named_by_sender_time_and_text() -> None:
    one = part_of(1, id="", part=None, time="1795140000")
    assert name_message(one, NOW) == name_message(one.replace(smsc="x"), NOW + timedelta(days=3))
    others = [one.replace(sender="+62812"), one.replace(time="1795140001"), one.replace(text="lain")]
    assert len({name_message(other, NOW) for other in [one, *others]}) == 4


def test_an_id_can_neither_grow_nor_pretend_to_be_a_part() -> None:
    assert find_thread(name_message(part_of(1, id="a#b", part=None), NOW)) is None
    assert len(name_message(part_of(1, id="x" * 5000), NOW)) < 100


def test_letters_are_counted_as_a_phone_counts_them() -> None:
    assert count_gsm("Banjir é £") == 10
    assert count_gsm("{10€}") == 8
    assert count_gsm("“Banjir”") is None


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message(payload: bytes) -> None:
    message = read_message(payload)
    assert (name_message(message, NOW) + message.text).encode()


@given(
    st.text(max_size=60), st.sampled_from(["UTF-8", "UTF-16BE", "ucs2", "latin-1", "zip", "\0"]), st.text(max_size=3)
)
def test_any_fields_are_a_message(text: str, charset: str, coding: str) -> None:
    read_message(form(text.encode("utf-16-be", "replace"), charset=charset, coding=coding))
