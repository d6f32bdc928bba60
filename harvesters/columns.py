"""The columns of a record on a web page: where each stands, described by options alone.

One name met several times, with different values, holds them all in a list.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec

from harvesters.base import OptionsError
from harvesters.page import Element, markup, select, selector, text

Facts: TypeAlias = dict[str, str | list[str]]
_LABEL = re.compile(r"\A([^:：]{1,60})[:：]\s*(.*)\Z", re.S)
_LONGEST_LABEL = 200
_MOST = 1000  # values of one name


class Misfit(ValueError):
    """The page is not laid out as the options say; the message says where."""


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One column. `take` is text, html (the markup inside) or an attribute ("@href")."""

    css: str  # selector; empty: the place itself
    take: str = "text"  # text, html or an attribute like "@href"
    pattern: str = ""  # a regular expression: its first group, or what it finds, is the value
    many: bool = False  # all matches, not only the first


class Shift(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """Cells that move back when one of them says something else than usual. Positions count from 0."""

    at: int  # the cell that decides
    unless: str | tuple[str, ...]  # nothing moves while it says this
    start: int  # the first cell that moves
    by: int  # how far
    names: tuple[str, ...] = ()  # names of the cells put in between; empty: they are left out


class Positions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cells without labels, named by their order."""

    css: str  # selector of the cells
    names: tuple[str, ...]  # of the cells in order
    html: tuple[str, ...] = ()  # names of those taken as markup
    shift: Shift | None = None  # when cells are put in between


class Labelled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cells beside their labels: rows of a table (th and td, or td and td), or elements like "联系人：张三"."""

    css: str  # selector of the rows or elements
    html: tuple[str, ...] = ()  # labels of those taken as markup


class Layout:
    """The columns of one kind of page, compiled. Raises OptionsError naming the option."""

    def __init__(
        self,
        where: str,
        columns: Mapping[str, Column],
        positions: Sequence[Positions] = (),
        tables: Sequence[Labelled] = (),
        pairs: Sequence[Labelled] = (),
    ) -> None:
        self._columns = {name: Reader(column, f"{where}.{name}") for name, column in columns.items()}
        self._positions = [(_checked(each, where), selector(each.css, f"{where}.positions")) for each in positions]
        self._tables = [(each, selector(each.css, f"{where}.tables")) for each in tables]
        self._pairs = [(each, selector(each.css, f"{where}.pairs")) for each in pairs]

    @property
    def empty(self) -> bool:
        return not (self._columns or self._positions or self._tables or self._pairs)

    def facts(self, root: Element) -> Facts:
        """What the page says, by column. Raises Misfit."""
        found: Facts = {}
        for name, value in self._said(root):
            _put(found, name, value)
        return found

    def _said(self, root: Element) -> Iterator[tuple[str, str]]:
        for name, column in self._columns.items():
            yield from ((name, value) for value in column.values(root))
        for positions, css in self._positions:
            yield from _by_position(positions, select(css, root))
        for table, css in self._tables:
            for row in select(css, root):
                yield from _by_label(table, row)
        for pair, css in self._pairs:
            for element in select(css, root):
                if label := _LABEL.match(text(element)):
                    value = markup(element).partition(label[1])[2].lstrip(":： ") if label[1] in pair.html else label[2]
                    yield label[1].strip(), value.strip()


class Reader:
    """One column with its selector and pattern, ready for use. Raises OptionsError naming the option."""

    def __init__(self, column: Column, where: str) -> None:
        self._css = selector(column.css, where) if column.css else None
        self._take, self._many = column.take, column.many
        if column.take not in ("text", "html") and not column.take.startswith("@"):
            raise OptionsError(f'{where}: take = {column.take!r} is not "text", "html" or an attribute like "@href"')
        self._pattern = pattern(column.pattern, where)

    def values(self, root: Element) -> Iterator[str]:
        places = select(self._css, root) if self._css else [root]
        for place in places if self._many else places[:1]:
            if value := searched(self._pattern, self._taken(place)):
                yield value

    def _taken(self, place: Element) -> str:
        if self._take == "html":
            return markup(place)
        return text(place) if self._take == "text" else str(place.get(self._take[1:]) or "").strip()


def pattern(regex: str, where: str) -> re.Pattern[str] | None:
    """A regular expression, None for an empty one. Raises OptionsError."""
    try:
        return re.compile(regex) if regex else None
    except re.error as error:
        raise OptionsError(f"{where}: {regex!r} is no regular expression: {error}") from None


def searched(regex: re.Pattern[str] | None, value: str) -> str:
    """What a pattern finds in a value, its first group if it has one; without a pattern the value."""
    if regex is None:
        return value
    found = regex.search(value)
    return (found[1 if regex.groups else 0] or "").strip() if found else ""


def _checked(positions: Positions, where: str) -> Positions:
    shift = positions.shift
    if shift and not (
        0 <= shift.at < len(positions.names) and 0 <= shift.start <= len(positions.names) and shift.by > 0
    ):
        raise OptionsError(f"{where}.positions: shift points outside its {len(positions.names)} names")
    if shift and shift.names and len(shift.names) != shift.by:
        raise OptionsError(f"{where}.positions: shift by {shift.by} needs {shift.by} names, not {len(shift.names)}")
    return positions


def _by_position(positions: Positions, cells: Sequence[Element]) -> Iterator[tuple[str, str]]:
    """A cell too many or too few means that every value behind it would get the wrong name: that is a Misfit."""
    names: list[str] = list(positions.names)
    shift = positions.shift
    if shift and shift.at < len(cells):
        usual = (shift.unless,) if isinstance(shift.unless, str) else shift.unless
        if text(cells[shift.at]) not in usual:
            names[shift.start : shift.start] = shift.names or [""] * shift.by
    if len(cells) != len(names):
        raise Misfit(f"{len(cells)} cells at {positions.css!r} where {len(names)} were expected")
    for name, cell in zip(names, cells, strict=True):
        if name:
            yield name, markup(cell) if name in positions.html else text(cell)


def _by_label(table: Labelled, row: Element) -> Iterator[tuple[str, str]]:
    cells = [cell for cell in row if cell.tag in ("th", "td")]
    for label, cell in _beside(cells):
        name = text(label).strip(":： ")
        if name and len(name) <= _LONGEST_LABEL:
            yield name, markup(cell) if name in table.html else text(cell)


def _beside(cells: Sequence[Element]) -> Iterable[tuple[Element, Element]]:
    """Label and value: a th and the td behind it; in a row without th every second cell is a label."""
    if not any(cell.tag == "th" for cell in cells):
        return zip(cells[::2], cells[1::2], strict=False)
    return ((a, b) for a, b in zip(cells, cells[1:], strict=False) if a.tag == "th" and b.tag == "td")


def _put(found: Facts, name: str, value: str) -> None:
    before = found.get(name)
    if not value or before == value:
        found.setdefault(name, value)
    elif not before:
        found[name] = value
    elif isinstance(before, str):
        found[name] = [before, value]
    elif value not in before:
        if len(before) >= _MOST:
            raise Misfit(f"{name[:60]!r} has more than {_MOST} values")
        before.append(value)
