"""What residents are told in a dialogue: short sentences, as a kelurahan would write them.

Those for SMS are of letters that GSM knows; with a number and a link each answer fits into one message of 160.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Literal

from dengar.ingest.formats.shortmessage import count_gsm
from dengar.models import Record

Language = Literal["id", "en"]
News = Literal["done", "rejected", "question", "reopened"]

LONGEST_SMS = 160
# What can be missing, the most needed first; one thing is asked for at a time.
ORDER = ("text", "place", "photo")
# What a unit says is told at length where people talk with us alone; X takes 280 letters, and an SMS 160.
LONGEST_SAID, LONGEST_SAID_IN_SHORT = 600, 110


class Words(Record, frozen=True, kw_only=True):
    """The sentences of one language; `{number}`, `{link}` and what the unit `{said}` are filled in.

    `questions` are by what is missing, `news` by what happened, with the words of the unit and without.
    """

    greeting: str
    received: str
    questions: Mapping[str, str]
    complete: str
    news: Mapping[News, tuple[str, str]]
    link: str


WORDS: dict[Language, Words] = {
    "id": Words(
        greeting=(
            "Selamat datang di layanan pengaduan warga. Tulis masalah dan tempatnya dalam satu pesan, lalu kirim foto"
            " bila ada. Contoh: Lampu jalan mati di Jl. Bangka Raya, Kelurahan Pela Mampang."
        ),
        received="Terima kasih, laporan Anda kami terima dengan nomor {number}.",
        questions={
            "text": "Mohon tuliskan masalahnya. Pesan suara, video dan berkas belum dapat kami baca.",
            "place": "Di mana tepatnya? Kirim lokasi, atau tulis nama jalan dan kelurahannya.",
            "photo": "Bila ada, mohon kirim satu foto keadaannya.",
        },
        complete="Terima kasih, laporan {number} sudah lengkap dan kami teruskan ke unit yang menangani.",
        news={
            "done": (
                "Laporan {number} dinyatakan selesai: {said} Bila masalahnya masih ada, mohon balas pesan ini.",
                "Laporan {number} dinyatakan selesai. Bila masalahnya masih ada, mohon balas pesan ini.",
            ),
            "rejected": (
                "Mohon maaf, laporan {number} tidak dapat kami tindak lanjuti: {said}",
                "Mohon maaf, laporan {number} tidak dapat kami tindak lanjuti.",
            ),
            "question": (
                "Untuk laporan {number} petugas bertanya: {said} Mohon balas pesan ini.",
                "Untuk laporan {number} petugas perlu keterangan. Mohon balas pesan ini.",
            ),
            "reopened": (
                "Laporan {number} dibuka lagi dan ditangani kembali: {said}",
                "Laporan {number} dibuka lagi dan ditangani kembali.",
            ),
        },
        link="Pantau di {link}",
    ),
    "en": Words(
        greeting=(
            "Welcome to the city's complaints desk. Write in one message what is wrong and where, then send a photo if"
            " you have one. Example: Street light out on Jl. Bangka Raya, Kelurahan Pela Mampang."
        ),
        received="Thank you, we have received your report under the number {number}.",
        questions={
            "text": "Please write what is wrong. We cannot read voice messages, videos and files yet.",
            "place": "Where exactly is it? Send your location, or write the street and the kelurahan.",
            "photo": "If you can, please send one photo of it.",
        },
        complete="Thank you, report {number} is complete. We have passed it on to the unit in charge.",
        news={
            "done": (
                "Report {number} has been marked as solved: {said} If it is not, please answer this message.",
                "Report {number} has been marked as solved. If the problem is still there, please answer this message.",
            ),
            "rejected": (
                "We are sorry: nothing can be done about report {number}. {said}",
                "We are sorry: nothing can be done about report {number}.",
            ),
            "question": (
                "About report {number} the unit asks: {said} Please answer this message.",
                "About report {number} the unit needs to know more. Please answer this message.",
            ),
            "reopened": (
                "Report {number} is open again and being dealt with: {said}",
                "Report {number} is open again and being dealt with.",
            ),
        },
        link="Follow it at {link}",
    ),
}
SMS_WORDS: dict[Language, Words] = {
    "id": Words(
        greeting="Tulis masalah dan tempatnya dalam satu SMS. Contoh: Lampu mati di Jl. Bangka Raya, Pela Mampang.",
        received="Terima kasih, laporan Anda diterima. Nomor {number}.",
        questions={
            "text": "Mohon balas dengan tulisan.",
            "place": "Di mana? Balas: nama jalan dan kelurahan.",
            "photo": "",
        },
        complete="Terima kasih, laporan {number} lengkap dan diteruskan.",
        news={
            "done": (
                "Laporan {number} selesai: {said} Masih ada masalah? Balas SMS ini.",
                "Laporan {number} selesai. Masih ada masalah? Balas SMS ini.",
            ),
            "rejected": ("Laporan {number} tidak dapat ditangani: {said}", "Laporan {number} tidak dapat ditangani."),
            "question": ("Laporan {number}: {said} Balas SMS ini.", "Laporan {number}: mohon keterangan. Balas SMS."),
            "reopened": ("Laporan {number} dibuka lagi: {said}", "Laporan {number} dibuka lagi."),
        },
        link="{link}",
    ),
    "en": Words(
        greeting="Write what is wrong and where in one SMS. Example: Light out on Jl. Bangka Raya, Pela Mampang.",
        received="Thank you, report received. Number {number}.",
        questions={
            "text": "Please answer in writing.",
            "place": "Where? Answer: street and kelurahan.",
            "photo": "",
        },
        complete="Thank you, report {number} is complete and passed on.",
        news={
            "done": (
                "Report {number} is solved: {said} If it is not, answer this SMS.",
                "Report {number} is solved. If it is not, answer this SMS.",
            ),
            "rejected": ("Report {number} cannot be dealt with: {said}", "Report {number} cannot be dealt with."),
            "question": ("Report {number}: {said} Answer this SMS.", "Report {number}: we need to know more. Answer."),
            "reopened": ("Report {number} is open again: {said}", "Report {number} is open again."),
        },
        link="{link}",
    ),
}


def ask(
    missing: AbstractSet[str] | None, number: str, *, link: str = "", language: Language = "id", is_sms: bool = False
) -> str:
    """Say that a report was received and ask for what it needs most; when nothing is missing, that it is passed on.

    `missing` are of `text`, `place` and `photo`, None when nothing is asked and nothing can be promised; `link` is the
    address at which the report can be followed.
    """
    words = _words(language, is_sms=is_sms)
    wanted = next((one for one in ORDER if one in (missing or ())), None)
    said = words.complete if missing is not None and wanted is None else words.received
    question = words.questions[wanted] if wanted else ""
    return _join(words, (said, question), number, link, is_sms=is_sms)


def tell_news(
    news: News,
    number: str,
    said: str = "",
    *,
    link: str = "",
    language: Language = "id",
    is_sms: bool = False,
    is_short: bool = False,
) -> str:
    """Say what became of a report, with the words of the unit, which are cut when they are long.

    `is_short` where messages are: an SMS, a post on X.
    """
    words = _words(language, is_sms=is_sms)
    cut = _cut(said, LONGEST_SAID_IN_SHORT if is_short else LONGEST_SAID)
    with_words, without = words.news[news]
    return _join(words, (with_words if cut else without,), number, link, is_sms=is_sms, said=cut)


def _cut(said: str, most: int) -> str:
    """Make one sentence of what a unit says."""
    line = " ".join(said.split())
    if len(line) > most:
        return f"{line[: most - 3].rstrip()}..."
    return line if not line or line[-1] in ".!?" else f"{line}."


def ask_for_text(*, language: Language = "id", is_sms: bool = False) -> str:
    """Ask somebody who sent what cannot be read to write."""
    return _words(language, is_sms=is_sms).questions["text"]


def greet(*, language: Language = "id", is_sms: bool = False) -> str:
    """Say what to write to whoever only says hello."""
    return _words(language, is_sms=is_sms).greeting


def _words(language: Language, *, is_sms: bool) -> Words:
    return SMS_WORDS[language] if is_sms else WORDS[language]


def _join(words: Words, sentences: Iterable[str], number: str, link: str, *, is_sms: bool, said: str = "") -> str:
    """Fill in and join; a link with which an SMS would become two is left out."""
    text = " ".join(filter(None, sentences)).format(number=number, said=said)
    if not link:
        return text
    longer = f"{text} {words.link.format(link=link)}"
    return text if is_sms and (count_gsm(longer) or LONGEST_SMS + 1) > LONGEST_SMS else longer
