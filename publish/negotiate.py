"""Content negotiation (RFC 9110 section 12): media types and languages by quality."""

from collections.abc import Sequence

from federation.accept import Preference, media_type, preferences

__all__ = ["Preference", "language", "media_type", "preferences"]


def language(header: str | None, offers: Sequence[str], default: str) -> str:
    """The offered language that comes first in the client's wishes (RFC 4647 lookup), else the default."""
    wishes = sorted(preferences(header or ""), key=lambda p: -p.quality)
    for wish in wishes:
        primary = wish.value.partition("-")[0]
        if wish.quality > 0 and primary in offers:
            return primary
    return default
