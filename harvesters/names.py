"""Names of records: keys composed of several values, and where a person sees a record at its source."""

from collections.abc import Sequence
from urllib.parse import quote


def compose(parts: Sequence[str]) -> str:
    """One key of several values, such that different values never give the same key."""
    if len(parts) == 1:
        return parts[0]
    return "|".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in parts)


def record_url(pattern: str, identifier: str) -> str | None:
    """The pattern with "{id}" replaced; None for an empty pattern."""
    return pattern.replace("{id}", quote(identifier, safe="")) or None
