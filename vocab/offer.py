"""A technology offer: what a partnering network abroad is told of an achievement, in English and without names (B.7).

The words are those of the Enterprise Europe Network's profiles. An offer's text is written for it and reviewed as it stands;
what else an offer says follows from the record.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from vocab import personal
from vocab.kinds import Achievement
from vocab.values import Agent, Ipr

LONGEST: Final[Mapping[str, int]] = MappingProxyType(
    {"title": 100, "summary": 500, "description": 4_000, "advantages": 500, "keywords": 60}
)
MOST: Final = 10  # advantages, keywords


class OfferText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The English words of an offer, as its reviewer saw them."""

    title: str
    summary: str
    description: str
    advantages: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()

    def parts(self) -> Iterator[tuple[str, str]]:
        """Every text with the name of its field."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            yield from ((name, text) for text in ((value,) if isinstance(value, str) else value))


class Objection(msgspec.Struct, frozen=True):
    """What keeps a text from being an offer: where (`field`), a stable `code`, and what is said of it, which repeats nothing."""

    field: str
    code: str
    message: str


class Partnership(StrEnum):
    """What is sought, by the mode of transfer. A holder who will use the result himself seeks nobody."""

    ACQUISITION = "acquisition"
    LICENCE = "licence"
    COOPERATION = "cooperation"
    INVESTMENT = "investment"


_PARTNERSHIPS: Final[Mapping[str, Partnership]] = MappingProxyType(
    {
        "cl15/2": Partnership.ACQUISITION,
        "cl15/3": Partnership.LICENCE,
        "cl15/4": Partnership.COOPERATION,
        "cl15/5": Partnership.INVESTMENT,
    }
)


class Rights(StrEnum):
    """How the result is protected."""

    GRANTED = "patent-granted"
    FILED = "patent-filed"
    COPYRIGHT = "copyright"
    DESIGN = "design"
    PLANT_VARIETY = "plant-variety"
    SECRET = "secret-know-how"  # noqa: S105  # a kind of right
    TRADE_MARK = "trade-mark"


_PATENTS: Final = frozenset({"cl13/1", "cl13/2"})
_FILED: Final = frozenset({"cl14/1", "cl14/2", "cl14/3"})
_GRANTED: Final = "cl14/4"
_RIGHTS: Final[Mapping[str, Rights]] = MappingProxyType(
    {
        "cl13/3": Rights.DESIGN,
        "cl13/4": Rights.COPYRIGHT,
        "cl13/6": Rights.PLANT_VARIETY,
        "cl13/9": Rights.SECRET,
        "cl13/10": Rights.TRADE_MARK,
        "cl13/11": Rights.COPYRIGHT,
    }
)


class Client(StrEnum):
    """Who offers, without saying who."""

    UNIVERSITY = "university"
    RESEARCH_INSTITUTE = "research-institute"
    HOSPITAL = "hospital"
    COMPANY = "company"


# By what a name ends with: nobody says it otherwise of organisations that are known by name alone.
_CLIENTS: Final = (
    (re.compile(r"(?:大学|学院|学校)$"), Client.UNIVERSITY),
    (re.compile(r"(?:研究院|研究所|研究中心|科学院|实验室|设计院)$"), Client.RESEARCH_INSTITUTE),
    (re.compile(r"医院$"), Client.HOSPITAL),
    (re.compile(r"(?:公司|集团|厂)$"), Client.COMPANY),
)

_HAN: Final = re.compile("[\u3400-\u9fff]")
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")
_MARKUP: Final = re.compile(r"</?[A-Za-z!]")
_ADDRESS: Final = re.compile(r"@|https?:|\bwww\.|\+\d[\d ()-]{6,}", re.IGNORECASE)


def partnerships(record: Achievement) -> tuple[Partnership, ...]:
    """None: it is not to be offered."""
    return tuple(dict.fromkeys(_PARTNERSHIPS[code] for code in record.transfer_modes if code in _PARTNERSHIPS))


def rights(record: Achievement) -> tuple[Rights, ...]:
    """What is known to hold; a patent whose status nobody gave is not spoken of."""
    return tuple(dict.fromkeys(right for ipr in record.ipr if (right := _right(ipr))))


def _right(ipr: Ipr) -> Rights | None:
    if ipr.type in _PATENTS:
        return Rights.GRANTED if ipr.status == _GRANTED else Rights.FILED if ipr.status in _FILED else None
    return _RIGHTS.get(ipr.type or "")


def client(record: Achievement) -> Client | None:
    name = record.first_org.name if record.first_org else ""
    return next((kind for ending, kind in _CLIENTS if ending.search(name)), None)


def wrong(text: OfferText, record: Achievement) -> list[Objection]:
    """What keeps a text from being an offer of this record."""
    found = [] if partnerships(record) else [Objection("transferModes", "no-partner-sought", _NOBODY)]
    missing = [name for name in ("title", "summary", "description") if not getattr(text, name).strip()]
    found += [Objection(name, "missing", "has no text") for name in missing]
    for name in ("advantages", "keywords"):
        if len(getattr(text, name)) > MOST:
            found.append(Objection(name, "too-many", f"has more than {MOST} entries"))
    names = frozenset(_names(record))
    for name, part in text.parts():
        found += _wrong_in(name, part, names)
    return found


_NOBODY: Final = "says of no mode of transfer that a partner is sought (转让, 许可, 合作, 作价投资)"


def _wrong_in(name: str, text: str, names: frozenset[str]) -> Iterator[Objection]:
    if len(text) > LONGEST[name]:
        yield Objection(name, "too-long", f"has {len(text)} characters; allowed are {LONGEST[name]}")
    if _HAN.search(text):
        yield Objection(name, "not-english", "has Chinese characters in it; an offer is in English")
    if _CONTROL.search(text) or _MARKUP.search(text):
        yield Objection(name, "not-plain", "has markup or control characters in it; plain text is allowed")
    if _ADDRESS.search(text) or personal.find(text):
        yield Objection(
            name, "address", "has an address, a telephone number or personal data in it; partners write to the network"
        )
    words = f" {_words(text)} "
    if any(f" {one} " in words for one in names):
        yield Objection(name, "named", "names an organisation or a person of the record; an offer is anonymous")


def _names(record: Achievement) -> Iterator[str]:
    """How the organisations and people of a record could be named in English."""
    agents = (
        record.first_org,
        *record.orgs,
        *record.rights_holder,
        record.registrar,
        record.recommender,
        record.publisher,
    )
    for agent in agents:
        yield from _named(agent)
    for right in record.ipr:
        yield from _spelt(right.holder or "")
    for person in record.contributors:
        yield from _spelt(person.name)
        yield from _romanised(person.name)


def _named(agent: Agent | None) -> Iterator[str]:
    if agent is not None:
        yield from _spelt(agent.name_en or "")
        yield from _spelt(agent.name)


def _spelt(name: str) -> Iterator[str]:
    if len(words := _words(name)) > 2:
        yield words


def _romanised(name: str) -> Iterator[str]:
    """张小明 as Zhang Xiaoming, Xiaoming Zhang and Zhang Xiao Ming; surnames have one character or two."""
    if not 2 <= len(name) <= 4 or not all(map(_HAN.match, name)):
        return
    from pypinyin import lazy_pinyin  # here, as its dictionary takes half a second and few commands need it

    syllables = lazy_pinyin(name)
    yield " ".join(syllables)
    for surname in range(1, min(3, len(syllables))):
        family, given = "".join(syllables[:surname]), "".join(syllables[surname:])
        yield from (f"{family} {given}", f"{given} {family}")


def _words(text: str) -> str:
    """Letters and digits in lower case, single spaces between."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
