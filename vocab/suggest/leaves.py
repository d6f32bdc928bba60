"""Leaves: every value in a raw record with the path a mapping would write for it, and whether given paths reach it.

Positions in lists are `[*]`. Of lists that are dictionaries in disguise (CKAN extras, XML in several languages) each
entry is a place of its own: `extras[key=阶段].value`, `dc.title[@lang=zh]`.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from vocab.mapping.path import All, Index, Key, Path, Step, Where, scalar_text
from vocab.tree import Scalar, Tree

LONGEST = 60  # characters of a key that tells the entries of a list apart
TEXT, LANGUAGE = "#text", "@lang"  # as `vocab.decode` spells XML
ALL = All()
Steps = tuple[Step, ...]


class Leaf(NamedTuple):
    steps: Steps
    value: Scalar
    used: bool

    @property
    def path(self) -> str:
        return str(Path(self.steps))


class Uses(msgspec.Struct):
    """Paths as a tree: what is reached from here by a key, for items that say something, and for any item."""

    keys: dict[str, "Uses"] = {}
    wheres: dict[tuple[str, str], "Uses"] = {}
    items: "Uses | None" = None
    end: bool = False


def uses(paths: Iterable[Path]) -> Uses:
    """The paths, ready to be compared with records."""
    root = Uses()
    for path in paths:
        here = root
        for step in path.steps:
            here = _next(here, step)
        here.end = True
    return root


def leaves(tree: Tree, used: Uses | None = None) -> Iterator[Leaf]:
    """Every scalar of a raw record. An XML element with attributes is its text."""
    return _walk(tree, (), [used] if used is not None else [], False)


def _next(here: Uses, step: Step) -> Uses:
    match step:
        case Key(name):
            return here.keys.setdefault(name, Uses())
        case Where(key, value):
            return here.wheres.setdefault((key, value), Uses())
        case Index() | All():
            here.items = here.items or Uses()
            return here.items


def _walk(node: Tree, at: Steps, active: list[Uses], used: bool) -> Iterator[Leaf]:
    active = [
        *active,
        *(one.items for one in active if one.items is not None),
    ]  # sources are careless about one and many
    if isinstance(node, list):
        used = used or any(one.end for one in active)
        for item in node:
            yield from _walk(item, (*at, ALL), active, used)
    elif isinstance(node, dict):
        yield from _object(node, at, active, used)
    else:
        yield Leaf(at, node, used or any(one.end for one in active))


def _object(node: dict[str, Tree], at: Steps, active: list[Uses], used: bool) -> Iterator[Leaf]:
    told = {key for one in active for key, value in one.wheres if _says(node, key, value)}
    active = active + [inner for one in active for (key, value), inner in one.wheres.items() if _says(node, key, value)]
    used = used or any(one.end for one in active)
    at, apart = _apart(node, at)
    for name, value in node.items():
        inner = [one.keys[name] for one in active if name in one.keys]
        if name == TEXT:  # taken with the element
            yield from _walk(value, at, inner, used)
        elif name != apart:
            yield from _walk(value, (*at, Key(name)), inner, used or name in told)


def _apart(node: dict[str, Tree], at: Steps) -> tuple[Steps, str]:
    """The steps to this object, and the key that tells it from others of its list; empty when there is none."""
    for name, beside in (("key", "value"), (LANGUAGE, TEXT)):
        word = node.get(name)
        if beside in node and isinstance(word, str) and 0 < len(word) <= LONGEST:
            before = at[:-1] if at and isinstance(at[-1], All) else at
            return (*before, Where(name, word)), name
    return at, ""


def _says(node: dict[str, Tree], key: str, value: str) -> bool:
    found = node.get(key)
    return isinstance(found, str | int | float) and scalar_text(found).strip() == value
