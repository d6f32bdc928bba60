"""Sitemaps (sitemaps.org 0.9) in the order of the change log: an index, and a file for each span of its numbers.

A change touches the newest file and the one that the record moved out of, no others; the index says when that was.
"""

from collections.abc import Iterable
from threading import Lock

from lxml import etree

from federation.selection import ListedView
from publish.errors import BadParameter
from publish.links import record_path
from publish.services import Services
from vocab.public import PublicRecord

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
CHUNK = 10_000  # changes read together


class Ages:
    """When the file of each span was last touched. Follows the log from where it was asked last; shared by threads."""

    def __init__(self, span: int) -> None:
        self._span = span
        self._seq = 0
        self._at: list[str] = []
        self._turn = Lock()

    def of(self, view: ListedView) -> list[str]:
        """RFC 3339, file by file."""
        with self._turn:
            if view.last_seq() < self._seq:  # an older ledger was put in its place
                self._seq, self._at = 0, []
            while moves := view.moves(self._seq, CHUNK):
                for move in moves:
                    self._touch(move.seq, move.at)
                    if move.before:
                        self._touch(move.before, move.at)
                self._seq = moves[-1].seq
            return list(self._at)

    def _touch(self, seq: int, at: str) -> None:
        file = (seq - 1) // self._span
        self._at += [""] * (file + 1 - len(self._at))
        self._at[file] = max(self._at[file], at)


def sitemap_of(services: Services, ages: Ages, after: str | None) -> bytes:
    """The index without `after`; with it, the addresses of one span of sequence numbers. Raises BadParameter."""
    if after is None:
        return _index(services, ages)
    if not (after.isascii() and after.isdigit() and len(after) < 17):
        raise BadParameter(
            "after", f"Parameter 'after' is {after[:40]!r}; allowed is a whole number.", value=after[:40]
        )
    span = services.settings.limits.sitemap
    start = int(after) // span * span
    found = services.view.page(start, span)
    return _urlset((p for p in found if p.seq <= start + span), services)


def _index(services: Services, ages: Ages) -> bytes:
    root = element(SITEMAP, "sitemapindex")
    span, base = services.settings.limits.sitemap, services.settings.base_url
    for number, at in enumerate(ages.of(services.view) or [""]):
        file = add(root, "sitemap")
        add(file, "loc", f"{base}/sitemap.xml?after={number * span}")
        if at:
            add(file, "lastmod", at)
    return document(root)


def _urlset(records: Iterable[PublicRecord], services: Services) -> bytes:
    root = element(SITEMAP, "urlset")
    for public in records:
        path = record_path(public.iri, services.namespaces.base)
        if path is not None:
            address = add(root, "url")
            add(address, "loc", services.settings.base_url + path)
            add(address, "lastmod", public.at)
    return document(root)


def element(namespace: str, name: str) -> etree._Element:
    """A root in a default namespace."""
    return etree.fromstring(f'<{name} xmlns="{namespace}"/>')


def add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    """A child in the namespace of its parent."""
    child = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    child.text = text
    return child


def document(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
