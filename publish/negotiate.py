"""Content negotiation (RFC 9110 section 12): media types and languages by quality."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preference:
    value: str
    quality: float


def preferences(header: str) -> list[Preference]:
    """The members of an Accept or Accept-Language header; a member that cannot be read is left out."""
    members = (_member(part) for part in header.split(",")[:50])
    return [m for m in members if m is not None]


def media_type(accept: str | None, offers: Sequence[str]) -> str | None:
    """The offer the client likes best; the first of equals. None when it accepts none; no header accepts everything."""
    ranges = preferences(accept or "*/*")
    scored = [(_quality(offer, ranges), offer) for offer in offers]
    best = max((quality for quality, _ in scored), default=0.0)
    return next((offer for quality, offer in scored if quality == best), None) if best > 0 else None


def language(header: str | None, offers: Sequence[str], default: str) -> str:
    """The offered language that comes first in the client's wishes (RFC 4647 lookup), else the default."""
    wishes = sorted(preferences(header or ""), key=lambda p: -p.quality)
    for wish in wishes:
        primary = wish.value.partition("-")[0]
        if wish.quality > 0 and primary in offers:
            return primary
    return default


def _member(part: str) -> Preference | None:
    value, *parameters = (piece.strip().lower() for piece in part.split(";"))
    if not value:
        return None
    quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
    try:
        number = float(quality)
    except ValueError:
        return None
    return Preference(value, min(max(number, 0.0), 1.0)) if math.isfinite(number) else None


def _quality(offer: str, ranges: Sequence[Preference]) -> float:
    """The quality of the most specific range that covers the offer (RFC 9110 section 12.5.1)."""
    for pattern in (offer, offer.partition("/")[0] + "/*", "*/*"):
        matching = [r.quality for r in ranges if r.value == pattern]
        if matching:
            return max(matching)
    return 0.0
