"""Feeds taken apart: RSS 2.0, RSS 1.0 and Atom (RFC 4287) with paging (RFC 5005) and tombstones (RFC 6721).

An entry becomes a JSON tree like any XML record: local names, "@" before attributes, "#text" beside them, a list for what is
repeated; elements of other vocabularies carry the prefix everybody gives them ("dc:date"). XHTML content is its markup.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias

from lxml import etree

from harvesters import when
from harvesters.embedded import without_embedded
from harvesters.json_text import Malformed
from harvesters.xml_text import wellformed
from harvesters.xml_tree import local

ATOM = "http://www.w3.org/2005/Atom"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
XHTML = "http://www.w3.org/1999/xhtml"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_OWN = frozenset({"", ATOM, TOMBSTONES, RDF, "http://purl.org/rss/1.0/", "http://purl.org/net/rss1.1#"})
_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://search.yahoo.com/mrss/": "media:",
    "http://www.georss.org/georss": "georss:",
    "http://www.w3.org/2003/01/geo/wgs84_pos#": "geo:",
}
_DEEPEST = 48
_DATES = ("updated", "dcterms:modified", "modified", "pubDate", "dc:date", "published", "date", "issued")

Node: TypeAlias = "str | list[Node] | dict[str, Node]"
Element = etree._Element


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, or the tombstone of one (`deleted`, tree empty). `link` is where a person reads it."""

    identifier: str
    changed: datetime | None
    link: str
    deleted: bool
    tree: Node = field(repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a feed. `older` is the address of the next older one, empty on the last."""

    entries: tuple[Entry, ...]
    older: str


def read_feed(body: bytes, charset: str = "") -> Document:
    """Raises Malformed for what is no feed, is cut, or brings a DTD or entities."""
    slim = without_embedded(body.decode("latin-1")).encode("latin-1")  # byte for byte, whatever the encoding is
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(wellformed(slim, charset), parser)
    name = local(root.tag)
    if name not in ("rss", "RDF", "feed"):
        raise Malformed(f"its root element is {name[:100]!r}, not that of RSS or Atom")
    return Document(tuple(_entries(root)), _older(root))


def _entries(root: Element) -> Iterator[Entry]:
    for element in root.iter():
        name = local(element.tag)
        if name in ("item", "entry") and _namespace(element) in _OWN:
            yield _entry(element)
        elif name == "deleted-entry" and _namespace(element) == TOMBSTONES:
            yield Entry(element.get("ref", "").strip(), date(element.get("when", "")), "", True, "")


def _entry(element: Element) -> Entry:
    tree = _tree(element, 1)
    node = tree if isinstance(tree, dict) else {}
    link = _link(element)
    about = element.get(f"{{{RDF}}}about", "").strip()
    identifier = _first(node, "id") or _first(node, "guid") or about or link
    changed = next((stamp for name in _DATES if (stamp := date(_first(node, name))) is not None), None)
    return Entry(identifier, changed, link, False, tree)


def _link(element: Element) -> str:
    """Atom's link to the page itself, or the text of RSS's."""
    for child in element:
        if local(child.tag) != "link":
            continue
        if _namespace(child) != ATOM:
            return (child.text or "").strip()
        if child.get("rel", "alternate") == "alternate" and _namespace(element) == ATOM:
            return child.get("href", "").strip()
    return ""


def _older(root: Element) -> str:
    """RFC 5005: the next page of a paged feed, or the archive before this document."""
    for element in [root, *root][:1000]:
        for child in element:
            if child.tag == f"{{{ATOM}}}link" and child.get("rel", "") in ("next", "prev-archive"):
                return str(child.get("href", "")).strip()
    return ""


def _tree(element: Element, depth: int) -> Node:
    if depth > _DEEPEST:
        raise Malformed(f"nested deeper than {_DEEPEST} levels")
    if _namespace(element) == XHTML:
        return str(etree.tostring(element, encoding="unicode", method="html", with_tail=False))
    node: dict[str, Node] = {f"@{str(name).rpartition('}')[2]}": str(value) for name, value in element.attrib.items()}
    for child in element:
        _add(node, _name(child), _tree(child, depth + 1))
    text = "".join(str(each) for each in (element.text, *(child.tail for child in element)) if each).strip()
    if not node:
        return text
    return node | {"#text": text} if text else node


def _add(node: dict[str, Node], name: str, value: Node) -> None:
    before = node.get(name)
    if before is None:
        node[name] = value
    elif isinstance(before, list):
        before.append(value)
    else:
        node[name] = [before, value]


def _first(node: dict[str, Node], name: str) -> str:
    value = node.get(name, "")
    value = value[0] if isinstance(value, list) else value
    value = value.get("#text", "") if isinstance(value, dict) else value
    return str(value).strip() if isinstance(value, str) else ""


def date(text: str) -> datetime | None:
    """A date as feeds write it: RFC 3339, or RFC 822 in RSS 2.0; None for what is neither."""
    stamp = when.parse(text, "iso", UTC) if text else None
    if stamp is not None or not text:
        return stamp
    try:
        stamp = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)


def _name(element: Element) -> str:
    return _PREFIXES.get(_namespace(element), "") + local(element.tag)


def _namespace(element: Element) -> str:
    return str(element.tag).rpartition("}")[0].removeprefix("{")
