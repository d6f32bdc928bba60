"""Labels of coded values in the language of the reader: codes, regions, kinds, sources."""

from functools import lru_cache

from publish.languages import Lang
from publish.services import Services
from vocab import codes
from vocab.kinds import KINDS

REGION_SCHEME = "gbt2260"
# Names of the levels that GB/T 2260 puts between a province and those of its divisions that stand directly below it.
GROUPINGS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


@lru_cache(maxsize=65_536)
def code_label(code: str, lang: Lang) -> str:
    """The label of `scheme/notation`; a code that no scheme knows is shown as it is."""
    return codes.label(code, lang.value) if codes.concept(code) else code


def region_label(digits: str, lang: Lang) -> str:
    label = code_label(f"{REGION_SCHEME}/{digits}", lang)
    return label.removeprefix(f"{REGION_SCHEME}/")


@lru_cache(maxsize=65_536)
def is_grouping(digits: str) -> bool:
    """Whether a code of GB/T 2260 only groups others (市辖区, 县, 省直辖县级行政区划): no place that anybody speaks of."""
    found = codes.concept(f"{REGION_SCHEME}/{digits}")
    return found is not None and found.parent is not None and found.zh in GROUPINGS


@lru_cache(maxsize=65_536)
def place_label(digits: str, lang: Lang) -> str:
    """A region within those above it: 上海市闵行区, 闵行区 alone being nowhere in particular."""
    if codes.concept(f"{REGION_SCHEME}/{digits}") is None:
        return digits
    above = [c.notation for c in codes.scheme(REGION_SCHEME).ancestors(digits)]
    places = [region_label(place, lang) for place in (digits, *above) if not is_grouping(place)]
    return ", ".join(places) if lang is Lang.EN else "".join(reversed(places))


def kind_label(kind: str, lang: Lang) -> str:
    known = KINDS.get(kind)
    return kind if known is None else (known.en if lang is Lang.EN else known.zh)


def kinds_label(kind: str, lang: Lang, count: int) -> str:
    """The label of a kind beside a number of its records."""
    known = KINDS.get(kind)
    return known.en_plural if known and known.en_plural and lang is Lang.EN and count != 1 else kind_label(kind, lang)


def source_label(source: str, services: Services, lang: Lang) -> str:
    known = services.sources.get(source)
    return source if known is None else (known.title.en if lang is Lang.EN and known.title.en else known.title.zh)


def facet_label(facet: str, value: str, services: Services, lang: Lang) -> str:
    """The label of one value of a search facet."""
    match facet:
        case "region":
            return region_label(value, lang)
        case "kind":
            return kind_label(value, lang)
        case "source":
            return source_label(value, services, lang)
        case "year":
            return value
        case _:
            return code_label(value, lang)
