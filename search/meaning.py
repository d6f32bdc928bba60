"""What a value means in a field: names and codes of regions, stages, fields of technology; amounts; dates."""

import re
from collections.abc import Callable

from search import spans
from search.expression import AnyOf, Choice, Expression
from vocab.codes import scheme
from vocab.kinds import KINDS
from vocab.parse.region import region_of

MOST_VALUES = 50  # of one field
LISTED = re.compile(r"[,，、;；]")
INDUSTRY, DISCIPLINE = "gbt4754-2017", "gbt13745-2009"
FIELD_SCHEMES = ("cl10", "cl11", INDUSTRY, DISCIPLINE, "cl10-2008", "cl10-2006")
NEGOTIABLE = frozenset({"面议", "negotiable"})


def condition(field: str, text: str) -> Expression | None:
    """What `field:text` asks for; None when the text is nothing that the field can have. Commas part alternatives."""
    texts = [part for part in (t.strip() for t in LISTED.split(text)) if part][:MOST_VALUES]
    if field == "price":
        return _either([_price(part) for part in texts])
    if field == "date":
        return _either([spans.dated(part) for part in texts])
    values = [VALUES[field](part) for part in texts]
    return Choice(field, tuple(dict.fromkeys(v for found in values for v in found))) if values and all(values) else None


def _either(parts: list[Expression | None]) -> Expression | None:
    known = tuple(part for part in parts if part is not None)
    if not known or len(known) < len(parts):
        return None
    return known[0] if len(known) == 1 else AnyOf(known)


def _price(text: str) -> Expression | None:
    return Choice("price", ("negotiable",)) if text.casefold() in NEGOTIABLE else spans.price(text)


def region(text: str) -> tuple[str, ...]:
    found = region_of(text).value
    return (found,) if isinstance(found, str) else ()


def coded(*schemes: str) -> Callable[[str], tuple[str, ...]]:
    """The codes that a label, an alias or a notation with its scheme (`cl04/2`) means in these schemes."""

    def codes(text: str) -> tuple[str, ...]:
        wanted = [s for s in schemes if text.startswith(f"{s}/")] or [s for s in schemes if not text.isdigit()]
        found = (scheme(s).find(text) for s in wanted)
        return tuple(concept.code for concept in found if concept is not None)

    return codes


def kind(text: str) -> tuple[str, ...]:
    plain = text.casefold()
    return tuple(k.name for k in KINDS.values() if plain in {k.name, k.zh, k.en.casefold(), k.en_plural.casefold()})


VALUES: dict[str, Callable[[str], tuple[str, ...]]] = {
    "kind": kind,
    "region": region,
    "field": coded(*FIELD_SCHEMES),
    "discipline": coded(DISCIPLINE),
    "industry": coded(INDUSTRY),
    "stage": coded("cl04"),
    "transfer": coded("cl15"),
    "source": lambda text: (text.casefold(),),
}
