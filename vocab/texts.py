"""The texts of a value, collected in one walk: one look at all of them together decides whether any needs a closer one."""

from collections.abc import Callable, Iterable
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec

Getter = Callable[[Any], tuple[Any, ...]]


def getter(names: tuple[str, ...]) -> Getter:
    """The values of these attributes, in order. Raises TypeError when there are none."""
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda value: (get(value),)


@cache
def every_part(kind: type) -> Getter | None:
    """What is inside a value of this type; None for what holds no text (numbers)."""
    if issubclass(kind, str):
        return lambda word: (str(word),)  # one of a fixed set of words
    names = kind.__struct_fields__ if issubclass(kind, msgspec.Struct) else ()
    return getter(names) if names else None


def collect(values: Iterable[Any], into: list[str], parts: Callable[[type], Getter | None] = every_part) -> None:
    """Add every text in the values, however deep; `parts` says what of a value to look into."""
    for value in values:
        if not value:
            continue
        kind = type(value)  # not isinstance: asking that of the library's structs is slow
        if kind is str:
            into.append(value)
        elif kind is tuple:
            collect(value, into, parts)
        elif (inside := parts(kind)) is not None:
            collect(inside(value), into, parts)


def prose(record: msgspec.Struct) -> str:
    """Every text in a record, codes and numbers of all kinds too, one a line."""
    found: list[str] = []
    collect((record,), found)
    return "\n".join(found)
