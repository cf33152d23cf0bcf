"""Messages that accuse somebody by name: a private person is not pilloried before someone has looked."""

import re

REACH = 60  # characters between a name and what its bearer is said to have done
_TITLES = (
    "pak|bpk|bapak|bu|ibu|bang|mas|mbak|mba|om|tante|sdr\\.?|sdri\\.?|saudara|saudari|oknum|bernama|inisial|a\\.n\\.?"
)
# Offices and people of public life: what they do in office may be said.
_NOT_PRIVATE = (
    "rt|rw|lurah|camat|gub|gubernur|wagub|walikota|wali|bupati|presiden|wapres|menteri|kadis|kasudin|kapolsek|kapolres|"
    "kapolda|kapolri|polisi|satpam|satpol|dishub|guru|dokter|dr|haji|ustad|ustadz|kepala|ketua|sekretaris|kades|lurahnya|"
    "pegawai|anggota|aparat|ormas|partai|bpn|bhabin|kota|napi|harto|soeharto|pemilik|supir|sopir|pengemudi|petugas|warga|jalan|jl|gang|gg|blok|no|jokowi|joko|prabowo|gibran|anies|ahok|basuki|"
    "pramono|pram|rano|heru|ridwan|sandi|sandiaga|riza|djarot|foke|fauzi|sutiyoso|jaksel|jakarta|admin|pln|pdam|pam"
)
_DEEDS = """
    maling mencuri nyuri pencuri menipu nipu penipu penipuan menggelapkan gelapkan korupsi koruptor pungli memeras
    pemeras selingkuh pelakor zina pelaku pemerkosa memperkosa cabul mencabuli pengedar bandar narkoba preman jambret
    begal memukuli memukul menganiaya mengancam melecehkan pelecehan rentenir germo mucikari
"""
_IS_DEED = frozenset(_DEEDS.split())
_NAME = re.compile(
    rf"(?<!rumah )(?<!warung )(?<!toko )(?<!depan )\b(?i:{_TITLES})\s+(?!(?i:{_NOT_PRIVATE})\b)([A-Z][a-z]{{2,20}})\b"
)
_WORD = re.compile(r"\w+")


def accuses_somebody(text: str, words: frozenset[str]) -> bool:
    """Say whether in a text of these words a name with a title stands near a word for a crime or a disgrace."""
    if _IS_DEED.isdisjoint(words):
        return False
    near = (text[max(0, one.start() - REACH) : one.end() + REACH] for one in _NAME.finditer(text))
    return any(not _IS_DEED.isdisjoint(_WORD.findall(one.lower())) for one in near)
