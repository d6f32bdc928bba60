"""ResourceSync (ANSI/NISO Z39.99): source description, capability list, resource list and change list, in files cut by the log.

A resource is the JSON of a record at its permanent address, whose sha256 is the digest of the record. Change lists name addresses
and hold no digest: what was taken down leaves nothing there that would confirm a guess.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.selection import Selection
from federation.views import Change, Event
from publish.atom import NEVER
from publish.conditional import answer
from publish.errors import NotFound
from publish.feed import spans
from publish.feed.spans import Span
from publish.formats import JSON
from publish.links import record_path
from publish.services import Services
from publish.sitemap import SITEMAP, add, document

TERMS = "http://www.openarchives.org/rs/terms/"
DESCRIPTION = "/.well-known/resourcesync"
FOLDER = "/feed/resourcesync"
CAPABILITIES = f"{FOLDER}/capabilitylist.xml"
RESOURCES, CHANGES = "resourcelist", "changelist"
XML = "application/xml"
WORDS = {Event.PUBLISHED: "created", Event.CHANGED: "updated", Event.WITHDRAWN: "deleted"}

WriterT = TypeVar("WriterT")


def routes(services: Services) -> list[Route]:
    lists = Lists(services)
    indexes = {RESOURCES: lists.resource_index, CHANGES: lists.change_index}
    files = {RESOURCES: lists.resources, CHANGES: lists.changes}

    def described(request: Request) -> Response:
        return answer(request, lists.description(), XML)

    def capabilities(request: Request) -> Response:
        return answer(request, lists.capabilities(), XML)

    def index(request: Request) -> Response:
        return answer(request, _known(indexes, request.path_params["capability"])(), XML)

    def file(request: Request) -> Response:
        write = _known(files, request.path_params["capability"])
        return answer(request, write(lists.span(request.path_params["number"])), XML)

    return [
        Route(DESCRIPTION, described, name="resourcesync"),
        Route(CAPABILITIES, capabilities, name="resourcesync-capabilities"),
        Route(f"{FOLDER}/{{capability}}.xml", index, name="resourcesync-index"),
        Route(f"{FOLDER}/{{capability}}/{{number}}.xml", file, name="resourcesync-file"),
    ]


class Lists:
    """The documents, as they are now."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._base = services.settings.base_url

    def description(self) -> bytes:
        root = _root("urlset", capability="description")
        self._link(root, "describedby", "/feed")
        self._entry(root, "url", CAPABILITIES, capability="capabilitylist")
        return document(root)

    def capabilities(self) -> bytes:
        root = _root("urlset", capability="capabilitylist")
        self._link(root, "up", DESCRIPTION)
        self._link(root, "describedby", "/feed")
        for capability in (RESOURCES, CHANGES):
            self._entry(root, "url", f"{FOLDER}/{capability}.xml", capability=capability)
        return document(root)

    def resource_index(self) -> bytes:
        root = self._index(RESOURCES, at=self._time(self._newest()))
        for span in self._files():
            self._entry(root, "sitemap", _file(RESOURCES, span))
        return document(root)

    def resources(self, span: Span) -> bytes:
        """The public records that stand in a span. They were so at the newest change, if not later."""
        root = self._part(RESOURCES, at=self._time(self._newest()))
        for row in self._services.view.listed(Selection(), span.first - 1, span.size):
            path = self._path(row.iri)
            if row.body is not None and row.seq <= span.last and path:
                facts = {"hash": f"sha-256:{row.digest}", "length": str(len(row.body)), "type": JSON}
                self._entry(root, "url", path, row.at, **facts)
        return document(root)

    def change_index(self) -> bytes:
        newest = self._newest()
        root = self._index(CHANGES, **{"from": self._time(min(newest, 1))})
        for span in self._files():
            self._entry(root, "sitemap", _file(CHANGES, span), **self._bounds(span, newest))
        return document(root)

    def changes(self, span: Span) -> bytes:
        root = self._part(CHANGES, **self._bounds(span, self._newest()))
        for change in self._within(span):
            if path := self._path(change.iri):
                self._entry(root, "url", path, change.at, change=WORDS[change.event], datetime=change.at)
        return document(root)

    def span(self, number: str) -> Span:
        """Raises NotFound."""
        known = spans.number(number)
        if known is None or spans.file(known).first > max(self._newest(), 1):
            raise NotFound("There is no such file; the list that names them all is one level up.")
        return spans.file(known)

    def _index(self, capability: str, **facts: str) -> etree._Element:
        root = _root("sitemapindex", capability=capability, **facts)
        self._link(root, "up", CAPABILITIES)
        return root

    def _part(self, capability: str, **facts: str) -> etree._Element:
        root = _root("urlset", capability=capability, **facts)
        self._link(root, "up", CAPABILITIES)
        self._link(root, "index", f"{FOLDER}/{capability}.xml")
        return root

    def _link(self, root: etree._Element, rel: str, path: str) -> None:
        link = etree.Element(f"{{{TERMS}}}ln", rel=rel, href=self._base + path)
        root.insert(len(root.findall(f"{{{TERMS}}}ln")), link)  # before what the root is

    def _entry(self, root: etree._Element, name: str, path: str, at: str = "", **facts: str) -> None:
        entry = add(root, name)
        add(entry, "loc", self._base + path)
        if at:
            add(entry, "lastmod", at)
        if facts:
            _facts(entry, facts)

    def _files(self) -> Iterable[Span]:
        return map(spans.file, range(max(spans.file_of(self._newest()).number + 1, 1)))

    def _bounds(self, span: Span, newest: int) -> dict[str, str]:
        """The first and, once nothing can come any more, the last time in a file."""
        found = {"from": self._time(min(span.first, newest))}
        return {**found, "until": self._time(span.last)} if span.full(newest) else found

    def _within(self, span: Span) -> Iterator[Change]:
        found = self._services.view.changes(span.first - 1, span.size)
        return (change for change in found if change.seq <= span.last)

    def _newest(self) -> int:
        return self._services.view.last_seq()

    def _time(self, seq: int) -> str:
        found = self._services.view.changes(seq - 1, 1) if seq else []
        return found[0].at if found else NEVER

    def _path(self, iri: str) -> str | None:
        page = record_path(iri, self._services.namespaces.base)
        return f"/id{page}.json" if page else None


def _root(name: str, **facts: str) -> etree._Element:
    root = etree.fromstring(f'<{name} xmlns="{SITEMAP}" xmlns:rs="{TERMS}"/>')
    _facts(root, facts)
    return root


def _facts(element: etree._Element, facts: dict[str, str]) -> None:
    etree.SubElement(element, f"{{{TERMS}}}md", attrib=facts)


def _file(capability: str, span: Span) -> str:
    return f"{FOLDER}/{capability}/{span.number}.xml"


def _known(writers: Mapping[str, WriterT], capability: str) -> WriterT:
    """Raises NotFound."""
    if capability not in writers:
        raise NotFound(f"There are {' and '.join(writers)}.", tuple(writers))
    return writers[capability]
