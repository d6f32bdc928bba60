"""The years of what was found, as bars: one for each year between the first and the last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from search.base import FacetCount

HEIGHT = 40
MOST = 60  # bars; what is older is counted in the first


@dataclass(frozen=True, slots=True)
class Bar:
    """`x` and `height` in units of the drawing; `href` leads to the records of the year."""

    year: int
    count: int
    x: int
    height: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Histogram:
    bars: tuple[Bar, ...]
    first: int
    last: int

    @property
    def width(self) -> int:
        return len(self.bars) * 10


def histogram(counts: Sequence[FacetCount], chosen: Sequence[str]) -> Histogram | None:
    """None where there are fewer than two years to compare."""
    numbers = {int(c.value): c.count for c in counts if c.value.isdecimal() and len(c.value) == 4 and c.count}
    if len(numbers) < 2:
        return None
    last = max(numbers)
    first = max(min(numbers), last - MOST + 1)
    return Histogram(tuple(_bars(numbers, first, last, {int(c) for c in chosen if c.isdecimal()})), first, last)


def _bars(numbers: Mapping[int, int], first: int, last: int, chosen: set[int]) -> list[Bar]:
    """A year that has any records has a bar that can be seen."""
    most = max(numbers.get(year, 0) for year in range(first, last + 1))
    return [
        Bar(year, count, place * 10, max(2, round(HEIGHT * count / most)) if count else 0, year in chosen)
        for place, year in enumerate(range(first, last + 1))
        for count in (numbers.get(year, 0),)
    ]
