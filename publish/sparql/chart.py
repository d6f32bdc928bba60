"""A bar chart of an answer, when it is one: a column of names or years and a column of numbers, and not too many rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

MOST, FEWEST = 60, 2  # rows
NUMBERS = frozenset(
    f"http://www.w3.org/2001/XMLSchema#{name}"
    for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")
)
Binding = Mapping[str, Mapping[str, Any]]


class Bar(msgspec.Struct, frozen=True):
    """`share` of the longest bar, 0..100."""

    label: str
    value: str
    share: float


class Chart(msgspec.Struct, frozen=True):
    label: str  # name of the column of names
    value: str  # name of the column of numbers
    bars: list[Bar]


def chart(columns: Sequence[str], bindings: Sequence[Binding]) -> Chart | None:
    """The last column of numbers by the first column that is none; None when that is not what the answer is."""
    if not FEWEST <= len(bindings) <= MOST:
        return None
    numeric = [name for name in columns if all(_number(row, name) is not None for row in bindings)]
    named = [name for name in columns if name not in numeric and all(name in row for row in bindings)]
    if not numeric or not named:
        return None
    label, value = named[0], numeric[-1]
    numbers = [_number(row, value) or 0.0 for row in bindings]
    if min(numbers) < 0 or not max(numbers) > 0:
        return None
    shares = (round(100 * number / max(numbers), 1) for number in numbers)
    bars = [Bar(_short(row[label]), row[value]["value"], share) for row, share in zip(bindings, shares, strict=True)]
    return Chart(label, value, bars)


def _number(row: Binding, name: str) -> float | None:
    term = row.get(name)
    if term is None or term.get("datatype") not in NUMBERS:
        return None
    try:
        number = float(term["value"])
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def _short(term: Mapping[str, Any]) -> str:
    """An address by its end."""
    text = str(term["value"])
    return text.rstrip("/#").rpartition("#" if "#" in text.rstrip("#") else "/")[2] if term["type"] == "uri" else text
