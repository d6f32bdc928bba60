"""How the change log is cut into pages, for every feed alike.

A page holds PAGE numbers of the log and a block BLOCK pages. Both are part of addresses that others keep for years, so they are
no settings: the page of a change is the same for ever.
"""

from collections.abc import Iterator
from typing import NamedTuple

PAGE = 250  # changes
BLOCK = 100  # pages
FILE = 1_000  # changes: of ResourceSync, whose entries are a line each
LONGEST_NUMBER = 12  # digits


class Span(NamedTuple):
    """The numbers `first` to `last` of the log, both inclusive; `number` counts the spans of this size from 0."""

    number: int
    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    def full(self, newest: int) -> bool:
        """Whether nothing can be added to it any more."""
        return newest >= self.last


def number(text: str) -> int | None:
    """The number of a span as addresses have it: of one there is one way to write it."""
    plain = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if plain and str(int(text)) == text else None


def page(number: int) -> Span:
    return _span(number, PAGE)


def block(number: int) -> Span:
    return _span(number, PAGE * BLOCK)


def file(number: int) -> Span:
    return _span(number, FILE)


def file_of(seq: int) -> Span:
    return file((seq - 1) // FILE)


def page_of(seq: int) -> Span:
    """The page that a change is on."""
    return page((seq - 1) // PAGE)


def blocks(newest: int) -> Iterator[Span]:
    """The blocks of a log that ends with this number."""
    return map(block, range(-(-newest // (PAGE * BLOCK))))


def pages(within: Span, newest: int) -> Iterator[Span]:
    """The pages of a block."""
    first = within.number * BLOCK
    return (one for one in map(page, range(first, first + BLOCK)) if one.first <= newest)


def _span(number: int, size: int) -> Span:
    return Span(number, number * size + 1, (number + 1) * size)
