"""Unicode to plain letters: look-alikes, combining marks, invisible characters and emoji."""

# ruff: noqa: RUF001 - look-alikes are what this table is about

import re
import unicodedata
from functools import lru_cache

EMOJI = {
    "marah": "😠😡🤬👿💢😤🖕",
    "sedih": "😢😭😿🥺😥😞😔☹💔",
    "kecewa": "😒🙄😑😩😫🤦👎",
    "tawa": "😂🤣😆😹😁😄😀😅🤭",
    "senang": "😊☺🙂😍🥰😘🤩🎉🥳❤🧡💛💚💙💜👏👍💪✨",
    "takut": "😱😨😰😧",
    "mohon": "🙏",
    "bahaya": "⚠🚨🆘☠",
    "banjir": "🌊",
    "hujan": "🌧☔⛈🌦💧",
    "api": "🔥🚒🧯",
    "macet": "🚥🚦",
    "mobil": "🚗🚙🚘",
    "motor": "🏍🛵",
    "bus": "🚌🚍",
    "kereta": "🚆🚇🚉🚊",
    "sampah": "🗑🚮",
    "pohon": "🌳🌲🌴",
    "lubang": "🕳",
    "lampu": "💡",
    "sakit": "🤒🤕🤢🤮🏥🚑",
    "nyamuk": "🦟",
    "tikus": "🐀🐁",
    "polisi": "👮🚓🚔",
    "uang": "💰💸💵",
}
LOOK_ALIKES = {
    "АаΑα": "a", "ВΒ": "b", "СсϹϲ": "c", "Ԁԁ": "d", "ЕеΕεё": "e", "Ԍɡ": "g", "НһΗ": "h", "ІіΙιı": "i", "Јј": "j",
    "КкΚκ": "k", "МмΜ": "m", "Νո": "n", "ОоΟοσ": "o", "РрΡρ": "p", "Ѕѕ": "s", "ТтΤτ": "t", "Ѵν": "v", "Ԝԝ": "w",
    "ХхΧχ": "x", "УуΥγ": "y", "ΖᏃ": "z", "’‘`´": "'", "–—−": "-",
}  # fmt: skip
TABLE = {ord(mark): letter for marks, letter in LOOK_ALIKES.items() for mark in marks} | {
    ord(mark): f" {word} " for word, marks in EMOJI.items() for mark in marks
}
INVISIBLE = {"Mn", "Me", "Cf"}
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


@lru_cache(maxsize=4096)
def _plain(mark: str) -> str:
    return "" if unicodedata.category(mark) in INVISIBLE else " "


def plain_letters(text: str) -> str:
    """Give the text in ASCII: accents dropped, look-alikes replaced, emoji as their word, all else as a space."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text).translate(TABLE)
    text = unicodedata.normalize("NFKD", text)
    return _NOT_ASCII.sub(lambda found: _plain(found[0]), text)
