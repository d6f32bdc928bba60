"""What a client accepts (RFC 9110 section 12.5.1): media ranges and their quality, for the site and for the answers of a graph."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST = 50  # members of a header that are read


@dataclass(frozen=True, slots=True)
class Preference:
    value: str
    quality: float


ANYTHING = (Preference("*/*", 1.0),)


def preferences(header: str) -> list[Preference]:
    """The members of an Accept or Accept-Language header; what has a quality that cannot be read is not wanted."""
    members = (_member(part) for part in header.split(",")[:MOST])
    return [m for m in members if m is not None]


def media_type(accept: str | None, offers: Iterable[str], aliases: Mapping[str, str] | None = None) -> str | None:
    """The offer the client likes best; the first of equals. None when it accepts none; who names nothing accepts everything.

    `aliases`: other names that a media type goes by.
    """
    named = aliases or {}
    ranges = [Preference(named.get(p.value, p.value), p.quality) for p in preferences(accept or "") or ANYTHING]
    best, most = None, 0.0
    for offer in offers:
        if (quality := _quality(offer, ranges)) > most:
            best, most = offer, quality
    return best


def _member(part: str) -> Preference | None:
    value, *parameters = (piece.strip().lower() for piece in part.split(";"))
    if not value:
        return None
    found = (parameter.partition("=") for parameter in parameters)
    return Preference(value, _number(next((text for name, _, text in found if name.strip() == "q"), "1")))


def _number(quality: str) -> float:
    try:
        number = float(quality)
    except ValueError:
        return 0.0
    return min(max(number, 0.0), 1.0) if math.isfinite(number) else 0.0


def _quality(offer: str, ranges: Sequence[Preference]) -> float:
    """The quality of the most specific range that covers the offer."""
    for pattern in (offer, offer.partition("/")[0] + "/*", "*/*"):
        matching = [r.quality for r in ranges if r.value == pattern]
        if matching:
            return max(matching)
    return 0.0
