"""schema.org descriptions inside web pages: the JSON-LD of script elements, whole objects of the types asked for."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import msgspec

from harvesters.json_text import Malformed, encode, wellformed

_OPENED = re.compile(r"<script\b[^<>]{0,500}?\btype\s*=\s*[\"']?application/ld\+json\b[^<>]{0,500}>", re.I)
_CLOSED = re.compile(r"</script", re.I)
_WRAPPING = re.compile(r"\A\s*(?://)?\s*(?:<!--|<!\[CDATA\[)?|(?://)?\s*(?:-->|\]\]>)?\s*\Z")
_INNER = ("@graph", "mainEntity")  # where one object holds others that are described as wholes
_DEEPEST = 8
_MOST = 10_000  # objects of one page


@dataclass(frozen=True, slots=True)
class Described:
    """One object: its JSON, the name it gives itself ("@id"), its type and its own date of change, each empty when not given."""

    body: bytes = field(repr=False)
    identifier: str
    type: str
    modified: str


def described(page: str, types: Collection[str]) -> Iterator[Described]:
    """The objects of these types in the order of the page. Raises Malformed, after those that stand before the fault."""
    wanted = frozenset(types)
    for script in _scripts(page):
        found: list[dict[str, object]] = []
        _collect(msgspec.json.decode(wellformed(script.encode())), wanted, found, 0)
        for each in found:
            kind = next(name for name in _types(each) if name in wanted)
            yield Described(encode(each), _text(each, "@id"), kind, _text(each, "dateModified"))


def _scripts(page: str) -> Iterator[str]:
    here = 0
    while opened := _OPENED.search(page, here):
        closed = _CLOSED.search(page, opened.end())
        if closed is None:
            return
        yield _WRAPPING.sub("", page[opened.end() : closed.start()])
        here = closed.end()


def _collect(value: object, wanted: frozenset[str], found: list[dict[str, object]], depth: int) -> None:
    if depth > _DEEPEST or len(found) >= _MOST:
        raise Malformed(f"its JSON-LD is nested deeper than {_DEEPEST} levels or describes more than {_MOST} things")
    if isinstance(value, list):
        for each in value:
            _collect(each, wanted, found, depth + 1)
    elif isinstance(value, dict):
        if not wanted.isdisjoint(_types(value)):
            found.append(value)
            return
        for name in _INNER:
            if name in value:
                _collect(value[name], wanted, found, depth + 1)


def _types(value: dict[str, object]) -> list[str]:
    """Short names of the types: "Dataset" for "schema:Dataset" and "http://schema.org/Dataset"."""
    given = value.get("@type")
    names = given if isinstance(given, list) else [given]
    return [re.split(r"[/#:]", name)[-1] for name in names if isinstance(name, str)]


def _text(value: dict[str, object], name: str) -> str:
    found = value.get(name)
    return found.strip() if isinstance(found, str) else ""
