"""Feeds: RSS and Atom, page by page, with what they say is deleted."""

from collections.abc import Generator, Iterator
from datetime import datetime
from functools import partial
from urllib.parse import urljoin, urlsplit

import msgspec

from harvesters.answer import Answer, printable
from harvesters.base import JSON, Endpoint, Harvested, TerminalError
from harvesters.feed_xml import Document, Entry, read_feed
from harvesters.json_text import Malformed, encode
from harvesters.listing import Listing
from harvesters.options import open_secrets, read_options
from harvesters.secrets import Secret, SecretRef, Secrets
from harvesters.session import Busy, Request, Session
from harvesters.validators import Conditional

_STALE = 3  # so many pages without a new entry: the links to older ones have no end


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The key of an entry is its id, guid or rdf:about, else its link. Older pages are followed as RFC 5005 links them."""

    headers: dict[str, str | SecretRef] = {}  # sent with every request
    lists_everything: bool = False  # the feed with its pages is the whole listing: what is not in it is gone
    robots: bool = True  # keep to robots.txt


class Feed(Conditional):
    """One pass over a feed, newest first: of several entries with one key the newest counts, a tombstone among them.

    A feed that has not changed is not sent again. Its older pages are reached through it, and asked for without condition.
    """

    Options = Options

    def __init__(self, endpoint: Endpoint, secrets: Secrets) -> None:
        super().__init__(endpoint)
        self._endpoint = endpoint
        self._options = read_options(endpoint, "feed", Options)
        self._secrets: list[Secret] = []
        self._headers = open_secrets(endpoint, secrets, "headers", self._options.headers, self._secrets)
        self._complete = False

    @property
    def complete(self) -> bool:
        return self._complete

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        """Raises HarvestError, after what was read before the failure."""
        self._complete = False
        listing = Listing(self._endpoint)
        with Session(self._endpoint, self._secrets, robots=self._options.robots) as session:
            whole = yield from self._pages(session, listing, since)
        self._complete = whole and since is None and self._options.lists_everything and not listing.nameless

    def _pages(self, session: Session, listing: Listing, since: datetime | None) -> Generator[Harvested, None, bool]:
        """Yields the entries; returns whether the feed was read to its end."""
        url, urls, stale, number = self._endpoint.url, {self._endpoint.url}, 0, 1
        newest: dict[str, datetime | None] = {}
        while url:
            listing.page()
            request, reads = Request(url, headers=self._headers), partial(self._read, session)
            page = session.fetch(request, reads) if number > 1 else self._document(session, request, reads)
            if page is None:
                self._unchanged = True
                return False
            address, document = page
            new = old = 0
            for index, entry in enumerate(document.entries, 1):
                if entry.identifier and not _counts(newest, entry):
                    continue
                new += 1
                if since is not None and entry.changed is not None and entry.changed < since:
                    old += 1
                else:
                    yield self._record(listing, entry, address, f"page {number}, entry {index}")
            if old and old == len(document.entries):
                break
            stale = 0 if new else stale + 1
            url, number = self._older(session, document, url, urls, stale), number + 1
        self._keep()
        return not url

    def _read(self, session: Session, answer: Answer) -> tuple[str, Document]:
        """The document and its address."""
        session.refuse_html(answer, "a feed")
        try:
            return answer.url, read_feed(answer.body, answer.charset)
        except Malformed as error:
            message = session.say(answer.url, f"not a readable feed: {printable(session.mask(str(error)), 200)}")
            raise (Busy if error.truncated else TerminalError)(message) from None

    def _older(self, session: Session, document: Document, url: str, urls: set[str], stale: int) -> str:
        if not document.older:
            return ""
        older = urljoin(url, document.older)
        if older in urls or stale >= _STALE:
            raise TerminalError(
                session.say(older, "its links to older entries run in a circle: the province must mend them")
            )
        if urlsplit(older)[:2] != urlsplit(url)[:2]:
            raise TerminalError(session.say(older, "its link to older entries leads to another host: ask the province"))
        urls.add(older)
        return older

    def _record(self, listing: Listing, entry: Entry, base: str, position: str) -> Harvested:
        if entry.deleted:
            return listing.record(entry.identifier, JSON, b"", modified=entry.changed, deleted=True, position=position)
        link = urljoin(base, entry.link) if entry.link else None
        web = link if link and urlsplit(link).scheme in ("http", "https") else None
        body = encode(entry.tree)
        return listing.record(entry.identifier, JSON, body, modified=entry.changed, url=web, position=position)


def _counts(newest: dict[str, datetime | None], entry: Entry) -> bool:
    """Whether the entry is the newest of its key so far: the first, or one with a later date."""
    if entry.identifier not in newest:
        newest[entry.identifier] = entry.changed
        return True
    known = newest[entry.identifier]
    if entry.changed is None or (known is not None and entry.changed <= known):
        return False
    newest[entry.identifier] = entry.changed
    return True
