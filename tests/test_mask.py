import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengar.mask import hide_credentials, mask

PERSONAL = [
    ("NIK saya 3174051208900001 ya", "NIK saya [NIK] ya"),
    ("KK 3174 0512 0890 0001", "KK [NIK]"),
    ("3174-0512-0890-0001", "[NIK]"),
    ("3174.0512.0890.0001", "[NIK]"),
    ("hub 081234567890", "hub [telepon]"),
    ("WA +62 812-3456-7890.", "WA [telepon]."),
    ("62812 3456 7890", "[telepon]"),
    ("0812xxxxxx12", "[telepon]"),
    ("kantor (021) 5551234", "kantor [telepon]"),
    ("kantor 021-5551234", "kantor [telepon]"),
    ("wa.me di https://wa.me/6281234567890", "wa.me di [telepon]"),
    ("mobil B 1234 XYZ ngebut", "mobil [plat] ngebut"),
    ("mobil B1234XYZ ngebut", "mobil [plat] ngebut"),
    ("motor b 6789 abc", "motor [plat]"),
    ("tulis ke siti.aminah+rt@warga.example.id.", "tulis ke [email]."),
    ("transfer BCA 1234567890 a.n. Siti", "transfer BCA [rekening] a.n. Siti"),
    ("rek. 123-456-7890", "rek. [rekening]"),
    ("rekening Bank DKI: 12345678901", "rekening Bank DKI: [rekening]"),
    ("nomor pelanggan 512345678901", "nomor pelanggan [nomor]"),
    ("WA +62 (812) 3456 7890", "WA [telepon]"),
    ("WA 0812\u00a03456\u00a07890", "WA [telepon]"),
    ("WA 0812\u20133456\u20137890", "WA [telepon]"),
    ("kantor +62 21 555 1234", "kantor [telepon]"),
    ("NIK 317401.120890.0001", "NIK [NIK]"),
    ("NIK 31.74.01.120890.0001", "NIK [NIK]"),
    ("mobil B 1234 xyz", "mobil [plat]"),
    ("mobil B.1234.XYZ", "mobil [plat]"),
    ("https://x.id/?e=siti@contoh.id&hp=081234567890#a", "https://x.id/?e=[email]&hp=[telepon]#a"),
]


@pytest.mark.parametrize(("text", "masked"), PERSONAL)
def test_personal_data_is_replaced_by_its_kind(text: str, masked: str) -> None:
    assert mask(text) == masked


HARMLESS = [
    "Jl. Dr. Satrio No. 12 RT 003/RW 05",
    "RT 5 RW 10 Kel. Menteng 10310",
    "sejak 20 November 2026 pukul 07.30",
    "banjir 150 cm di KM 12+500",
    "https://x.id/status/1234567890123456",
    "koordinat -6.2087634, 106.8456321",
    "harga Rp 1.500.000.000",
    "laporan JK2503050007 dan DKI-2611-004217",
    "telepon 112 atau 1500669",
    "bus 6A dan 1F, tol B 12",
    "kode 31.74.02.1001, 20.11.2026 07.30.15",
    "https://x.id/2026/11/20/banjir-08-jam?id=20261120083015",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_that_are_nobodys_stay(text: str) -> None:
    assert mask(text) == text


NIK = st.from_regex(r"[0-9]{16}", fullmatch=True)
PHONE = st.from_regex(r"(08|\+628|628)[0-9]{8,10}", fullmatch=True)
WORDS = st.text(st.characters(categories=["L", "Zs", "P"], max_codepoint=0x2000), max_size=20)


@given(WORDS, NIK | PHONE, WORDS)
def test_no_identity_number_or_phone_outlives_masking(before: str, secret: str, after: str) -> None:
    masked = mask(f"{before} {secret} {after}")
    assert secret.removeprefix("+") not in masked


@given(st.text() | st.text("0123456789 .-+xB@a:/()"))
def test_masking_twice_is_masking_once_and_keeps_what_is_around(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize("piece", ["0 ", "a.", "a@", "1-", "08", "B 1", "rek ", "http://", "(021) ", "x" * 7, "12.3"])
def test_crafted_text_takes_linear_time(piece: str) -> None:
    def seconds(repeat: int) -> float:
        start = time.perf_counter()
        mask(piece * repeat)
        return time.perf_counter() - start

    seconds(100)
    assert seconds(20_000) < 2


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("https://siti:rahasia@x.id/a cannot be reached: timed out.", "https://…@x.id/a cannot be reached: timed out."),
        ("https://x.id/a?key=abc&n=1 answers 500.", "https://x.id/a?… answers 500."),
        ("See https://x.id/a?key=abc.", "See https://x.id/a?…."),
        (
            "https://api.telegram.org/bot123456789:AAEabcdefghijklmnopqrstuvwxyz0123456/x",
            "https://api.telegram.org/bot…/x",
        ),
        ("imap://siti@x.id: no route; is it up?", "imap://…@x.id: no route; is it up?"),
    ],
)
def test_an_error_names_an_address_without_what_opens_it(said: str, told: str) -> None:
    assert hide_credentials(said) == told
