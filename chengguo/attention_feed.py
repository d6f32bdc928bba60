"""`data/attention.atom`: what needs a person, as an Atom feed (RFC 4287) for operators. Not served: it is their file."""

import os
from collections.abc import Sequence
from pathlib import Path

from lxml import etree

from chengguo.home import Home
from federation.attention import Matter
from federation.clock import stamp

ATOM = "http://www.w3.org/2005/Atom"
NAME = "attention.atom"


def write(home: Home, matters: Sequence[Matter], base: str) -> Path:
    """Replace the file in one step, so that a reader never sees half of it."""
    path = home.data / NAME
    new = path.with_suffix(".new")
    new.write_bytes(feed(matters, base))
    os.replace(new, path)
    return path


def feed(matters: Sequence[Matter], base: str) -> bytes:
    """An entry's id changes with what it says (RFC 4287, 4.2.6), so that readers show a changed matter anew."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]  # the stubs know no default namespace
    _add(root, "id", f"{base}/feed/attention")
    _add(root, "title", "What needs a person")
    _add(_add(root, "author"), "name", base)
    _add(root, "updated", stamp())
    for matter in matters:
        _entry(_add(root, "entry"), matter, base)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _entry(entry: etree._Element, matter: Matter, base: str) -> None:
    _add(entry, "id", f"{base}/feed/attention#{matter.digest[:32]}")
    _add(entry, "title", f"{matter.source}: {matter.concern.value}")
    _add(entry, "updated", matter.since or stamp())
    _add(entry, "category").set("term", matter.concern.value)
    _add(entry, "summary", f"{matter.said}. Settle: {matter.command}")


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    made = etree.SubElement(parent, f"{{{ATOM}}}{name}")
    made.text = text
    return made
