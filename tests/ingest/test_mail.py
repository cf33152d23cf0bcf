import itertools
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dovecot import GOOD_TOKEN, PASSWORD, Dovecot, Mailbox, run_dovecot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dengar.errors import AuthExpired, Blocked, Forbidden, Poison, SourceChanged, Transient
from dengar.ingest import mail
from dengar.ingest.protocol import Batch, Budget, Window
from dengar.models import Item

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
NO_LIMIT = Budget()
_users = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[Dovecot]:
    with run_dovecot() as running:
        yield running


@pytest.fixture
def box(server: Dovecot) -> Mailbox:
    return server.mailbox(f"warga{next(_users)}")


def settings_of(box: Mailbox, **changes: object) -> mail.Settings:
    values: dict[str, object] = {"name": "surat", "collector": "mail", "host": "127.0.0.1", "port": box.server.port}
    values |= {"security": "plain", "username": box.user, "password": PASSWORD}
    return mail.Settings.model_validate({name: v for name, v in (values | changes).items() if v is not None})


def letter(number: int, body: str = "Lampu jalan mati di Jl. Kramat.", *, date: str = "") -> bytes:
    date = date or "Fri, 20 Nov 2026 07:12:00 +0700"
    return (
        f"Return-Path: <warga{number}@contoh.id>\nFrom: Warga {number} <warga{number}@contoh.id>\nTo: aduan@kota.id\n"
        f"Subject: Aduan nomor {number}\nDate: {date}\nMessage-ID: <{number}@contoh.id>\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{body}\n"
    ).encode()


def clock() -> datetime:
    return NOW


def pull(settings: mail.Settings, cursor: mail.Cursor | None = None, budget: Budget = NO_LIMIT) -> list[Batch]:
    return list(mail.pull(settings, cursor or mail.Cursor(), None, budget, clock))


def items_of(batches: list[Batch]) -> list[Item]:
    return [item for batch in batches for item in batch.items]


def last_cursor(batches: list[Batch]) -> mail.Cursor:
    cursor = batches[-1].cursor
    assert isinstance(cursor, mail.Cursor)
    return cursor


def ids_of(batches: list[Batch]) -> list[str]:
    return [item.id for item in items_of(batches)]


@pytest.mark.parametrize("security", ["plain", "tls", "starttls"])
def test_a_mail_arrives_untouched_over_each_kind_of_line(box: Mailbox, security: str) -> None:
    raw = letter(1).replace(b"\n", b"\r\n")
    box.append(raw, at=NOW - timedelta(hours=1))
    tls_port = box.server.tls_port if security == "tls" else box.server.port
    settings = settings_of(box, security=security, port=tls_port, ca_file=box.server.ca_file)
    (batch,) = pull(settings)
    (item,) = batch.items
    assert item.payload == raw
    assert (item.channel, item.account, item.collector, item.source) == (
        "email",
        f"{box.user}@127.0.0.1",
        "mail",
        "surat",
    )
    assert item.claimed_at == NOW - timedelta(hours=1)
    assert item.observed_at == NOW
    assert mail.parse(item).author == "warga1@contoh.id"
    assert mail.check(settings) == []


def test_a_certificate_that_nobody_vouches_for_is_refused(box: Mailbox) -> None:
    with pytest.raises(Blocked, match="not trusted"):
        pull(settings_of(box, security="tls", port=box.server.tls_port))


def test_a_good_token_signs_in_and_an_expired_one_says_so(box: Mailbox, tmp_path: Path) -> None:
    box.deliver([letter(1)])
    token = tmp_path / "token"
    token.write_text(f"{box.user}.{GOOD_TOKEN}\n")
    token.chmod(0o600)
    settings = settings_of(box, password=None, token_file=token)
    assert len(items_of(pull(settings))) == 1
    token.write_text(f"{box.user}.kedaluwarsa")
    with pytest.raises(AuthExpired, match="refuses the sign-in"):
        pull(settings)


def test_a_token_is_fetched_with_the_refresh_token(box: Mailbox) -> None:
    box.deliver([letter(1)])
    oauth = {"password": None, "oauth_token_url": box.server.token_url}
    good = settings_of(box, oauth_refresh_token=f"{box.user}.{GOOD_TOKEN}", **oauth)
    assert len(items_of(pull(good))) == 1
    with pytest.raises(AuthExpired, match="refresh token"):
        pull(settings_of(box, oauth_refresh_token="dicabut", **oauth))


def test_a_wrong_password_and_a_password_file_that_others_can_read_say_so(box: Mailbox, tmp_path: Path) -> None:
    with pytest.raises(AuthExpired, match="refuses the sign-in"):
        pull(settings_of(box, password="salah"))
    secret = tmp_path / "sandi"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    settings = settings_of(box, password=None, password_file=secret)
    with pytest.raises(AuthExpired, match="chmod 600"):
        pull(settings)
    secret.chmod(0o600)
    assert mail.check(settings) == []


def test_exactly_one_way_to_sign_in_must_be_set(box: Mailbox) -> None:
    for changes in ({"password": None}, {"token_file": "token"}):
        with pytest.raises(ValueError, match="exactly one"):
            settings_of(box, **changes)


def test_another_folder_is_an_account_of_its_own(box: Mailbox) -> None:
    with box.client() as client:
        client.create('"Aduan &- Saran"')
        client.append('"Aduan &- Saran"', "", "", letter(1))
    (batch,) = pull(settings_of(box, folder="Aduan & Saran"))
    assert batch.items[0].account == f"{box.user}@127.0.0.1/Aduan & Saran"
    assert settings_of(box, folder="Lain", mailbox="aduan").account == "aduan"


def test_a_name_and_password_outside_ascii_reach_the_server(box: Mailbox) -> None:
    with pytest.raises(AuthExpired, match="AUTHENTICATIONFAILED"):
        pull(settings_of(box, password="r\u00e4hasia"))


def test_a_missing_folder_is_forbidden(box: Mailbox) -> None:
    with pytest.raises(Forbidden, match="Tidak Ada"):
        pull(settings_of(box, folder="Tidak Ada"))


def test_a_dead_port_is_a_passing_failure(box: Mailbox) -> None:
    settings = settings_of(box, port=9)
    with pytest.raises(Transient):
        pull(settings)
    assert mail.check(settings)[0].startswith("surat: ")


@contextmanager
def answering(*pieces: bytes, pause: float = 0.0) -> Iterator[int]:
    """Listen on a port and say these pieces to whoever comes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            line, _ = listener.accept()
            with line:
                for piece in pieces:
                    try:
                        line.sendall(piece)
                    except OSError:
                        return
                    time.sleep(pause)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n<html><body>Login</body></html>", Blocked),
        (b"<!DOCTYPE html><title>Masuk</title>\r\n", Blocked),
        (b"220 smtp.contoh.id ESMTP\r\n", SourceChanged),
        (b"* BYE too many connections\r\n", Transient),
        (b"", Transient),
    ],
)
def test_what_is_no_imap_server_is_never_an_empty_mailbox(box: Mailbox, answer: bytes, error: type[Exception]) -> None:
    with answering(answer) as port, pytest.raises(error):
        pull(settings_of(box, port=port))


def test_a_server_that_offers_no_starttls_gets_no_password(box: Mailbox) -> None:
    heard = b""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            nonlocal heard
            line, _ = listener.accept()
            with line, line.makefile("rwb", buffering=0) as file:
                file.write(b"* OK siap\r\n")
                while asked := file.readline():
                    heard += asked
                    file.write(b"* CAPABILITY IMAP4rev1\r\n" + asked.split()[0] + b" OK selesai\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(Blocked, match="STARTTLS"):
            pull(settings_of(box, security="starttls", port=listener.getsockname()[1]))
        thread.join()
    assert PASSWORD.encode() not in heard


def test_a_line_that_breaks_in_the_middle_is_taken_up_again(server: Dovecot, box: Mailbox) -> None:
    box.deliver([letter(number) for number in range(250)])
    reading = mail.pull(settings_of(box), mail.Cursor(), None, NO_LIMIT, clock)
    batches = [next(reading)]
    server.hang_up()
    batches += reading
    assert len(set(ids_of(batches))) == len(ids_of(batches)) == 250
    assert not any(batch.poison for batch in batches)


def test_a_server_that_dies_in_the_middle_ends_the_run_and_loses_nothing(server: Dovecot, box: Mailbox) -> None:
    box.deliver([letter(number) for number in range(250)])
    reading = mail.pull(settings_of(box), mail.Cursor(), None, NO_LIMIT, clock)
    first = next(reading)
    server.hang_up()
    server.stop()
    try:
        with pytest.raises(Transient):
            next(reading)
    finally:
        server.start()
    assert isinstance(first.cursor, mail.Cursor)
    assert len(set(ids_of([first, *pull(settings_of(box), first.cursor)]))) == 250


def test_a_server_that_drips_bytes_meets_the_deadline(box: Mailbox) -> None:
    start = time.monotonic()
    with answering(*[b"*"] * 20, pause=0.1) as port, pytest.raises(Transient, match="took longer"):
        pull(settings_of(box, port=port, seconds_per_command=0.5))
    assert time.monotonic() - start < 3


def test_idle_wakes_up_for_a_new_mail(box: Mailbox) -> None:
    box.deliver([letter(1)])
    settings = settings_of(box)
    cursor = last_cursor(pull(settings))
    assert not mail.wait(settings, 0.3, cursor)
    later = threading.Timer(0.5, box.append, [letter(2)])
    later.start()
    start = time.monotonic()
    assert mail.wait(settings, 20, cursor)
    assert time.monotonic() - start < 10
    later.join()
    assert mail.wait(settings, 20, cursor)  # it is there already


def test_waiting_ends_when_the_scheduler_stops_or_the_server_goes(server: Dovecot, box: Mailbox) -> None:
    stop = threading.Event()
    stop.set()
    assert not mail.wait(settings_of(box), 20, stop=stop)
    assert not mail.wait(settings_of(box, idle=False), 0.05)
    failure = threading.Timer(0.5, server.hang_up)
    failure.start()
    with pytest.raises(Transient):
        mail.wait(settings_of(box), 20)
    failure.join()


def test_a_restarted_server_gives_the_same_mails_under_the_same_cursor(server: Dovecot, box: Mailbox) -> None:
    box.deliver([letter(1)])
    cursor = last_cursor(pull(settings_of(box)))
    server.restart()
    assert pull(settings_of(box), cursor) == []
    box.append(letter(2))
    assert len(ids_of(pull(settings_of(box), cursor))) == 1


def test_nothing_is_ever_flagged_as_seen(box: Mailbox) -> None:
    box.deliver([letter(number) for number in range(5)])
    pull(settings_of(box))
    assert len(box.flags()) == 5
    assert not any(b"Seen" in flags or b"Flagged" in flags for flags in box.flags())


def test_the_last_mail_does_not_come_again_for_want_of_a_new_one(box: Mailbox) -> None:
    box.deliver([letter(1), letter(2)])
    settings = settings_of(box)
    cursor = last_cursor(pull(settings))
    assert pull(settings, cursor) == []
    box.append(letter(3))
    assert [mail.parse(item).author for item in items_of(pull(settings, cursor))] == ["warga3@contoh.id"]


def test_new_uids_yield_no_duplicates_and_no_old_mails(box: Mailbox) -> None:
    settings = settings_of(box)
    box.deliver([letter(number) for number in range(20)], at=NOW - timedelta(days=40))
    box.deliver([letter(number) for number in range(20, 30)], at=NOW - timedelta(hours=3))
    first = pull(settings)
    cursor = last_cursor(first)
    box.change_uidvalidity()
    box.deliver([letter(30)], at=NOW - timedelta(hours=1))
    again = pull(settings, cursor)
    assert last_cursor(again).uidvalidity != cursor.uidvalidity
    assert len(ids_of(again)) == 11
    assert len(set(ids_of(first) + ids_of(again))) == 31
    assert pull(settings, last_cursor(again)) == []


def test_new_uids_in_the_middle_of_a_first_reading_lose_nothing(box: Mailbox) -> None:
    settings = settings_of(box)
    box.deliver([letter(number) for number in range(100)], at=NOW - timedelta(hours=1))
    box.deliver([letter(number) for number in range(100, 150)], at=NOW - timedelta(days=400))
    first = next(mail.pull(settings, mail.Cursor(), None, NO_LIMIT, clock))
    assert isinstance(first.cursor, mail.Cursor)
    box.change_uidvalidity()
    again = pull(settings, first.cursor)
    assert len(set(ids_of([first, *again]))) == 150


def test_the_budget_ends_a_reading_and_the_cursor_goes_on_from_there(box: Mailbox) -> None:
    settings = settings_of(box)
    box.deliver([letter(number) for number in range(25)])
    seen: list[str] = []
    cursor, more = mail.Cursor(), True
    while more:
        batches = pull(settings, cursor, Budget(posts=10))
        assert len(ids_of(batches)) <= 10
        seen += ids_of(batches)
        cursor, more = last_cursor(batches), batches[-1].more
    assert len(seen) == len(set(seen)) == 25
    assert pull(settings, mail.Cursor(), Budget(posts=0)) == []


def test_a_window_is_read_by_arrival_and_leaves_the_cursor_alone(box: Mailbox) -> None:
    for number in range(6):
        box.deliver([letter(number)], at=NOW - timedelta(hours=number))
    window = Window(since=NOW - timedelta(hours=4), until=NOW - timedelta(hours=1))
    batches = list(mail.pull(settings_of(box), mail.Cursor(), window, NO_LIMIT, clock))
    assert {mail.parse(item).author for item in items_of(batches)} == {
        f"warga{number}@contoh.id" for number in (2, 3, 4)
    }
    assert all(batch.cursor is None for batch in batches)


@pytest.fixture(scope="session")
def full_box(server: Dovecot) -> Mailbox:
    box = server.mailbox("penuh")
    box.deliver(letter(number, "x" * 400_000 if number % 40 == 7 else "Banjir.") for number in range(320))
    return box


@given(st.lists(st.integers(0, 4), max_size=8))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_stopping_after_any_batch_and_going_on_loses_and_doubles_nothing(full_box: Mailbox, stops: list[int]) -> None:
    source = settings_of(full_box)
    cursor = mail.Cursor()
    seen: list[str] = []
    for stop in [*stops, 1000]:
        for batch in itertools.islice(mail.pull(source, cursor, None, NO_LIMIT, clock), stop):
            assert isinstance(batch.cursor, mail.Cursor)
            seen += ids_of([batch])
            cursor = batch.cursor
    assert len(seen) == len(set(seen)) == 320


def test_mails_that_vanish_between_search_and_fetch_are_passed_over(box: Mailbox) -> None:
    paths = box.deliver([letter(number) for number in range(150)])
    reading = mail.pull(settings_of(box), mail.Cursor(), None, NO_LIMIT, clock)
    batches = [next(reading)]
    for path in paths[120:130]:
        box.find(path).unlink()
    batches += reading
    assert len(ids_of(batches)) == 140
    assert not any(batch.poison for batch in batches)
    assert last_cursor(batches).uid == 150


def test_a_mail_that_the_server_cannot_give_does_not_stop_the_box(box: Mailbox) -> None:
    paths = box.deliver([letter(number) for number in range(30)])
    source = settings_of(box)
    with box.client() as client:  # the server knows the sizes from here on, and believes a wrong one
        client.select("INBOX", readonly=True)
        client.fetch("1:*", "(RFC822.SIZE)")
    box.find(paths[11]).write_bytes(letter(11, "panjang " * 3000))
    box.find(paths[17]).write_bytes(b"")
    box.find(paths[23]).rename(box.folder / "dulu")
    (box.folder / "cur" / paths[23].name).symlink_to("tidak-ada")
    batches = pull(source)
    poison = [bad for batch in batches for bad in batch.poison]
    got = {mail.parse(item).author for item in items_of(batches) if item.payload}
    assert {f"warga{number}@contoh.id" for number in range(30) if number not in {11, 17, 23}} <= got
    assert all("could not be fetched" in bad.reason for bad in poison)
    assert pull(source, last_cursor(batches)) == []


def test_a_mail_of_25_mb_costs_little_more_than_itself(box: Mailbox) -> None:
    attachment = b"QUJD" * 18 + b"\n"
    body = attachment * (25_000_000 // len(attachment))
    head = b"From: a@contoh.id\nSubject: Rekaman\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    part = b"--b\nContent-Type: video/mp4; name=banjir.mp4\nContent-Transfer-Encoding: base64\n\n"
    box.deliver([head + b"--b\nContent-Type: text/plain\n\nAda rekaman banjir.\n" + part + body + b"\n--b--\n"])
    box.deliver([letter(2)])
    del body
    tracemalloc.start()
    first, second = pull(settings_of(box))
    drafts = [mail.parse(item) for item in items_of([first, second])]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert drafts[0].text == "Rekaman\n\nAda rekaman banjir."
    assert len(first.items[0].payload) > 25_000_000
    assert peak < 90_000_000


def test_a_mail_over_the_limit_is_put_aside_with_its_beginning(box: Mailbox) -> None:
    huge = letter(1, "Terlalu besar.\n" + "x" * 70 + ("\n" + "x" * 70) * 510_000)
    box.deliver([huge, letter(2)])
    batches = pull(settings_of(box))
    (bad,) = [bad for batch in batches for bad in batch.poison]
    assert bad.reason == "The mail of 37 MB is larger than the limit of 35 MB."
    assert bad.item.payload.replace(b"\r\n", b"\n").startswith(huge[:1000])
    assert len(bad.item.payload) <= 256_000
    assert len(items_of(batches)) == 1


def test_five_thousand_mails_of_which_one_in_a_hundred_is_broken_are_all_read(box: Mailbox) -> None:
    broken = [
        lambda n: letter(n).replace(b"charset=utf-8", b"charset=x-tidak-ada"),
        lambda n: letter(n, "Ba\0njir di\0 Pluit"),
        lambda n: letter(n, date="Mon, 1 Jan 1900 00:00:00 +0700"),
        lambda n: (
            letter(n).partition(b"Content-Type")[0]
            + b"Content-Type: multipart/mixed; boundary=z\n\n--z\nContent-Type: text/plain\n\nTerpotong di Plu"
        ),
        lambda n: bytes(range(256)) * 20 + str(n).encode(),
    ]
    box.deliver(broken[n // 100 % 5](n) if n % 100 == 50 else letter(n) for n in range(5000))
    batches = pull(settings_of(box))
    items = items_of(batches)
    assert len({item.id for item in items}) == len(items) == 5000
    assert not any(batch.poison for batch in batches)
    assert all(len(batch.items) <= 100 for batch in batches)
    refused = 0
    for item in items:
        try:
            assert mail.parse(item).text
        except Poison:
            refused += 1
    assert refused == 10


def test_describe_says_what_the_channel_can_do() -> None:
    assert mail.describe().price == "free"
    assert not mail.describe().sees_edits
