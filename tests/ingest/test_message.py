import base64
import io
import struct
import time
import zlib
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from dengar.errors import Poison
from dengar.ingest.formats import charset, exif, html, message, quotes
from dengar.ingest.formats.row import LONGEST_TEXT
from dengar.models import Draft, Item

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ARRIVAL = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
WIB = timezone(timedelta(hours=7))


def item_of(raw: bytes) -> Item:
    return Item(
        channel="email",
        account="aduan@kota.id",
        native_id="1",
        collector="mail",
        source="surat",
        payload=raw,
        media_type="message/rfc822",
        observed_at=NOW,
        claimed_at=ARRIVAL,
    )


def read(raw: bytes) -> Draft:
    return message.read(item_of(raw))


def letter(fields: str, body: bytes = b"Banjir di Pluit.") -> bytes:
    return b"From: Budi <Budi@Contoh.ID>\r\n" + fields.encode().replace(b"\n", b"\r\n") + b"\r\n\r\n" + body


def photo(*, gps: dict[int, object] | None = None, size: tuple[int, int] = (120, 80), kind: str = "JPEG") -> bytes:
    image = Image.effect_noise(size, 40).convert("RGB")
    tags = image.getexif()
    tags[0x112] = 6
    tags.get_ifd(0x8769).update({0x9003: "2026:11:20 07:12:00"})
    tags.get_ifd(0x8825).update(gps or {})
    out = io.BytesIO()
    image.save(out, kind, exif=tags)
    return out.getvalue()


PLUIT: dict[int, object] = {1: "S", 2: (6.0, 7.0, 30.0), 3: "E", 4: (106.0, 47.0, 24.0)}


# identity


def test_the_same_mail_on_two_routes_is_one_and_two_mails_with_one_id_are_two() -> None:
    one = letter("Message-ID: <1@alat>\nDate: Fri, 20 Nov 2026 07:12:00 +0700")
    routed = b"Received: from a by b\r\nDelivered-To: x@y\r\n" + one + b"\r\n"
    with_bare_newlines = routed.replace(b"\r\n", b"\n")
    other = one.replace(b"Pluit", b"Penjaringan")
    assert message.identity(one) == message.identity(routed) == message.identity(with_bare_newlines)
    assert message.identity(one) != message.identity(other)
    assert message.identity(one).startswith("1@alat#")


def test_a_mail_without_message_id_has_a_stable_name_of_its_own() -> None:
    one, two = letter("Subject: satu"), letter("Subject: dua")
    assert message.identity(one) == message.identity(b"Received: x\r\n" + one) != message.identity(two)
    assert message.identity(b"") == message.identity(b"\r\n")


# what is read


def test_subject_author_time_and_answered_mail_are_read() -> None:
    draft = read(
        letter(
            "Subject: =?utf-8?B?UmU6IEphbGFuIHJ1c2Fr?= =?utf-8?Q?_di_Pluit?=\nDate: Fri, 20 Nov 2026 07:12:00 +0700\n"
            "In-Reply-To: <aduan-7@kota.id>\nReferences: <0@kota.id> <aduan-7@kota.id>"
        )
    )
    assert draft.text == "Jalan rusak di Pluit\n\nBanjir di Pluit."
    assert draft.author == "budi@contoh.id"
    assert draft.created_at == datetime(2026, 11, 20, 7, 12, tzinfo=WIB)
    assert draft.reply_to == "aduan-7@kota.id"
    assert draft.flags == ()


@pytest.mark.parametrize(
    ("zone", "hours"), [("WIB", 7), ("WITA", 8), ("WIT", 9), ("", 7), ("-0000", 0), ("GMT", 0), ("+0530 (IST)", 5.5)]
)
def test_a_zone_may_be_written_in_letters(zone: str, hours: float) -> None:
    written = read(letter(f"Date: Thu, 19 Nov 2026 10:00:00 {zone}")).created_at
    assert written == datetime(2026, 11, 19, 10, tzinfo=timezone(timedelta(hours=hours)))


@pytest.mark.parametrize(
    "date",
    ["2026-11-19 10:00:00 +0700", "2026-11-19T03:00:00Z", "Kamis, 19 Nopember 2026 10:00 WIB", "19 Nov 2026 10.00"],
)
def test_a_date_may_be_written_in_other_ways(date: str) -> None:
    assert read(letter(f"Date: {date}")).created_at == datetime(2026, 11, 19, 3, tzinfo=UTC)


@pytest.mark.parametrize("before", [b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b" \n", b"Retu\xfen-Path <>\n"])
def test_a_mail_may_begin_with_a_blank_or_broken_line_or_a_byte_order_mark(before: bytes) -> None:
    mail = letter("Subject: Lampu mati")
    draft = read(before + mail)
    assert draft.text == read(mail).text
    assert draft.author == "budi@contoh.id"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_head_without_end_hides_no_body(newline: str) -> None:
    mail = letter("Subject: Lampu mati\nX-Spam: " + "a" * 300_000 + "\nX-Last: b").replace(b"\r\n", newline.encode())
    assert read(mail).text == "Lampu mati\n\nBanjir di Pluit."


@pytest.mark.parametrize("date", ["Mon, 1 Jan 1900 00:00:00 +0000", "Fri, 20 Nov 2099 00:00:00 +0000", "kemarin", ""])
def test_an_impossible_date_gives_way_to_the_time_of_arrival(date: str) -> None:
    assert read(letter(f"Date: {date}")).created_at == ARRIVAL


@pytest.mark.parametrize(
    ("fields", "flags"),
    [
        ("Auto-Submitted: auto-replied", ("auto_reply",)),
        ("Auto-Submitted: no", ()),
        ("X-Autoreply: yes", ("auto_reply",)),
        ("Precedence: bulk", ("bulk",)),
        ("List-Unsubscribe: <mailto:x@y.id>", ("bulk",)),
        ("Return-Path: <>", ("auto_reply",)),
    ],
)
def test_automatic_mails_are_flagged(fields: str, flags: tuple[str, ...]) -> None:
    assert read(letter(fields)).flags == flags


@pytest.mark.parametrize(
    ("declared", "body", "text"),
    [
        ("x-tidak-ada", "Jalan “rusak”".encode(), "Jalan “rusak”"),
        ("utf-8", "Jalan “rusak” café".encode("cp1252"), "Jalan “rusak” café"),
        ("iso-8859-1", "Jalan “rusak”".encode(), "Jalan “rusak”"),
        ("us-ascii", "café".encode("cp1252"), "café"),
        ("utf-16", b"Jalan rusak", "Jalan rusak"),
        ("base64", b"Jalan rusak", "Jalan rusak"),
        ("punycode", b"Jalan rusak", "Jalan rusak"),
        ("gb2312", "路灯".encode("gb2312"), "路灯"),
        ("utf-8", "Jalan “rusak” sekali sekali sekali sekali sekali”".encode()[:-1], None),
    ],
)
def test_no_charset_stops_a_mail(declared: str, body: bytes, text: str | None) -> None:
    draft = read(letter(f"Content-Type: text/plain; charset={declared}", body))
    assert draft.text == text if text else draft.text.startswith("Jalan “rusak” sekali")


def test_nul_and_control_characters_are_dropped() -> None:
    assert read(letter("Subject: Ban\x07jir", b"Ba\0nj\x1bir\r\n\ttinggi\x0b")).text == "Banjir\n\ttinggi"


def test_the_plain_text_wins_and_html_stands_in_for_it() -> None:
    both = EmailMessage()
    both["From"] = "budi@contoh.id"
    both.set_content("Lampu mati.")
    both.add_alternative("<p>Lampu <b>mati</b> lama.</p>", subtype="html")
    assert read(both.as_bytes()).text == "Lampu mati."
    only = EmailMessage()
    only["From"] = "budi@contoh.id"
    only.set_content("<style>p{}</style><p>Lampu&nbsp;<b>mati</b><br>di Pluit</p>", subtype="html")
    assert read(only.as_bytes()).text == "Lampu mati\ndi Pluit"


def test_a_cut_mail_gives_what_there_is() -> None:
    whole = EmailMessage()
    whole["From"] = "budi@contoh.id"
    whole["Subject"] = "Pohon tumbang"
    whole.set_content("Pohon tumbang di depan pasar, menutup jalan.", cte="base64")
    whole.add_attachment(photo(gps=PLUIT, size=(600, 400)), maintype="image", subtype="jpeg", filename="pohon.jpg")
    raw = whole.as_bytes()
    draft = read(raw[: len(raw) * 2 // 3])
    assert "di depan pasar" in draft.text
    assert draft.geotag is not None
    assert exif.clean(draft.photos[0]).media_type == "image/jpeg"
    middle = raw.find(b"base64") + 45
    assert read(raw[:middle]).text == "Pohon tumbang di depan pasa"


def test_a_boundary_that_never_comes_shows_the_text() -> None:
    assert read(letter("Content-Type: multipart/mixed; boundary=tidak-ada")).text == "Banjir di Pluit."
    assert read(letter("Content-Type: multipart/mixed")).text == "Banjir di Pluit."


def test_a_mail_forwarded_as_an_attachment_is_read() -> None:
    inner = letter("Subject: asli")
    outer = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
    assert read(b"From: a@b.id\r\nSubject: Fwd: asli\r\n" + outer + inner + b"\r\n--b--").text == (
        "asli\n\nBanjir di Pluit."
    )


@pytest.mark.parametrize(
    "raw", [b"", b"\0\1\2" * 50, b"catatan: bukan surat", b"From: a@b.id\r\n\r\n \0 \r\n", b"From: a@b.id\r\n\r\n"]
)
def test_what_has_nothing_readable_is_poison_with_a_reason(raw: bytes) -> None:
    with pytest.raises(Poison, match=r"\.$"):
        read(raw)


def test_a_long_text_is_cut() -> None:
    assert len(read(letter("", b"banjir " * 10_000)).text) <= LONGEST_TEXT


# photos


def with_photos(*photos: bytes) -> bytes:
    mail = EmailMessage()
    mail["From"] = "budi@contoh.id"
    mail.set_content("Lihat foto.")
    for number, data in enumerate(photos):
        mail.add_attachment(data, maintype="image", subtype="jpeg", filename=f"foto{number}.jpg")
    return mail.as_bytes()


def test_a_photo_tells_where_and_when() -> None:
    draft = read(with_photos(photo(), photo(gps=PLUIT)))
    assert draft.geotag is not None
    assert (draft.geotag.lat, draft.geotag.lon) == (-6.125, 106.79)
    assert draft.photos[1].taken_at == datetime(2026, 11, 20, 7, 12, tzinfo=WIB)
    assert draft.photos[0].name == "foto0.jpg"


@pytest.mark.parametrize(
    "gps",
    [
        {1: "S", 2: (IFDRational(0, 0), 0.0, 0.0), 3: "E", 4: (106.0, 0.0, 0.0)},
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {1: "S", 2: (96.0, 0.0, 0.0), 3: "E", 4: (106.0, 0.0, 0.0)},
        {1: "X", 2: (6.0, 0.0, 0.0), 3: "E", 4: (106.0, 0.0, 0.0)},
        {2: (6.0, 0.0, 0.0)},
    ],
)
def test_a_place_that_cannot_be_is_no_place(gps: dict[int, object]) -> None:
    draft = read(with_photos(photo(gps=gps)))
    assert draft.geotag is None
    assert len(draft.photos) == 1


def test_six_photos_and_broken_ones_are_left_out_and_said() -> None:
    draft = read(with_photos(b"bukan foto", *[photo()] * 6))
    assert len(draft.photos) == 5
    assert draft.flags == ("photo_left_out",)


def test_a_bomb_a_giant_and_a_text_are_no_photos() -> None:
    head = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n\0\0\0\r" + head + struct.pack(">I", zlib.crc32(head)) + b"\0\0\0\0IDAT\x35\xaf\x06\x1e"
    for data in (bomb, b"x" * 10_000_001, b"<html>", b""):
        with pytest.raises(Poison):
            exif.read_photo(data, "image/png", "foto.png")
    less = b"IHDR" + struct.pack(">IIBBBBB", 9_000, 9_000, 8, 2, 0, 0, 0)
    smaller = bomb.replace(head + struct.pack(">I", zlib.crc32(head)), less + struct.pack(">I", zlib.crc32(less)))
    with pytest.raises(Poison, match="9000 x 9000"):
        exif.read_photo(smaller, "image/png", "foto.png")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_cleaned_photo_is_small_upright_and_tells_nothing(kind: str) -> None:
    raw = exif.read_photo(photo(gps=PLUIT, size=(2000, 1000), kind=kind), "application/octet-stream", "foto")
    cleaned = exif.clean(raw)
    image = Image.open(io.BytesIO(cleaned.data))
    assert image.size == (800, 1600)
    assert not dict(image.getexif())
    assert b"Exif" not in cleaned.data
    assert cleaned.geotag == raw.geotag is not None


# quoted replies


@pytest.mark.parametrize(
    "quoted",
    [
        "Pada Jum, 20 Nov 2026 pukul 07.12 Budi Santoso <budi@contoh.id> menulis:\n\n> Terima kasih\n> Anda",
        "Pada Jum, 20 Nov 2026 pukul 07.12 Budi Santoso\n<budi@contoh.id>\nmenulis:\n> Terima kasih",
        "Pada tanggal Jumat, 20 November 2026 07.12 Petugas <a@kota.id> menulis:\n\nTerima kasih atas laporan Anda",
        "On Fri, Nov 20, 2026 at 7:12 AM Petugas <a@kota.id> wrote:\n\n> Thank you",
        "-----Pesan Asli-----\nDari: Petugas\nTerima kasih",
        "-----Original Message-----\nFrom: a@kota.id\nThank you",
        "Dari: Petugas <a@kota.id>\nDikirim: Jumat, 20 November 2026\nKepada: Budi\nPerihal: RE: Lampu\n\nBaik",
        "________________________________\nFrom: Petugas <a@kota.id>\nSent: Friday\nTo: Budi\nSubject: Lampu\n\nThanks",
        "2026-11-20 7:12 GMT+07:00 Petugas <a@kota.id>:\n\n> Terima kasih",
        "> Terima kasih\n> atas laporan",
        "--\nBudi Santoso\nRT 03/05",
        "-- \nBudi\n\nPada Jum, 20 Nov 2026 pukul 07.12 Petugas <a@kota.id> menulis:\n> Terima kasih",
        "Dikirim dari iPhone saya",
        "Dikirim dari ponsel cerdas Samsung Galaxy saya.\n\n> Terima kasih\n> ya",
        "Sent from my iPhone",
        "Dapatkan Outlook untuk Android",
    ],
)
def test_only_the_authors_words_remain(quoted: str) -> None:
    own = "Lampunya masih mati, Pak.\n\nTerima kasih,\nBudi"
    assert quotes.own_text(f"{own}\n\n{quoted}\n") == own


@pytest.mark.parametrize(
    "quoted",
    [
        "<div>Pada Jum, 20 Nov 2026 Petugas &lt;<a>a@kota.id</a>&gt; menulis:<br></div><p>Ya</p>",
        "<hr><p><b>Dari:</b> Petugas<br><b>Dikirim:</b> Jumat<br><b>Ke:</b> Budi<br><b>Perihal:</b> RE</p><p>Baik</p>",
        "<div>Dikirim dari Yahoo Mail di Android</div>",
    ],
)
def test_only_the_authors_words_remain_of_html(quoted: str) -> None:
    page = f"<div>Lampunya masih mati.</div><br>{quoted}"
    assert read(letter("Content-Type: text/html", page.encode())).text == "Lampunya masih mati."


def test_an_answer_below_the_quote_remains() -> None:
    text = "Pada Jum, 20 Nov 2026 pukul 07.12 Petugas <a@kota.id> menulis:\n> Di mana lokasinya?\n\nDi Jl. Kramat."
    assert quotes.own_text(text) == "Di Jl. Kramat."


def test_a_forwarded_complaint_remains_without_its_head() -> None:
    text = (
        "Mohon ditindaklanjuti.\n\n---------- Pesan terusan ---------\nDari: Ani <ani@contoh.id>\n"
        "Date: Jum, 20 Nov 2026\nSubject: Got mampet\nTo: <rt@contoh.id>\n\nGot di RT 03 mampet."
    )
    assert quotes.own_text(text) == "Mohon ditindaklanjuti.\n\nGot di RT 03 mampet."


@pytest.mark.parametrize(
    "text",
    [
        "Dari: Warga RT 05\nKepada: Lurah Pluit\nPerihal: Jalan rusak\nTanggal: 20 November 2026\n\nDengan hormat.",
        "Yth. Lurah\nDari: Warga RT 05\nKepada: Lurah Pluit\nPerihal: Jalan rusak\n\nDengan hormat.",
        "Lampu mati sudah\n> 3 minggu",
        "Pada hari Jumat air naik.\nKami sudah lapor.\nRT menulis: tidak ada tanggapan",
        "Dikirim dari lokasi kejadian, RT 05.",
        "Pesan diteruskan ke kelurahan, tidak ada jawaban.",
        "Ada tiga hal:\n--\n" + "\n".join(f"Hal {number} penting" for number in range(20)),
    ],
)
def test_a_letter_that_only_looks_quoted_stays_whole(text: str) -> None:
    assert quotes.own_text(text) == text.replace("\n--\n", "\n")


def test_a_mail_that_only_quotes_is_given_back() -> None:
    assert quotes.own_text("> Banjir di Pluit\n> sejak pagi") == "Banjir di Pluit\nsejak pagi"


# HTML


def test_html_reads_as_a_browser_shows_it() -> None:
    page = (
        "<html><head><title>x</title><script>1</script></head><body><h1>Judul</h1><p>Satu &amp; <i>dua</i></p>"
        "<ul><li>a<li>b</ul><div style='display: none'>sembunyi</div><table><tr><td>1<td>2</table><!-- c --></body>"
    )
    assert html.to_text(page) == "Judul\n\nSatu & dua\n\n- a\n- b\n\n1 2"


# crafted input

CRAFTED = {
    "quote marks": b"\r\n" + b">" * 1_000_000,
    "quoted lines": b"\r\n" + b"> \n" * 300_000,
    "blank lines": b"\r\n--" + b"\n" * 1_000_000,
    "attributions": b"\r\n" + b"Pada\n" * 200_000,
    "heads": b"\r\n" + b"Dari: a@b\nDikirim: x\n" * 50_000,
    "rules": b"\r\n" + b"_" * 1_000_000,
    "div nests": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 200_000,
    "open fonts": b"Content-Type: text/html\r\n\r\n"
    + b"".join(b"<font color=%d>" % n for n in range(400))
    + b"<p>x" * 200_000,
    "attributes": b"Content-Type: text/html\r\n\r\n<div " + b" ".join(b"a%d=1" % n for n in range(120_000)) + b">",
    "brackets": b"Content-Type: text/html\r\n\r\n" + b"<" * 1_000_000,
    "a huge entity": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 50_000 + b"&#" + b"9" * 5000 + b";",
    "nested parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(20_000)
    ),
    "many parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000,
    "nested mails": b"Content-Type: message/rfc822\r\n\r\n" * 30_000,
    "fields": b"X: y\r\n" * 150_000,
    "a long field": b"Subject: " + b"=?utf-8?q?" * 100_000 + b"\r\n\r\n",
    "comments": b"Reply-To: " + b"(" * 1_000_000 + b"\r\n\r\n",
    "parameters": b"Content-Type: text/plain; " + b'a="b;' * 200_000 + b"\r\n\r\nx",
}


@pytest.mark.parametrize("name", CRAFTED)
def test_a_megabyte_of_crafted_input_takes_no_time(name: str) -> None:
    raw = b"From: a@contoh.id\r\nSubject: x\r\n" + CRAFTED[name]
    start = time.process_time()
    with suppress(Poison):
        read(raw)
    message.identity(raw)
    assert time.process_time() - start < 2


# anything

LINES = b"""From: a@contoh.id
Subject: =?utf-16?b?/w==?=
Date: Fri, 32 Nov 0000 99:99 +9999
Date: 1 Jan 0001 00:00:00 +2359
Content-Type: multipart/mixed; boundary=b
Content-Type: multipart/alternative; boundary="b"
Content-Type: text/html; charset=utf-7
Content-Type: text/plain; charset=zip
Content-Type: image/jpeg
Content-Type: message/rfc822
Content-Transfer-Encoding: base64
Content-Transfer-Encoding: quoted-printable
Content-Disposition: attachment; filename*=x''%ff
Pada 1 <a@b> menulis:
> x
--
--b
--b--
"""
PIECES = st.sampled_from(
    [
        *LINES.splitlines(keepends=True),
        *(b"\0", b"\xff\xfe", b"+2AA-", b"=D8=00", b"<p>&#xD800;", b"\n", b"GIF89a", b"\xff\xd8\xff"),
        b'Content-Type: text/plain; charset="a\0b"\r\n',
        photo(gps=PLUIT, size=(8, 8))[:400],
        base64.b64encode(b"Banjir di mana-mana"),
    ]
)


@given(
    st.one_of(st.binary(max_size=300), st.lists(st.one_of(PIECES, st.binary(max_size=12)), max_size=25).map(b"".join))
)
@settings(max_examples=1500, deadline=None)
def test_reading_any_bytes_gives_a_draft_or_poison(raw: bytes) -> None:
    assert message.identity(raw) == message.identity(raw)
    try:
        draft = read(raw)
    except Poison:
        return
    assert draft.text or draft.photos
    draft.text.encode()
    assert "\0" not in draft.text
    assert draft.created_at.tzinfo


@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_bytes_decode_under_any_charset(data: bytes, declared: str) -> None:
    charset.readable(charset.decode(data, declared)).encode()


@given(st.text(max_size=300))
def test_any_html_and_any_text_is_read(text: str) -> None:
    html.to_text(text).encode("utf-8", "surrogatepass")
    quotes.own_text(text)
