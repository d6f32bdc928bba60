"""Labels of coded values in the language of the reader: codes, regions, kinds, sources."""

from functools import lru_cache

from publish.languages import Lang
from publish.services import Services
from vocab import codes
from vocab.kinds import KINDS

REGION_SCHEME = "gbt2260"


@lru_cache(maxsize=65_536)
def code_label(code: str, lang: Lang) -> str:
    """The label of `scheme/notation`; a code that no scheme knows is shown as it is."""
    return codes.label(code, lang.value) if codes.concept(code) else code


def region_label(digits: str, lang: Lang) -> str:
    label = code_label(f"{REGION_SCHEME}/{digits}", lang)
    return label.removeprefix(f"{REGION_SCHEME}/")


def kind_label(kind: str, lang: Lang) -> str:
    known = KINDS.get(kind)
    return kind if known is None else (known.en if lang is Lang.EN else known.zh)


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
