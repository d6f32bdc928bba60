"""The path language: where in a raw record a value stands.

    成果名称                       a key
    dc.title[0]                    a key inside a key, the first of several
    authors[*].name                of every item
    extras[key=stage].value        of the items whose `key` is "stage" (CKAN extras)
    title[@lang=en]                XML attributes are keys that begin with "@"
    "a.b"."c[d]"                   keys with special characters are quoted, JSON string escapes allowed
    $                              the whole record

Sources are careless about one and many (XML above all), so paths are not: an index or [*] on what is no list treats
it as a list of one, a selection tests it, and a key on a list is asked of every item.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

import msgspec

from vocab.mapping.errors import PathError
from vocab.tree import Scalar, Tree

MAX_STEPS = 32


class Key(msgspec.Struct, frozen=True, tag=True):
    name: str


class Index(msgspec.Struct, frozen=True, tag=True):
    number: int


class All(msgspec.Struct, frozen=True, tag=True):
    pass


class Where(msgspec.Struct, frozen=True, tag=True):
    key: str
    value: str


Step: TypeAlias = Key | Index | All | Where
Finder: TypeAlias = Callable[[Tree], list[Tree]]

_QUOTED = r'"(?:[^"\\\x00-\x1f]|\\.)*"'
_BARE = r'[^.\[\]"=\s$*](?:[^.\[\]"=]*[^.\[\]"=\s])?'
_KEY = re.compile(rf"({_QUOTED})|({_BARE})")
_INDEX = re.compile(r"\[\s*(-?\d{1,6})\s*\]")
_ALL = re.compile(r"\[\s*\*\s*\]")
_WHERE = re.compile(rf'\[\s*({_QUOTED}|{_BARE})\s*=\s*({_QUOTED}|[^\]"]*?)\s*\]')
_PLAIN_KEY = re.compile(_BARE)


class Path(msgspec.Struct, frozen=True):
    """A parsed path. `str(path)` is its canonical spelling, which parses to the same path."""

    steps: tuple[Step, ...]

    def __str__(self) -> str:
        text = ""
        for step in self.steps:
            text += _spell(step, first=not text)
        return text or "$"

    @property
    def many(self) -> bool:
        """Whether it asks for all items of a list, so that its answer is a list even when there is one."""
        return any(isinstance(s, All) for s in self.steps)

    def find(self, tree: Tree) -> list[Tree]:
        """Everything at this path, in document order; empty when there is nothing. Never raises."""
        found = [tree]
        for step in self.steps:
            found = [value for node in found for value in _take(step, node)]
        return found

    def finder(self) -> Finder:
        """`find`, made fast for the commonest case of all: one key of the outermost object."""
        if len(self.steps) == 1 and isinstance(step := self.steps[0], Key):
            name = step.name

            def top(tree: Tree) -> list[Tree]:
                if isinstance(tree, dict):
                    return [tree[name]] if name in tree else []
                return self.find(tree)

            return top
        return self.find


def parse(text: str) -> Path:
    """A path from its text. Raises PathError, which shows how far it could be read."""
    steps: list[Step] = []
    at = 1 if text.startswith("$") else 0
    at = at + 1 if at and text[1:2] == "." and len(text) > 2 else at
    want_key = at == 0 or (at == 2)
    while at < len(text):
        step, at = _step(text, at, want_key)
        steps.append(step)
        want_key = text[at : at + 1] == "."
        at += want_key
    if want_key or len(steps) > MAX_STEPS:
        raise _unreadable(text, at) if want_key else PathError("", f"path {text!r} has more than {MAX_STEPS} steps")
    return Path(tuple(steps))


def _step(text: str, at: int, want_key: bool) -> tuple[Step, int]:
    if text[at : at + 1] == "[" and not (want_key and at):
        if match := _INDEX.match(text, at):
            return Index(int(match[1])), match.end()
        if match := _ALL.match(text, at):
            return All(), match.end()
        if match := _WHERE.match(text, at):
            return Where(_unquote(match[1]), _unquote(match[2])), match.end()
    elif want_key and (match := _KEY.match(text, at)):
        return Key(_unquote(match[0])), match.end()
    raise _unreadable(text, at)


def _unreadable(text: str, at: int) -> PathError:
    known = "a key, \"a quoted key\", [0], [*] or [key=value], keys joined by '.'"
    return PathError("", f"path {text!r} cannot be read after {text[:at]!r}; a path is made of {known}")


def _unquote(text: str) -> str:
    if not text.startswith('"'):
        return text
    try:
        return str(json.loads(text))
    except ValueError as error:
        raise PathError("", f"{text} is no quoted key: {error}") from None


def _quote(text: str) -> str:
    return text if _PLAIN_KEY.fullmatch(text) else json.dumps(text)


def _spell(step: Step, first: bool) -> str:
    match step:
        case Key(name):
            return _quote(name) if first else f".{_quote(name)}"
        case Index(number):
            return f"[{number}]"
        case All():
            return "[*]"
        case Where(key, value):
            return f"[{_quote(key)}={_quote(value)}]"


def _take(step: Step, node: Tree) -> Iterator[Tree]:
    match step:
        case Key(name):
            for item in node if isinstance(node, list) else (node,):
                if isinstance(item, dict) and name in item:
                    yield item[name]
        case Index(number):
            items = node if isinstance(node, list) else [node]
            if -len(items) <= number < len(items):
                yield items[number]
        case All():
            yield from node if isinstance(node, list) else (node,)
        case Where(key, value):
            for item in node if isinstance(node, list) else (node,):
                if isinstance(item, dict) and _is(item.get(key), value):
                    yield item


def _is(found: Tree, value: str) -> bool:
    return isinstance(found, str | int | float) and scalar_text(found).strip() == value


def scalar_text(value: Scalar) -> str:
    """A scalar as a person would write it: spreadsheets turn every whole number into a float (2.0 is "2")."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    try:
        return str(value)
    except ValueError:  # an integer of thousands of digits: Python refuses to write it out
        return ""
