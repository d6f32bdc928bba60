"""Records in an XML file of any vocabulary, streamed: each element at one path is a record.

No entities, no DTD, no network. A record's body is its element in canonical XML (C14N 1.0), so that two spellings of it
are one record. A path begins below the outermost element and names local names, as in mappings: namespaces are left aside.
"""

import io
import re
from collections.abc import Iterator
from typing import IO

from lxml import etree

from harvesters import when
from harvesters.answer import printable
from harvesters.base import XML, Harvested, TerminalError
from harvesters.charset import detect
from harvesters.documents import Shape
from harvesters.listing import Listing
from harvesters.names import compose, record_url
from harvesters.xml_characters import DECLARED, legal
from harvesters.xml_tree import forget, local

MAX_NODES = 200_000  # elements of one record
_CHUNK = 128 * 2**10  # characters
_HEADING = re.compile(r"\A[\ufeff\s]*(?:<\?xml[^>]{0,300}?\?>)?\s*")

Element = etree._Element
Event = tuple[str, Element]


def records(
    file: IO[bytes], charset: str, shape: Shape, listing: Listing, where: str, label: str
) -> Iterator[Harvested]:
    """The records of one file: the elements at `shape.records` ("列表.成果"); empty: whatever the outermost element holds.

    Raises TerminalError, after the records that stand before a fault.
    """
    declared = DECLARED.match(file.read(300))
    codec = detect(file, declared[1].decode() if declared else charset, where)
    walk = _Walk(tuple(shape.records.split(".")) if shape.records else ())
    for number, (element, whole) in enumerate(walk.elements(_events(file, codec, where)), 1):
        yield _one(element, whole, shape, listing, f"{label}record {number}")
    if not walk.met:
        raise TerminalError(
            f"{where} has no element at record_path = {shape.records!r}; its outermost element {walk.root!r} holds"
            f" {', '.join(walk.children) or 'nothing'}. Edit [options]"
        )


def _one(element: Element, whole: bool, shape: Shape, listing: Listing, position: str) -> Harvested:
    if not whole:
        return listing.unreadable(position, f"more than {MAX_NODES} elements in one record")
    parts = [value(element, path) for path in shape.key]
    if not any(parts):
        return listing.unreadable(position, printable(f"no key at {', '.join(shape.key)}"))
    identifier = compose(parts)
    stamp = when.parse(value(element, shape.modified), shape.modified_format, shape.zone) if shape.modified else None
    body = _canonical(element)
    url = record_url(shape.url, identifier)
    return listing.record(identifier, XML, body, modified=stamp, url=url, position=position)


def value(element: Element, path: str) -> str:
    """The text at a dotted path below an element ("登记.登记号", "@id", "登记.@code"); the first of several, empty for none."""
    here = element
    for step in path.split("."):
        if step.startswith("@"):
            return next((str(text).strip() for name, text in here.items() if local(name) == step[1:]), "")
        found = next((child for child in here if local(child.tag) == step), None)
        if found is None:
            return ""
        here = found
    return " ".join("".join(map(str, here.itertext())).split())


def _canonical(element: Element) -> bytes:
    try:
        return etree.tostring(element, method="c14n", with_comments=False)
    except etree.C14NError:  # a relative namespace name, which C14N refuses
        return etree.tostring(element, with_tail=False)


class _Walk:
    """Goes through the document keeping one record at a time; what it met on the way serves the message of a wrong path."""

    def __init__(self, path: tuple[str, ...]) -> None:
        self.root = ""
        self.children: dict[str, None] = {}
        self._path = path
        self._found = self._emptied = self._others = False

    @property
    def met(self) -> bool:
        """Whether the records were found, or the place where they would be, empty. Other elements there are a wrong path."""
        return self._found or (self._emptied and not self._others) or not self._path

    def elements(self, events: Iterator[Event]) -> Iterator[tuple[Element, bool]]:
        """Each record, and whether all of it is there."""
        stack: list[str] = []
        nodes = depth = 0  # of the open record; depth 0: none is open
        for event, element in events:
            if event == "start":
                stack.append(local(element.tag))
                self._note(stack)
                if depth or self._is_record(stack):
                    depth, nodes = depth + 1, nodes + 1
                continue
            stack.pop()
            if depth == 1:
                yield element, nodes <= MAX_NODES
                nodes = 0
            if depth <= 1 or nodes > MAX_NODES:
                forget(element)
            depth = max(0, depth - 1)

    def _is_record(self, stack: list[str]) -> bool:
        return len(stack) == 2 if not self._path else tuple(stack[1:]) == self._path

    def _note(self, stack: list[str]) -> None:
        if len(stack) == 1:
            self.root = stack[0][:100]
        elif len(stack) == 2 and len(self.children) < 20:
            self.children[stack[1][:100]] = None
        below = tuple(stack[1:])
        if below == self._path:
            self._found = True
        elif below == self._path[:-1]:
            self._emptied = True
        elif below[:-1] == self._path[:-1]:
            self._others = True


def _events(file: IO[bytes], codec: str, where: str) -> Iterator[Event]:
    parser = etree.XMLPullParser(
        events=("start", "end"),
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    begun = False
    try:
        for chunk in _chunks(file, codec):
            parser.feed(chunk)
            for event, element in parser.read_events():
                if not isinstance(element, Element):
                    continue
                if not begun and element.getroottree().docinfo.internalDTD is not None:
                    raise TerminalError(f"{where} brings a DTD or entities, which are refused")
                begun = True
                yield event, element
        parser.close()
    except etree.XMLSyntaxError as error:
        raise TerminalError(f"{where} is not well-formed XML: {printable(str(error), 200)}; ask for it again") from None


def _chunks(file: IO[bytes], codec: str) -> Iterator[bytes]:
    """The text as UTF-8 without its XML declaration; characters that XML forbids become U+FFFD."""
    text = io.TextIOWrapper(file, codec, errors="replace", newline="")
    try:
        rest = _HEADING.sub("", text.read(_CHUNK), count=1)
        while more := text.read(_CHUNK):
            kept = rest.rfind("&", len(rest) - 12) if len(rest) > 12 else -1  # a reference may be cut
            kept = kept if kept >= 0 else len(rest)
            yield _clean(rest[:kept])
            rest = rest[kept:] + more
        yield _clean(rest)
    finally:
        text.detach()


def _clean(text: str) -> bytes:
    return legal(text).encode()
