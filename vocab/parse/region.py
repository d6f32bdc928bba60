"""Regions: names, paths of names and old codes, brought to the deepest valid six digits of GB/T 2260."""

import re
from functools import lru_cache
from typing import Final

from vocab.codes import Concept, Scheme, key, province_region, scheme
from vocab.parse.parsed import NOTHING, Options, Parsed, failed
from vocab.parse.scalar import folded, one
from vocab.tree import Tree

_DIGITS: Final = re.compile(r"\d{2,12}")
_BETWEEN: Final = re.compile(r"[\s>/\\|,，、·—-]+|中国")
_OLD_FORM: Final = frozenset({"7100", "8000"})  # 港澳台 and 其它 of the old contract form: no one division
_LONGEST: Final = 16  # characters: no name of a division is longer


def parse_region(tree: Tree, _: Options) -> Parsed:
    """Six digits: from two, four, six or twelve digits, a name, or a path (`广东省深圳市南山区`).

    A code no longer valid gives its successor. Problem: `region-unknown`; a name that several places bear is unknown.
    """
    text = one(tree)
    return NOTHING if text is None else region_of(text)


@lru_cache(maxsize=16_384)
def region_of(text: str) -> Parsed:
    """As `parse_region`, of a text."""
    plain = folded(text[:100])
    divisions = scheme("gbt2260")
    found = (
        _by_digits(plain, divisions)
        if _DIGITS.fullmatch(plain)
        else divisions.find(plain) or _by_path(plain, divisions)
    )
    if found is None:
        return failed(
            "region-unknown", "no division of GB/T 2260 is meant for certain (vocab/schemes/gbt2260.csv)", text
        )
    return Parsed(found.replaced_by or found.notation)


def _by_digits(digits: str, divisions: Scheme) -> Concept | None:
    """Two digits are a province, four a prefecture (the old contract form too); more than six go down to streets."""
    if len(digits) == 2:
        province = province_region(digits)
        return divisions.concepts.get(province) if province else None
    if digits in _OLD_FORM:
        return None
    return divisions.concepts.get(digits[:6].ljust(6, "0")) if len(digits) in (4, 6, 9, 12) else None


def _by_path(text: str, divisions: Scheme) -> Concept | None:
    """Read names from left to right, each below the one before: the rest of a path may be a street and is left out."""
    rest = key(_BETWEEN.sub("", text))
    place: Concept | None = None
    while rest:
        for length in range(min(len(rest), _LONGEST), 1, -1):
            below = _below(rest[:length], place, divisions)
            if below is not None:
                place, rest = below, rest[length:]
                break
        else:
            return place
    return place


def _below(name: str, place: Concept | None, divisions: Scheme) -> Concept | None:
    found = divisions.candidates(name)
    if place is None:
        return divisions.find(name) if found else None
    inside = [c for c in found or _short(name, place, divisions) if place in divisions.ancestors(c.notation)]
    return inside[0] if len(inside) == 1 else None


def _short(name: str, place: Concept, divisions: Scheme) -> tuple[Concept, ...]:
    """Divisions directly below a place by their names without 区, 县, 市: short forms are clear once the place is."""
    nearby = (
        *divisions.children(place.notation),
        *(c for d in divisions.children(place.notation) for c in divisions.children(d.notation)),
    )
    return tuple(c for c in nearby if len(name) > 1 and key(c.zh)[:-1] == name)
