"""Sitemaps: the pages a site names, and from each page what it says of itself in schema.org's words (JSON-LD)."""

import re
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import msgspec

from harvesters import when
from harvesters.answer import Answer, html_title, printable
from harvesters.base import JSON, Endpoint, Harvested, HarvestError, LimitExceeded, OptionsError, TerminalError
from harvesters.columns import pattern
from harvesters.json_ld import Described, described
from harvesters.json_text import Malformed
from harvesters.listing import Listing
from harvesters.options import read_options
from harvesters.page import decoded
from harvesters.robots import Disallowed
from harvesters.secrets import Secrets
from harvesters.session import Request, Session
from harvesters.sitemap_xml import Failure, Place, places, unpacked
from harvesters.validators import Conditional

_DEEPEST = 4  # indexes in indexes: the protocol allows none, sites do it
_PATIENCE = 10  # pages in a row that cannot be read: the site is down, not the page


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A record is one JSON-LD object of one of the `types`. Its key is what `key` finds in the page's address, else its own "@id",
    else the page's address; a page with several objects needs their "@id".

    Only with `pages` can a pass be complete: it says which pages must hold a record.
    """

    pages: str = ""  # pattern in a page's address; empty: all pages, and those without a record are passed over
    types: tuple[str, ...] = ("Dataset", "ScholarlyArticle", "Product")  # schema.org types
    key: str = ""  # pattern: the record's key in the page's address
    hosts: tuple[str, ...] = ()  # other hosts that the sitemap may name
    robots: bool = True  # keep to robots.txt


class Sitemap(Conditional):
    """One pass over a sitemap, or over all that an index names. An incremental pass leaves out what `lastmod` says is older.

    A sitemap that has not changed is not sent again, and its pages are not asked for, if it dates every one of them.
    """

    Options = Options

    def __init__(self, endpoint: Endpoint, secrets: Secrets) -> None:
        super().__init__(endpoint)
        self._endpoint = endpoint
        self._options = o = read_options(endpoint, "sitemap", Options)
        where = f"source {endpoint.source!r} (sources/{endpoint.source}.toml, [options])"
        if not o.types:
            raise OptionsError(f'{where}: types is empty; name schema.org types such as "Dataset"')
        self._pages = pattern(o.pages, f"{where}: pages")
        self._key = pattern(o.key, f"{where}: key")
        self._hosts = frozenset({_place(endpoint.url), *(host.lower() for host in o.hosts)})
        self._failures = 0
        self._complete = False

    @property
    def complete(self) -> bool:
        return self._complete

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        """Raises HarvestError, after what was read before the failure."""
        self._complete, self._failures = False, 0
        listing = Listing(self._endpoint)
        with Session(self._endpoint, robots=self._options.robots) as session:
            found = yield from self._sitemap(session, listing, self._endpoint.url, since, {self._endpoint.url}, 1)
        self._keep()
        whole = bool(found) and not (listing.nameless or self._spared)
        self._complete = whole and since is None and self._pages is not None

    def _sitemap(
        self, session: Session, listing: Listing, url: str, since: datetime | None, seen: set[str], depth: int
    ) -> Generator[Harvested, None, int]:
        """Yields the records below one sitemap; returns how many pages it named."""
        listing.page()
        answer = self._document(session, Request(url), lambda found: found)
        if answer is None:
            self._unchanged = depth == 1
            return 0
        count, unread, dated = 0, listing.nameless, True
        try:
            for place in places(unpacked(answer.body, self._endpoint.limits.max_bytes)):
                dated = dated and when.parse(place.changed, "iso", UTC) is not None
                there = self._inside(url, place.url)
                if there is None:
                    yield listing.unreadable(printable(place.url, 200) or url, self._away(place))
                elif there not in seen and not self._older(place, since):
                    seen.add(there)
                    if place.index:
                        if depth >= _DEEPEST:
                            raise TerminalError(session.say(there, f"sitemaps nested deeper than {_DEEPEST} levels"))
                        count += yield from self._sitemap(session, listing, there, since, seen, depth + 1)
                    elif self._pages is None or self._pages.search(there):
                        count += 1
                        yield from self._page(session, listing, there, place)
        except Failure as error:
            session.refuse_html(answer, "a sitemap")
            raise TerminalError(
                session.say(answer.url, f"not a readable sitemap: {printable(str(error), 200)}")
            ) from None
        if not dated or listing.nameless > unread:  # that it has not changed would say nothing of its pages
            self._noted = self._noted.without(url)
        return count

    def _page(self, session: Session, listing: Listing, url: str, place: Place) -> Iterator[Harvested]:
        listing.page()
        try:
            answer = session.get_bytes(url)
        except (Disallowed, LimitExceeded) as error:
            yield listing.unreadable(url, printable(str(error), 300))
            return
        except HarvestError as error:
            self._failures += 1
            if self._failures >= _PATIENCE:
                raise
            yield listing.unreadable(url, printable(str(error), 300))
            return
        self._failures = 0
        yield from self._records(listing, answer, url, place)

    def _records(self, listing: Listing, answer: Answer, url: str, place: Place) -> Iterator[Harvested]:
        """A page that should hold a record and does not is reported: a login page must not look like a deletion."""
        number = 0
        try:
            for number, each in enumerate(described(decoded(answer), self._options.types), 1):
                yield self._record(listing, each, url, place, number)
        except Malformed as error:
            yield listing.unreadable(url, f"its JSON-LD cannot be read: {error}")
            return
        if not number and self._pages is not None:
            title = printable(html_title(answer.body, answer.charset))
            yield listing.unreadable(
                url, f"no JSON-LD of {', '.join(self._options.types)} on the page titled '{title}'"
            )

    def _record(self, listing: Listing, one: Described, url: str, place: Place, number: int) -> Harvested:
        named = self._key.search(url) if self._key else None
        own = urljoin(url, one.identifier) if one.identifier and not one.identifier.startswith("_:") else ""
        key = (named[1 if named.re.groups else 0] or "") if named else own or url
        if number > 1 and (not own or listing.knows(key)):
            key = own
        modified = when.parse(one.modified or place.changed, "iso", UTC)
        return listing.record(key, JSON, one.body, modified=modified, url=url, position=f"{url}, object {number}")

    def _inside(self, base: str, link: str) -> str | None:
        try:
            url = urljoin(base, link).partition("#")[0]
            return url if urlsplit(url).scheme in ("http", "https") and _place(url) in self._hosts and link else None
        except ValueError:
            return None

    def _away(self, place: Place) -> str:
        return (
            f"the sitemap leads away from {', '.join(sorted(self._hosts))}; if it may, name the host in hosts, [options] of"
            f" sources/{self._endpoint.source}.toml"
        )

    def _older(self, place: Place, since: datetime | None) -> bool:
        """A day without a time is over at its end: only then is what it dates older."""
        if since is None:
            return False
        day = re.fullmatch(r"\d{4}-\d\d-\d\d", place.changed)
        changed = when.parse(f"{place.changed}T23:59:59" if day else place.changed, "iso", UTC)
        return changed is not None and changed < since


def _place(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""
