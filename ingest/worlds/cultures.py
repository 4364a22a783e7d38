"""Cultures: a country with its language, weight and names, assembled from the data modules beside it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from ingest.worlds.cities import CITIES
from ingest.worlds.lexicon import PLACE_NOUNS, WORDS
from ingest.worlds.names_latin import LATIN_NAMES
from ingest.worlds.names_scripts import SCRIPT_NAMES

_WEIGHTS = (
    "us,en,16 gb,en,5 br,pt,9 mx,es,5 es,es,4 fr,fr,6 de,de,5 it,it,4 pl,pl,2 tr,tr,4 se,sv,1.5 "
    "vn,vi,3 id,id,6 ng,en,3 ru,ru,5 ua,uk,2 gr,el,1.5 eg,ar,4 ir,fa,3 il,he,1.5 in,hi,9 bd,bn,2 "
    "th,th,3 cn,zh,4 jp,ja,6 kr,ko,4 ge,ka,1 am,hy,0.5 et,am,1"
)
_JOINED = frozenset({"cn", "jp", "kr"})
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "'": "", "_": "", "’": ""})


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is written at home, in Latin letters for show, and as a handle (a-z only)."""

    native: str
    latin: str
    handle: str


@dataclass(frozen=True, slots=True)
class City:
    """A real city: its name as written there, and where it is, in degrees."""

    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Culture:
    """What people of one country are called, where they live and what they write."""

    country: str
    weight: float
    family_first: bool
    """Surname first and no blank between (Chinese, Japanese, Korean)."""
    first: tuple[Name, ...]
    last: tuple[Name, ...]
    cities: tuple[City, ...]
    words: tuple[str, ...]
    nouns: tuple[str, ...]


def handle(text: str) -> str:
    """`text` reduced to a-z: lower case, accents dropped, everything else left out."""
    folded = unicodedata.normalize("NFD", text.lower().translate(_LETTERS))
    return "".join(c for c in folded if "a" <= c <= "z")


def _name(entry: str) -> Name:
    native, _, roman = entry.partition("/")
    native = native.replace("_", " ")
    return Name(native, roman.capitalize() if roman else native, roman or handle(native))


def _city(entry: str) -> City:
    name, lat, lon = entry.split(",")
    return City(name, float(lat), float(lon))


@lru_cache(maxsize=1)
def cultures() -> tuple[Culture, ...]:
    """All cultures in a fixed order; their place in it is the country number of the generator."""
    names = LATIN_NAMES | SCRIPT_NAMES
    made = []
    for entry in _WEIGHTS.split():
        country, language, weight = entry.split(",")
        first, last = names[country]
        made.append(
            Culture(
                country=country,
                weight=float(weight),
                family_first=country in _JOINED,
                first=tuple(map(_name, first.split())),
                last=tuple(map(_name, last.split())),
                cities=tuple(map(_city, CITIES[country].split(";"))),
                words=tuple(WORDS[language].split()),
                nouns=tuple(PLACE_NOUNS[language].split(",")),
            )
        )
    return tuple(made)
