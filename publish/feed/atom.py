"""`/feed.atom`: what was published, changed and withdrawn, newest first (RFC 4287), of a source, a kind or a field where asked.

Withdrawn records stand as tombstones (RFC 6721). Older entries are in archives (RFC 5005, section 4): `prev-archive` leads there.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from lxml import etree
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.selection import Selection
from publish import classification, params
from publish.atom import ATOM, MEDIA_TYPE, NEVER, add, entry, link
from publish.conditional import answer
from publish.errors import BadParameter, NotFound
from publish.feed.slices import Followed, Slice, archive, newest
from publish.links import with_query
from publish.portal.reader import Reader
from publish.portal.site import VARY, Site
from vocab.kinds import KINDS

PATH = "/feed.atom"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
HISTORY = "http://purl.org/syndication/history/1.0"


class FeedParams(msgspec.Struct, frozen=True):
    """What is followed, all of it where nothing is said; `page`: an archive, by its number."""

    source: str = ""
    kind: str = ""
    field: str = ""
    lang: str = ""
    page: Annotated[int, Meta(ge=0, le=2**53 - 1)] | None = None

    def address(self, base: str, page: int | None = None) -> str:
        """This feed, or one of its archives."""
        said = {"source": self.source, "kind": self.kind, "field": self.field, "lang": self.lang}
        return base + with_query(PATH, {**said, "page": None if page is None else str(page)})


def routes(site: Site) -> list[Route]:
    return [Route(PATH, lambda request: feed(request, site), name="feed-atom")]


def feed(request: Request, site: Site, headers: Mapping[str, str] | None = None) -> Response:
    """The feed that the address asks for. Raises BadParameter, NotFound."""
    reader, given = site.reader(request), params.read(request, FeedParams)
    followed, view = _followed(given, reader), site.services.view
    found = newest(view, followed) if given.page is None else archive(view, followed, given.page)
    if found is None:
        raise NotFound("There is no such archive; the feed without `page` leads to those there are.")
    said = {**VARY, "X-Robots-Tag": "noindex", **(headers or {})}
    return answer(request, document(given, found, reader), f"{MEDIA_TYPE}; charset=utf-8", headers=said)


def document(given: FeedParams, found: Slice, reader: Reader) -> bytes:
    base = reader.services.settings.base_url
    root = etree.fromstring(f'<feed xmlns="{ATOM}" xmlns:at="{TOMBSTONES}" xmlns:fh="{HISTORY}"/>')
    root.set("{http://www.w3.org/XML/1998/namespace}lang", reader.lang.tag)
    add(root, "id", given.address(base))
    add(root, "title", _title(given, reader))
    add(root, "updated", max((row.at for row in found.rows), default=NEVER))
    add(add(root, "author"), "name", reader.text("site.tagline"))
    link(root, "self", given.address(base, given.page), MEDIA_TYPE)
    link(root, "alternate", f"{base}/feed", "text/html")
    if found.older is not None:
        link(root, "prev-archive", given.address(base, found.older), MEDIA_TYPE)
    if given.page is not None:
        etree.SubElement(root, f"{{{HISTORY}}}archive")
        link(root, "current", given.address(base), MEDIA_TYPE)
    for row in found.rows:
        if row.body is None:
            gone = etree.SubElement(root, f"{{{TOMBSTONES}}}deleted-entry")
            gone.set("ref", row.iri)
            gone.set("when", row.at)
        else:
            public = row.public()
            entry(root, KINDS[public.kind].document(public), public, reader)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _title(given: FeedParams, reader: Reader) -> str:
    chosen = (
        given.source and reader.source(given.source),
        given.kind and reader.kind(given.kind),
        given.field and reader.code(given.field),
    )
    return " – ".join((*filter(None, chosen), reader.text("feed.title")))


def _followed(given: FeedParams, reader: Reader) -> Followed:
    """Raises BadParameter."""
    services = reader.services
    sources = {*services.sources, *(name for name, _ in services.view.published_sources())}
    fields = {one.code for one in classification.fields()}
    for name, value, known in (
        ("source", given.source, sources),
        ("kind", given.kind, set(KINDS)),
        ("field", given.field, fields),
    ):
        if value and value not in known:
            allowed = tuple(sorted(known))
            raise BadParameter(
                name, f"Unknown {name} {value[:60]!r}; allowed are {', '.join(allowed)}.", allowed, value[:60]
            )
    selection = Selection(kinds=(given.kind,) if given.kind else (), sources=(given.source,) if given.source else ())
    return Followed(selection, given.field or None)
