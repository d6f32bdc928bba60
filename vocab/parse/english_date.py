"""Dates with English month names: `March 2019`, `1 March 2019`, `Mar 1, 2019`, `Fri, 01 Mar 2019 00:00:00 +0800`."""

import re
from typing import Final

_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS: Final = {name: number for number, name in enumerate(_NAMES, start=1)}
_NAME: Final = rf"(?P<m>{'|'.join(_NAMES)})[a-z]{{0,6}}\.?"
_FORMS: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?:[a-z]{{3,9}},\s*)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+{_NAME},?[\s-]+(?P<y>\d{{4}})(?:\s+\d.*)?",
        rf"{_NAME}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})(?:\s+\d.*)?",
        rf"{_NAME},?[\s-]+(?P<y>\d{{4}})",
    )
)


def english(text: str) -> tuple[int, int, int | None] | None:
    """Year, month and perhaps day of a date with an English month name; None for any other text."""
    if not text.isascii():
        return None
    for form in _FORMS:
        if match := form.fullmatch(text):
            groups = match.groupdict()
            day = groups.get("d")
            return int(groups["y"]), _MONTHS[groups["m"].lower()], int(day) if day else None
    return None
