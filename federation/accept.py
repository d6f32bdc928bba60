"""What a client accepts (RFC 9110 section 12.5.1): media ranges and their quality, for the site and for the answers of a graph."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST = 50  # members of a header that are read


@dataclass(frozen=True, slots=True)
class Preference:
    value: str
    quality: float


def preferences(header: str) -> list[Preference]:
    """The members of an Accept or Accept-Language header; a member that cannot be read is left out."""
    members = (_member(part) for part in header.split(",")[:MOST])
    return [m for m in members if m is not None]


def media_type(accept: str | None, offers: Iterable[str], aliases: Mapping[str, str] | None = None) -> str | None:
    """The offer the client likes best; the first of equals. None when it accepts none; no header accepts everything.

    `aliases`: other names that a media type goes by.
    """
    named = aliases or {}
    ranges = [Preference(named.get(p.value, p.value), p.quality) for p in preferences(accept or "*/*")]
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
    quality = next((text for name, _, text in found if name.strip() == "q"), "1")
    try:
        number = float(quality)
    except ValueError:
        return None
    return Preference(value, min(max(number, 0.0), 1.0)) if math.isfinite(number) else None


def _quality(offer: str, ranges: Sequence[Preference]) -> float:
    """The quality of the most specific range that covers the offer."""
    for pattern in (offer, offer.partition("/")[0] + "/*", "*/*"):
        matching = [r.quality for r in ranges if r.value == pattern]
        if matching:
            return max(matching)
    return 0.0
