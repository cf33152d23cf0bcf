"""What one hit, one point or one hint says about the kelurahan: shares of belief, and how far to trust it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from dengar.geocode.city import City, mix
from dengar.geocode.context import OPENERS
from dengar.geocode.gazetteer import Match
from dengar.geocode.hits import Found, Hit, Role
from dengar.geocode.memo import Kept
from dengar.geocode.tables import LEVELS, Entry
from dengar.geocode.text import canonical
from dengar.geocode.words import COMMON, NATIONAL, TAILS, UNUSUAL, words

if TYPE_CHECKING:
    from dengar.geocode.city import Shares

# How often a hit of this kind tells the right kelurahan, area or city (estimates, checked on labelled texts).
TRUST = {
    "kelurahan": 0.9, "kecamatan": 0.88, "kota": 0.95, "area": 0.88, "landmark": 0.85, "transit_stop": 0.8,
    "road_structure": 0.75, "waterway": 0.55, "street": 0.8,
}  # fmt: skip
EXPLICIT = {"kelurahan": 0.999999, "kecamatan": 0.95, "kota": 0.97}
# "Jl. Jelambar Selatan" is probably in or near Jelambar. Measured on 1,800 bus stops: with an area's name of several
# words 86 % of streets and 97 % of buildings are in it or next to it, with one word 69 % and 81 %.
NAMED_AFTER = {("street", True): 0.86, ("street", False): 0.69}
NAMED_ELSE = {True: 0.93, False: 0.78}
PART = 0.6  # only the beginning of a longer name is known ...
PART_TAIL = 0.9  # ... and the rest is a number or "Raya": 69 % of 1,200 such names are in its kelurahan, 19 % beside
TYPO = 0.85
PARTS = {"named": PART, "tail": PART_TAIL, "typo": TYPO}
SINGLE = 0.45  # a street with a name of one word, which many streets carry ...
SINGLE_KNOWN = 0.6  # ... and one that a writer knows by it; "Borobudur" for a hotel; a mosque, which shares its name
WORSHIP = words("masjid musholla gereja vihara")
EVERYWHERE = 0.4  # a street that every city of the country has
OWN = 0.82  # a bare "Palmerah" means the kelurahan, or loosely the kecamatan around it
BLUR = 0.12  # what a street or building gives to the kelurahan next to where it is ...
BLUR_NEAR = 0.25  # ... and where the text only says that it is near
# A hand-written name that bus stops carry too was seen there when its writer was sure of the kelurahan in 83 % (next to
# it 12 %, elsewhere 5 %), when not in 58 % (31 %, 11 %): measured on 830 names.
BLUR_OF = {"knowledge": 0.15, "belief": 0.35}
TRUST_OF = {"checked": 0.95, "knowledge": 0.92, "belief": 0.88}
BLUR_VAGUE = 0.25  # "Teluk Gong" has no border: people who live next to it say it too. A housing complex has one
CLOSED = words("komplek perumahan cluster rusun rusunawa rusunami apartemen")
ROLE_TRUST: Mapping[Role, float] = {"towards": 0.25, "office": 0.25, "route": 0.5, "like": 0.1}
VAGUE = frozenset({"near", "between"})
EVERYDAY = COMMON | UNUSUAL
AREA_KINDS = frozenset({"kelurahan", "kecamatan", "area"})
LATER = 0.9  # people write from small to large: a bare area after another place is the wider one
REPEATED = 0.3  # the same name again ("Gunung Sahari, Jl. Gunung Sahari") says little more
MOST_CODES = 12  # a name spread over more kelurahan than this says little


class Evidence(NamedTuple):
    """Shares of belief by kelurahan, how far to trust them, and who says so: in words, or a hit with its entries."""

    shares: "Shares"
    trust: float
    words: str
    hit: Hit | None = None
    entries: tuple[Entry, ...] = ()


class Judge:
    """Says what names mean in one city; the shares of a name and the trust in it are worked out once."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._kept: Kept[Shares | None] = Kept()
        self._trusts: Kept[float] = Kept()

    def read_all(self, found: Found) -> list[Evidence]:
        """Give what the names of a text say."""
        evidence: list[Evidence] = []
        seen: set[str] = set()
        for hit in found.hits:
            said = self.read(hit)
            if said:
                name = _bare_name(found, hit)
                trust = LATER if evidence and hit.said == "bare" and hit.kind in AREA_KINDS else 1.0
                trust *= REPEATED if name in seen else 1.0
                words = f"“{' '.join(found.tokens.span(hit.first, hit.last).split())}”"
                evidence += [one._replace(trust=one.trust * trust, words=words) for one in said]
                seen.add(name)
        return evidence

    def read(self, hit: Hit) -> list[Evidence]:
        """Give what a hit says: by its own name, or by an area's name inside it."""
        found = []
        if hit.entries:
            trust = EXPLICIT[hit.kind] if hit.said == "explicit" else self._trust(hit)
            trust *= PARTS.get(hit.said, 1.0) * ROLE_TRUST.get(hit.role, 1.0)
            shares = self._shares(hit.entries, hit)
            if shares is not None:
                found.append(Evidence(shares, trust, "", hit, hit.entries))
        unknown = hit.said == "explicit" and hit.kind != "kelurahan"
        if (not found and not unknown) or hit.said in {"named", "tail"}:
            inside = (self._inside(match, hit) for match in _areas_inside(hit) if match.entries != hit.entries)
            found += filter(None, inside)
        return found

    def _inside(self, match: Match, hit: Hit) -> Evidence | None:
        """Give what an area's name inside another name says."""
        kota = any(entry.kind == "kota" for entry in match.entries)
        several = match.last - match.first > 1
        after = NAMED_AFTER.get((hit.kind, several), NAMED_ELSE[several])
        trust = (TRUST["kota"] if kota else after) * ROLE_TRUST.get(hit.role, 1.0)
        shares = self._shares(match.entries)
        return Evidence(shares, trust, "", hit) if shares is not None else None

    def _shares(self, entries: tuple[Entry, ...], hit: Hit | None = None) -> "Shares | None":
        """Give the shares of the entries that one name carries; areas silence everything else of that name."""
        explicit = hit is not None and hit.said == "explicit"
        closed = hit is not None and hit.head in CLOSED
        blur = BLUR_NEAR if hit is not None and hit.role in VAGUE else BLUR

        def work() -> "Shares | None":
            return self._work_out(entries, blur, explicit=explicit, closed=closed)

        return self._kept.ask(entries, work, explicit, closed, blur)

    def _trust(self, hit: Hit) -> float:
        """Say how often a name that is not an official area tells the right place."""
        inner = [match.entries for match in hit.inner]
        trust = self._trusts.ask((*hit.entries, *inner), lambda: _trust_by_source(hit), hit.kind)
        is_short = hit.kind not in LEVELS | AREA_KINDS and hit.last - hit.first == 1
        is_shared = hit.kind != "street" and (is_short or hit.head in WORSHIP)
        return min(trust, SINGLE_KNOWN) if is_shared else trust

    def _work_out(self, entries: tuple[Entry, ...], blur: float, *, explicit: bool, closed: bool) -> "Shares | None":
        city = self._city
        levels = {entry.kind: entry for entry in entries if entry.kind in LEVELS}
        if "kelurahan" in levels:
            codes = [entry.codes[0] for entry in entries if entry.kind == "kelurahan"]
            parts = [(city.around(code, 1.0 if explicit else OWN), 1.0) for code in codes]
            if "kecamatan" in levels and not explicit:
                parts.append((city.evenly(levels["kecamatan"].codes[0]), 0.35))
            return mix(parts)
        if "kecamatan" in levels:
            return city.blurred(city.evenly(levels["kecamatan"].codes[0]), 0.1 if explicit else 0.25)
        if "kota" in levels:
            return city.evenly(levels["kota"].codes[0])
        usable = [entry for entry in entries if entry.codes and len(entry.codes) <= MOST_CODES]
        blurs = (max(blur, _blur(entry, closed=closed)) for entry in usable)
        parts = [(city.blurred(city.ranked(one.codes), share), 1.0) for one, share in zip(usable, blurs, strict=True)]
        return mix(parts) if parts else None


def _blur(entry: Entry, *, closed: bool) -> float:
    """Say how much of a name belongs to the kelurahan next to where it is said to be."""
    is_vague = entry.kind == "area" and not closed and canonical(entry.name).partition(" ")[0] not in CLOSED
    return max(BLUR_OF.get(entry.source, 0.0), BLUR_VAGUE if is_vague else 0.0)


def _trust_by_source(hit: Hit) -> float:
    """Say how far what tells of a name is trusted."""
    trust = TRUST.get(hit.kind, 0.5)
    if hit.kind not in LEVELS:
        trust = max(TRUST_OF.get(entry.source, trust) for entry in hit.entries)
    return _street_trust(hit, trust) if hit.kind == "street" else trust


def _street_trust(hit: Hit, trust: float) -> float:
    """Give less trust to streets that every city has, and to those with a name of one word."""
    inside = [entry for match in hit.inner for entry in match.entries]
    here = {code for entry in hit.entries for code in entry.codes[:1]}
    if any(entry.kind == "kelurahan" and here.issuperset(entry.codes) for entry in inside):
        return trust  # "Jalan Guntur" in the kelurahan Guntur is called after it
    names = {canonical(entry.name).removeprefix("jalan ") for entry in hit.entries}
    single = [entry.source for entry in hit.entries if " " not in canonical(entry.name).removeprefix("jalan ")]
    if not NATIONAL.isdisjoint(names) or (single and any(entry.kind == "outside" for entry in inside)):
        return EVERYWHERE
    if not single:
        return trust
    return SINGLE_KNOWN if "knowledge" in single or "checked" in single else SINGLE


def _bare_name(found: Found, hit: Hit) -> str:
    """Give the words of a hit that are its own: of "Jl. Palmerah Raya" and "Kel. Palmerah" the same."""
    words = found.tokens.words[hit.first : hit.last]
    return "".join(word for word in words if word[0].isalnum() and word not in OPENERS and word not in TAILS)


def _areas_inside(hit: Hit) -> list[Match]:
    """Give the longest area name inside the name of a street or building, and any kota."""
    areas = [match for match in hit.inner if any(entry.kind in AREA_KINDS for entry in match.entries)]
    areas = [match for match in areas if _telling(match, hit)]
    kota = [match for match in hit.inner if any(entry.kind == "kota" for entry in match.entries)]
    longest = max(areas, key=lambda match: match.last - match.first, default=None)
    return [*([longest] if longest else []), *kota[:1]]


def _telling(match: Match, hit: Hit) -> bool:
    """Say whether an area's name inside another name means the area: "Jl. Pulo Indah" has nothing to do with Pulo."""
    name = canonical(match.entries[0].name)
    return match.last - match.first > 1 or match.last == hit.last or name not in EVERYDAY
