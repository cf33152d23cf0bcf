# ruff: noqa: F401, F811  pytest hands the imported fixture `site` in by its name
from pathlib import Path

from babel.messages.extract import extract_from_dir
from web_city import UNITS, save_report
from web_site import NOW, Running, before, site

import dengar.web
from dengar.store import Store
from dengar.web.language import languages, read_catalogue

WEB = Path(dengar.web.__file__).parent
PLACES = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": None, "say_many": (1, 2)}


def test_every_message_is_translated_and_none_is_left_over() -> None:
    options = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
    said = extract_from_dir(WEB, PLACES, keywords=KEYWORDS, options_map=options)
    wanted = {row[2] for row in said}
    catalogue = {message.id: message.string for message in read_catalogue("en") if message.id}
    assert len(wanted) > 100
    assert wanted == set(catalogue)
    empty = [key for key, told in catalogue.items() if not (all(told) if isinstance(told, tuple) else told)]
    assert not empty


def test_every_page_speaks_english_to_who_wants_it(store: Store, site: Running) -> None:
    store.units.save(UNITS)
    save_report(store, state="proses", texts=("Banjir!", "banjir bos"))
    for path in ("/", "/lapor", "/cek", "/status", "/nope", "/laporan/DKI-0000-000000", "/laporan/DKI-2611-000100"):
        page = site.get(path, language="en-GB,en;q=0.9,id;q=0.3").text
        assert '<html lang="en">' in page
        for indonesian in ("Cek nomor", "Laporan ", " suara", "yang lalu", "Perlu", "Nomor", "Diteruskan"):
            assert indonesian not in page, (path, indonesian)


def test_the_reader_can_change_the_language_and_stays_on_the_page(site: Running) -> None:
    with site.client() as client:
        page = client.get("/?kategori=banjir&kel=31.74.01.1002")
        assert 'href="/?kategori=banjir&amp;kel=31.74.01.1002&amp;bahasa=en"' in page.text
        english = client.get("/?kategori=banjir&bahasa=en")
        assert "Newest reports" in english.text
        assert "samesite=lax" in english.headers["set-cookie"].lower()
        client.cookies.set("bahasa", "en")
        assert "Newest reports" in client.get("/").text


def test_the_browsers_wish_is_followed_and_indonesian_is_the_default(site: Running) -> None:
    wishes = {"": "id", "de": "id", "en": "en", "de,en;q=0.5": "en", "id,en": "id", "en;q=x": "id", "*": "id"}
    for header, code in wishes.items():
        assert f'<html lang="{code}">' in site.get("/lapor", language=header).text, header


def test_numbers_and_times_are_written_as_each_language_writes_them() -> None:
    indonesian, english = languages()["id"], languages()["en"]
    assert indonesian.number(1_000_000) == "1.000.000"
    assert english.number(1_000_000) == "1,000,000"
    assert indonesian.moment(NOW) == "21 Nov 2026 16.00 WIB"
    assert english.moment(NOW) == "21 Nov 2026, 16:00 WIB"
    assert indonesian.ago(before(minutes=12), NOW) == "12 menit yang lalu"
    assert english.ago(before(hours=-3), NOW) == "in 3 hours"
    assert indonesian.ago(before(seconds=20), NOW) == "baru saja"
    assert indonesian.ago(before(seconds=-20), NOW) == "sebentar lagi"
