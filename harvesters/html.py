"""Web pages: a list of records page by page, and the page of each record, described by configuration alone."""

from collections.abc import Generator, Iterator
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import quote, urljoin, urlsplit

import msgspec

from harvesters import when
from harvesters.answer import Answer, printable
from harvesters.base import (
    JSON,
    AddressRefused,
    Endpoint,
    Harvested,
    HarvestError,
    LimitExceeded,
    OptionsError,
    TerminalError,
)
from harvesters.columns import Column, Facts, Labelled, Layout, Misfit, Positions, Reader, pattern, searched
from harvesters.listing import Listing
from harvesters.options import open_secrets, read_options, zone
from harvesters.page import Element, Page, Unusable, read_page, select, selector
from harvesters.page import text as words
from harvesters.robots import Disallowed
from harvesters.secrets import Secret, SecretRef, Secrets
from harvesters.session import Request, Session

Natural = Annotated[int, msgspec.Meta(ge=0)]
_STALE = 3  # so many pages without a new record: the links to the next page have no end
_PATIENCE = 10  # record pages in a row that cannot be read: the source is down, not the record
_GONE = frozenset({404, 410})


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Selectors are CSS, patterns regular expressions whose first group counts. The list is read at `url`, its next page by number
    (`page_param`) or by a link (`next`). A record is what its row says (`row_columns`) and what its own page says: `columns` by
    selector, `positions` by order, `tables` by the label in the row, `pairs` by a label before a colon.

    Only a list that proves its end is complete: by `frame`, `last_page` or `total`.
    """

    method: Literal["GET", "POST"] = "GET"  # how the list is asked; parameters go into a POST's form
    params: dict[str, str | SecretRef] = {}  # sent with every request for the list
    headers: dict[str, str | SecretRef] = {}  # sent with every request to the source's own host
    page_param: str = ""  # takes the number of the page
    first_page: int = 1  # number of the first page
    size_param: str = ""  # takes size
    size: Natural = 0  # records on a page; 0: not known
    next: str = ""  # link to the next page, instead of page_param
    frame: str = ""  # what every page of the list has, even one without records
    row: str = "li"  # what stands for one record on the list
    link: str = "a"  # in the row: leads to the record; empty: the row itself
    link_attribute: str = "href"  # of the link
    key: str = ""  # pattern: the record's key in the link; empty: the whole address
    detail_url: str = ""  # the record's page: "/info.do?pkid={key}"; empty: where the link leads
    row_columns: dict[str, Column] = {}  # columns that stand in the row
    last_page: Column | None = None  # on the list: number of its last page
    total: Column | None = None  # on the list: number of its records
    record_frame: str = ""  # what every record's page has: a login page has it not
    columns: dict[str, Column] = {}  # of the record's page
    positions: tuple[Positions, ...] = ()  # of the record's page
    tables: tuple[Labelled, ...] = ()  # of the record's page
    pairs: tuple[Labelled, ...] = ()  # of the record's page
    gone: Literal["report", "delete"] = "report"  # a listed record whose page answers 404 or 410
    modified: str = ""  # column of the date of change
    modified_format: str = "iso"  # iso, epoch, epoch_ms, or a pattern like "%Y%m%d"
    utc_offset: str = "+08:00"  # of dates without one
    newest_first: bool = False  # an incremental pass ends at the first page on which everything is older
    hosts: tuple[str, ...] = ()  # other hosts that links may lead to
    robots: bool = True  # keep to robots.txt


class Html:
    """One pass over a list and its record pages. A record on two pages is yielded twice, the later one last, so that it wins."""

    Options = Options

    def __init__(self, endpoint: Endpoint, secrets: Secrets) -> None:
        self._endpoint = endpoint
        self._options = o = read_options(endpoint, "html", Options)
        where = f"source {endpoint.source!r} (sources/{endpoint.source}.toml, [options])"
        self._secrets: list[Secret] = []
        self._params = open_secrets(endpoint, secrets, "params", o.params, self._secrets)
        self._headers = open_secrets(endpoint, secrets, "headers", o.headers, self._secrets)
        if o.next and o.page_param:
            raise OptionsError(f"{where}: the next page is found by page_param or by next, not by both")
        if o.detail_url and "{key}" not in o.detail_url:
            raise OptionsError(f'{where}: detail_url = {o.detail_url!r} has no "{{key}}" in it')
        self._zone = zone(where, o.utc_offset)
        self._row, self._key = selector(o.row, f"{where}: row"), pattern(o.key, f"{where}: key")
        self._link = selector(o.link, f"{where}: link") if o.link else None
        self._next = selector(o.next, f"{where}: next") if o.next else None
        self._frame = selector(o.frame, f"{where}: frame") if o.frame else None
        self._record_frame = selector(o.record_frame, f"{where}: record_frame") if o.record_frame else None
        self._last_page = Reader(o.last_page, f"{where}: last_page") if o.last_page else None
        self._total = Reader(o.total, f"{where}: total") if o.total else None
        self._in_row = Layout(f"{where}: row_columns", o.row_columns)
        self._on_page = Layout(f"{where}: columns", o.columns, o.positions, o.tables, o.pairs)
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
        with Session(self._endpoint, self._secrets, robots=self._options.robots) as session:
            whole = yield from self._pages(session, listing, since)
        self._complete = whole and since is None and not listing.nameless

    def _pages(self, session: Session, listing: Listing, since: datetime | None) -> Generator[Harvested, None, bool]:
        """Yields the records; returns whether the list proved that it ended."""
        url, urls, last, stale, number = self._endpoint.url, {self._endpoint.url}, "", 0, 0
        announced = _Announced(self._total, self._last_page)
        while True:
            listing.page()
            page = self._list_page(session, url, number)
            rows = select(self._row, page.root)
            known, nameless, old = listing.distinct, listing.nameless, 0
            content = "\n".join(f"{self._target(row)} {words(row)}" for row in rows)
            again, last = bool(rows) and content == last, content
            for index, row in enumerate(() if again else rows, 1):
                found = self._record(session, listing, row, url, f"page {number + 1}, row {index}", since)
                old += found is None
                if found is not None:
                    yield found
            if self._options.newest_first and rows and old == len(rows):
                return False
            new = listing.distinct - known + listing.nameless - nameless + old
            repeats = bool(rows) and (again or not new)
            counted = announced.reached(page, listing, number + bool(rows and not repeats))
            if self._next is not None:
                url = self._following(session, page, url, urls)
                stale = stale + 1 if repeats or not rows else 0
                if not url:
                    return counted is not False and self._proved(page, rows)
                if stale >= _STALE:
                    raise TerminalError(session.say(url, "its links to the next page run in a circle: check next"))
            elif not rows or not self._options.page_param:
                return counted is not False and (self._proved(page, rows) or counted is True)
            elif (
                repeats
            ):  # the last page again, or a site that ignores our paging: only a count or a short page prove the former
                return counted is True or (counted is None and len(rows) < self._options.size)
            number += 1

    def _list_page(self, session: Session, url: str, number: int) -> Page:
        o = self._options
        params = dict(self._params) if not number or self._next is None else {}
        if o.page_param:
            params[o.page_param] = str(o.first_page + number)
        if o.size_param:
            params[o.size_param] = str(o.size)
        headers = self._own(url)
        request = (
            Request(url, "POST", headers=headers, form=params)
            if o.method == "POST"
            else Request(url, params=params, headers=headers)
        )
        answer = session.fetch(request, lambda each: each)
        try:
            page = read_page(answer)
        except Unusable as error:
            raise TerminalError(session.say(answer.url, f"the list cannot be read: {error}")) from None
        if self._proved(page, select(self._row, page.root)):
            return page
        if self._frame is not None or not number:
            title = printable(session.mask(page.title))
            what = f"a page titled '{title}' (status {answer.status}) stands where the list was promised"
            hint = (
                "a login, maintenance or robot page there must be settled with the province; else check frame and row"
            )
            raise TerminalError(session.say(answer.url, f"{what}: open the address in a browser; {hint}"))
        return page

    def _proved(self, page: Page, rows: list[Element]) -> bool:
        """Whether this is the list, and not some other page that the site shows instead."""
        return bool(select(self._frame, page.root)) if self._frame is not None else bool(rows)

    def _following(self, session: Session, page: Page, url: str, urls: set[str]) -> str:
        """The address of the next page; empty when there is none."""
        assert self._next is not None
        links = [str(element.get("href") or "").strip() for element in select(self._next, page.root)]
        link = next((each for each in links if each and not each.lower().startswith(("#", "javascript:"))), "")
        if not link:
            return ""
        following = self._inside(session, url, link)
        if following in urls:
            raise TerminalError(session.say(following, "its links to the next page run in a circle: check next"))
        urls.add(following)
        return following

    def _record(
        self, session: Session, listing: Listing, row: Element, base: str, position: str, since: datetime | None
    ) -> Harvested | None:
        """The record of one row; None when it has not changed since."""
        target = self._target(row)
        key = searched(self._key, target)
        if not key:
            return listing.unreadable(position, f"no link at {self._options.link!r} that key finds anything in")
        try:
            facts = self._in_row.facts(row)
        except Misfit as error:
            return listing.named_unreadable(key, printable(str(error), 300))
        stamp = self._stamp(facts)
        if since is not None and stamp is not None and stamp < since:
            return None
        link = self._options.detail_url.replace("{key}", quote(key, safe="")) or target
        try:
            url = self._inside(session, base, link)
        except TerminalError as error:
            return listing.named_unreadable(key, printable(str(error), 300))
        if self._on_page.empty:
            return self._made(listing, key, facts, url, position)
        return self._detail(session, listing, key, facts, url, position)

    def _detail(self, session: Session, listing: Listing, key: str, facts: Facts, url: str, position: str) -> Harvested:
        request = Request(url, headers=self._own(url), accept_status=_GONE)
        try:
            answer = session.fetch(request, lambda each: each)
            if answer.status in _GONE:
                return self._missing(listing, key, answer, position)
            facts = self._joined(facts, self._read(answer))
        except (Disallowed, AddressRefused):
            raise
        except (HarvestError, Unusable, Misfit) as error:
            self._failures += 1
            if self._failures >= _PATIENCE and isinstance(error, HarvestError) and not isinstance(error, LimitExceeded):
                raise
            return listing.named_unreadable(key, printable(str(error), 300))
        self._failures = 0
        return self._made(listing, key, facts, url, position)

    def _missing(self, listing: Listing, key: str, answer: Answer, position: str) -> Harvested:
        if self._options.gone == "delete":
            return listing.record(key, JSON, b"", deleted=True, position=position)
        return listing.named_unreadable(key, f"it is listed, but its page answers status {answer.status}")

    def _read(self, answer: Answer) -> Facts:
        """Raises Unusable, Misfit."""
        page = read_page(answer)
        facts = self._on_page.facts(page.root)
        framed = self._record_frame is None or bool(select(self._record_frame, page.root))
        if not framed or not any(facts.values()):
            raise Unusable(f"a page titled '{printable(page.title)}' stands where the record was promised")
        return facts

    def _joined(self, row: Facts, page: Facts) -> Facts:
        """What the record's own page says counts before what its row says."""
        return row | {name: value for name, value in page.items() if value or name not in row}

    def _made(self, listing: Listing, key: str, facts: Facts, url: str, position: str) -> Harvested:
        body = msgspec.json.encode(facts)
        return listing.record(key, JSON, body, modified=self._stamp(facts), url=url, position=position)

    def _stamp(self, facts: Facts) -> datetime | None:
        value = facts.get(self._options.modified, "")
        stamp = value if isinstance(value, str) else value[0]
        return when.parse(stamp, self._options.modified_format, self._zone)

    def _target(self, row: Element) -> str:
        """Where the row leads, as it is written."""
        places = select(self._link, row) if self._link is not None else [row]
        return next((str(each.get(self._options.link_attribute) or "").strip() for each in places), "")

    def _inside(self, session: Session, base: str, link: str) -> str:
        """The address of a link. Raises TerminalError for one that leads to a host nobody named."""
        try:
            url = urljoin(base, link).partition("#")[0]
            if urlsplit(url).scheme in ("http", "https") and _place(url) in self._hosts:
                return url
        except ValueError:
            pass
        raise TerminalError(
            session.say(printable(link, 200), f"the link leads away from {', '.join(sorted(self._hosts))}; if it may, name its"
                        f" host in hosts, [options] of sources/{self._endpoint.source}.toml")
        )  # fmt: skip

    def _own(self, url: str) -> dict[str, str]:
        return self._headers if _place(url) == _place(self._endpoint.url) else {}


class _Announced:
    """What the pages of the list say of its size: the last word counts. A total of 0 beside records is a known lie."""

    def __init__(self, total: Reader | None, last_page: Reader | None) -> None:
        self._readers = total, last_page
        self._total = self._last = 0

    def reached(self, page: Page, listing: Listing, pages: int) -> bool | None:
        """Whether as much was shown as was announced; None when nothing was."""
        total, last = (_number(reader, page) for reader in self._readers)
        self._total, self._last = total or self._total, last or self._last
        if not self._total and not self._last:
            return None
        return listing.distinct + listing.nameless >= self._total and pages >= self._last


def _place(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:  # the session refuses such an address when it is asked for
        return ""


def _number(reader: Reader | None, page: Page) -> int | None:
    """The number a column shows; thousands may be separated by commas."""
    value = next(reader.values(page.root), "").replace(",", "") if reader else ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
