"""The layout of a table as people make it: titles above, headings over one or two rows, a row of units."""

import re
from collections.abc import Sequence

import msgspec

ROWS = 12  # looked at, from the top
DEEPEST = 3  # rows of a heading
_UNIT = re.compile(
    r"[(（]?(?:万元|亿元|千元|百万元|元|美元|万美元|%|％|级|年|月|人|人次|项|件|个|家|次|名|篇|部|天|日)[)）]?"
)
_VALUE = re.compile(r"[\d.,%/\-:年月日]+|\d.{3,}")


class Layout(msgspec.Struct, frozen=True):
    """As the file harvester's options say it. `simple`: headings that are a column's whole name, the best filled first."""

    skip_rows: int = 0
    header_rows: int = 1
    unit_row: int = 0
    simple: tuple[str, ...] = ()


def layout(rows: Sequence[Sequence[object]]) -> Layout:
    """The layout of a table from its first rows; cells merged downwards stand in each of their rows."""
    texts = [[_text(cell) for cell in row] for row in rows[:ROWS]]
    skip = next((n for n, row in enumerate(texts) if _is_heading(row)), 0)
    if skip >= len(texts):
        return Layout()
    heading = texts[skip]
    depth = 1
    while depth < DEEPEST and skip + depth < len(texts) - 1 and _continues(heading, texts[skip + depth]):
        depth += 1
    units = texts[skip + depth] if skip + depth < len(texts) else []
    unit_row = depth + 1 if _are_units(units) else 0
    first = skip + (unit_row or depth)
    return Layout(skip, depth, unit_row, _simple(texts[skip : skip + depth], units if unit_row else [], texts[first:]))


def _is_heading(row: Sequence[str]) -> bool:
    filled = [text for text in row if text]
    return len(set(filled)) > 1 and len(filled) > len(row) / 2 or (len(row) == 1 and bool(filled))


def _continues(heading: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a row is one more row of headings: it repeats most of what stands above (merged cells) or says nothing
    there, and only divides headings further.
    """
    pairs = [(above, below) for above, below in zip(heading, row, strict=False) if above or below]
    if not pairs or any(_VALUE.fullmatch(below) for above, below in pairs if below != above):
        return False
    same = sum(above == below for above, below in pairs)
    bare = sum(not below for _, below in pairs)
    new = len(pairs) - same - bare
    divided = len(heading) != len({text for text in heading if text}) or "" in heading  # merged across
    return new > 0 and divided and same + bare >= len(pairs) / 2 and not _are_units(row)


def _are_units(row: Sequence[str]) -> bool:
    filled = [text for text in row if text]
    return bool(filled) and len(filled) < len(row) and all(_UNIT.fullmatch(text) for text in filled)


def _simple(headings: Sequence[Sequence[str]], units: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    names = [{level[n] for level in headings if n < len(level)} for n in range(len(headings[0]))]
    found = [
        (sum(bool(row[n]) for row in rows if n < len(row)), -n, next(iter(one)))
        for n, one in enumerate(names)
        if len(one) == 1 and next(iter(one)) and not (n < len(units) and units[n])
    ]
    every = [name for _, _, name in found]
    return tuple(name for _, _, name in sorted(found, reverse=True) if every.count(name) == 1)


def _text(cell: object) -> str:
    return "" if cell is None else " ".join(str(cell).split())
