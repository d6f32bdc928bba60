"""Dates of a source's own modification stamps. What cannot be read is None: a stamp never costs a record."""

import re
from datetime import UTC, datetime, timedelta, timezone

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")


def offset(text: str) -> timezone:
    """A UTC offset such as "+08:00" or "Z". Raises ValueError."""
    if text in ("Z", "UTC"):
        return UTC
    found = _OFFSET.fullmatch(text)
    if not found:
        raise ValueError(f'utc_offset {text!r} is not like "+08:00"')
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-size if found[1] == "-" else size)


def parse(text: str, form: str, zone: timezone) -> datetime | None:
    """`form` is "iso", "epoch", "epoch_ms" or a strptime pattern; a stamp without offset is in `zone`."""
    try:
        if form in ("epoch", "epoch_ms"):
            return datetime.fromtimestamp(float(text) / (1000 if form == "epoch_ms" else 1), UTC)
        stamp = _iso(text) if form == "iso" else datetime.strptime(text, form)  # noqa: DTZ007 - zone is set below
    except (ValueError, OverflowError, OSError):
        return None
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=zone)


def _iso(text: str) -> datetime:
    return datetime.fromisoformat(text.strip().replace("/", "-"))


def write(stamp: datetime, form: str, zone: timezone) -> str:
    """The inverse of `parse`, for a request parameter."""
    if form in ("epoch", "epoch_ms"):
        return str(int(stamp.timestamp() * (1000 if form == "epoch_ms" else 1)))
    local = stamp.astimezone(zone)
    return local.isoformat(timespec="seconds") if form == "iso" else local.strftime(form)
