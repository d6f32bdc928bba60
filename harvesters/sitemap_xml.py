"""Sitemaps (https://www.sitemaps.org/protocol.html) taken apart: a stream of addresses with their dates of change.

No entities, no DTD, no network; a gzip body is unpacked up to a limit.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from lxml import etree

from harvesters.xml_tree import forget

_GZIP = b"\x1f\x8b"
_LONGEST = 2048  # characters of an address, by the protocol


class Failure(ValueError):
    """Not a sitemap, or not well-formed from some point on."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address: of another sitemap (`index`) or of a page. `changed` as it was written."""

    url: str
    changed: str
    index: bool


def unpacked(body: bytes, limit: int) -> bytes:
    """The document of a body that may be gzip. Raises Failure for more than `limit` bytes and for broken gzip."""
    if not body.startswith(_GZIP):
        return body
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = stream.decompress(body, limit + 1)
    except zlib.error as error:
        raise Failure(f"its gzip is broken: {error}") from None
    if len(plain) > limit:
        raise Failure(f"unpacked it is larger than limits.max_bytes = {limit}")
    if not stream.eof:
        raise Failure("its gzip stops in the middle")
    return plain


def places(document: bytes) -> Iterator[Place]:
    """The addresses of a urlset or sitemapindex. Raises Failure, after those that stand before a fault."""
    stream = etree.iterparse(
        BytesIO(document.strip()),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    depth = 0
    try:
        for event, element in stream:
            name = etree.QName(element).localname
            if event == "start":
                depth += 1
                if depth == 1:
                    _check(element, name)
                continue
            depth -= 1
            if depth == 1:
                yield Place(_child(element, "loc")[:_LONGEST], _child(element, "lastmod"), name == "sitemap")
                forget(element)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Failure(str(error)[:200]) from None


def _check(root: "etree._Element", name: str) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise Failure("it brings a DTD or entities, which are refused")
    if name not in ("urlset", "sitemapindex"):
        raise Failure(f"its root element is {name[:100]!r}, not urlset or sitemapindex")


def _child(element: "etree._Element", name: str) -> str:
    found = (child.text or "" for child in element if etree.QName(child).localname == name)
    return next(found, "").strip()
