"""Paged HTTP interfaces, described by options: most provincial open-data gateways are one of these."""

from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Literal, TypeVar
from urllib.parse import parse_qsl, urljoin, urlsplit

import msgspec

from harvesters import detail as details
from harvesters import when
from harvesters.answer import Answer
from harvesters.base import Endpoint, Harvested, OptionsError, RawRecord, TerminalError
from harvesters.detail import Detail
from harvesters.envelope import CALLBACK, Codes, Envelope, Format, Page
from harvesters.json_text import Malformed
from harvesters.listing import Listing
from harvesters.names import compose, record_url
from harvesters.options import open_secrets, read_options, zone
from harvesters.paging import Circle, Course, Paging, Way
from harvesters.secrets import Secret, SecretRef, Secrets
from harvesters.session import Request, Session
from harvesters.signing import Signer, Signing, SkewedClock, check

T = TypeVar("T")
Params = Mapping[str, str | int | bool]
Send = Literal["query", "form", "json"]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Refusal = Annotated[int, msgspec.Meta(ge=400, le=499)]
_LOST = 10  # details in a row that cannot be read: then it is not the records that are wrong


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Paths are dotted names ("data.items"); a JSON string on the way is parsed again, and in XML a path begins below the
    outermost element. Times are the source's local ones.

    `total_path` is checked before a listing is called complete; leave it empty when the source's total is wrong.
    """

    method: Literal["GET", "POST"] = "GET"  # of every request
    send: Send = "query"  # where parameters go
    params: dict[str, str | int | bool | SecretRef] = {}  # sent with every request
    headers: dict[str, str | SecretRef] = {}  # sent with every request
    bearer: SecretRef | None = None  # token of the Authorization header
    sign: Signing | None = None  # signs every request: a table [options.sign]
    format: Format = "json"  # of the answers; XML records are kept as XML
    callback: str = ""  # JSONP: name of the function around the answer, and the only one that is taken off
    callback_param: str = "callback"  # takes callback; empty: it is not sent
    paging: Way = "page"  # how the next page is asked for; link: by the Link header
    page_param: str = "page"  # number of the page
    first_page: int = 1  # number of the first page
    offset_param: str = "offset"  # records to skip
    first_offset: int = 0  # of the first record: 1 where offset_param is the number of a record
    cursor_param: str = "cursor"  # takes what cursor_path gave
    cursor_path: str = ""  # where the next cursor stands; empty there ends the listing
    size_param: str = "size"  # takes size
    size: Positive = 100  # records on a page
    record_path: str = ""  # where the list of records stands
    total_path: str = ""  # where the total stands
    lists_all: bool = True  # false: it shows only part of what there is, so absence means nothing
    id_path: str | tuple[str, ...] = "id"  # the record's key; several make a composed key
    modified_path: str = ""  # the record's own date of change; of two records with one key the newer counts
    modified_format: str = "iso"  # iso, epoch, epoch_ms, or a pattern like "%Y%m%d"
    deleted_path: str = ""  # what marks a record as deleted
    deleted_values: tuple[str, ...] = ()  # values there that mean deleted
    detail: Detail | None = None  # asks once more for each record: a table [options.detail]
    since_param: str = ""  # asks for records changed since; empty: every pass is whole
    since_format: str = "%Y-%m-%d %H:%M:%S"  # as modified_format
    utc_offset: str = "+08:00"  # of dates without one
    record_url: str = ""  # a record's page: "https://kjcg.example/item/{id}"
    status_path: str = ""  # error code inside a 200 body
    ok_values: tuple[str, ...] = ()  # codes there that mean success
    busy_values: tuple[str, ...] = ()  # codes there that mean: try again later
    auth_values: tuple[str, ...] = ()  # codes there that mean: the key is wrong
    message_path: str = ""  # where the source says what went wrong
    explained_status: tuple[Refusal, ...] = ()  # HTTP statuses whose body holds the code at status_path


class JsonApi:
    """One pass over a paged interface.

    A record on two pages is yielded twice, the later one last, so that it wins, unless its own date says that it is older.
    The pass ends at an empty page, at a page that repeats what was listed, or at a short page once the announced total is
    reached.
    """

    Options = Options

    def __init__(self, endpoint: Endpoint, secrets: Secrets) -> None:
        self._endpoint = endpoint
        self._options = options = read_options(endpoint, "json_api", Options)
        _check(options, endpoint)
        self._zone = zone(f"source {endpoint.source!r}", options.utc_offset)
        self._course: Course | None = None
        self._resumed = ""  # position of a pass that was cut off
        self._secrets: list[Secret] = []
        opened = partial(open_secrets, endpoint, secrets, kept=self._secrets)
        self._params: dict[str, str | int | bool] = opened(table="params", values=options.params)
        self._headers: dict[str, str] = opened(table="headers", values=options.headers)
        if options.bearer:
            self._headers["Authorization"] = f"Bearer {opened(table='', values={'bearer': options.bearer})['bearer']}"
        if options.callback and options.callback_param:
            self._params[options.callback_param] = options.callback
        self._detail: dict[str, str | int | bool] = {}
        if options.detail:
            self._detail = opened(table="detail.params", values=options.detail.params)
        self._signer: Signer | None = None
        if options.sign:
            words = opened(table="sign", values={"key": options.sign.key, "id": options.sign.id})
            self._signer = Signer(options.sign, words["key"], words["id"], self._zone)
        self._ids = (options.id_path,) if isinstance(options.id_path, str) else options.id_path
        self._envelope = _envelope(options, self._skew)
        self._complete = False

    @property
    def complete(self) -> bool:
        return self._complete

    @property
    def position(self) -> str:
        return self._course.position if self._course else ""

    def go_on(self, position: str) -> None:
        self._resumed = position

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        """Raises HarvestError, after what was read before the failure."""
        self._complete = False
        self._lost = 0
        self._dates: dict[int, datetime] = {}
        listing = Listing(self._endpoint)
        with Session(self._endpoint, self._secrets) as session:
            whole = yield from self._pages(session, listing, since)
        self._complete = whole and self._options.lists_all and not (since or self._resumed or listing.nameless)

    def _pages(self, session: Session, listing: Listing, since: datetime | None) -> Generator[Harvested, None, bool]:
        """Yields the records; returns whether the listing ended as it should, with as many as it announced."""
        course = self._course = Course(_paging(self._options), listing)
        course.go_on(self._resumed)
        while True:
            listing.page()
            page = self._page(session, course, since)
            if course.arrive(page.rows):
                yield from self._readable(session, listing, page.rows, course.number, since)
            try:
                ended = course.ended(len(page.rows), page.total, page.cursor)
            except Circle:
                what = "its cursor runs in a circle: ask the province to mend it"
                raise TerminalError(session.say(self._endpoint.url, what)) from None
            if ended is not None:
                return ended

    def _page(self, session: Session, course: Course, since: datetime | None) -> Page:
        o = self._options
        url, params = self._endpoint.url, self._params | course.params()
        if since is not None and o.since_param:
            params[o.since_param] = when.write(since, o.since_format, self._zone)
        if o.paging == "link" and course.cursor:
            url, params = self._linked(session, course.cursor), dict(self._params)
            given = {name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
            params = {name: value for name, value in params.items() if name not in given}
        request = self._request(url, o.method, o.send, params)
        return self._ask(session, request, partial(self._envelope.page, session, first=course.number == 0))

    def _linked(self, session: Session, link: str) -> str:
        """The next page's address. It stays with the source's own host, for our secrets go with it."""
        try:
            url = urljoin(self._endpoint.url, link)
            stays = urlsplit(url)[:2] == urlsplit(self._endpoint.url)[:2]
        except ValueError:
            url, stays = self._endpoint.url, False
        if not stays:
            raise TerminalError(session.say(url, "the Link header leads to another host: ask the province to mend it"))
        return url

    def _request(self, url: str, method: str, send: Send, params: Params) -> Request:
        headers: Mapping[str, str] = self._headers
        accepted = frozenset(self._options.explained_status)
        if self._signer:
            headers = self._signer.headers(headers, params)
        if send == "json":
            return Request(url, method, headers=headers, json=dict(params), accept_status=accepted)
        texts: Mapping[str, str] = {name: _plain(value) for name, value in params.items()}
        if self._signer:
            texts = self._signer.params(params, texts)
        if send == "form":
            return Request(url, method, headers=headers, form=texts, accept_status=accepted)
        return Request(url, method, params=texts, headers=headers, accept_status=accepted)

    def _ask(self, session: Session, request: Request, read: Callable[[Answer], T]) -> T:
        """The answer; when the source refuses our timestamp, once more by the source's own clock."""
        try:
            return session.fetch(request, read)
        except SkewedClock as skewed:
            if self._signer is None or not self._signer.correct(skewed.date):
                raise
        return session.fetch(request, read)

    def _skew(self, date: datetime | None) -> str:
        skew = self._signer.skew(date) if self._signer else None
        if skew is None:
            return ""
        seconds = skew.total_seconds()
        return f", its own is {abs(seconds):.0f} s {'ahead' if seconds > 0 else 'behind'}"

    def _readable(
        self, session: Session, listing: Listing, rows: list[bytes], number: int, since: datetime | None
    ) -> Iterator[Harvested]:
        for index, row in enumerate(rows, 1):
            one, key = self._listed(listing, row, f"page {number + 1}, record {index}")
            if isinstance(one, RawRecord):
                if since is not None and one.modified is not None and one.modified < since:
                    continue
                if self._is_older(one):
                    continue
                if self._options.detail and not one.deleted:
                    one = self._whole(session, listing, self._options.detail, one, key)
            yield one

    def _listed(self, listing: Listing, row: bytes, position: str) -> tuple[Harvested, str]:
        """A record as the listing shows it, and the key of its detail."""
        o, envelope = self._options, self._envelope
        try:
            names = [envelope.scalar(row, path) for path in self._ids]
            stamp = envelope.scalar(row, o.modified_path) if o.modified_path else ""
            deleted = bool(o.deleted_path) and envelope.scalar(row, o.deleted_path) in o.deleted_values
            key = envelope.scalar(row, o.detail.id_path) if o.detail and o.detail.id_path else ""
        except Malformed as error:
            return listing.unreadable(position, f"it holds a broken JSON string: {error}"), ""
        if not all(names):
            return listing.unreadable(position, f"no identifier at id_path = {o.id_path!r}"), ""
        identifier = compose(names)
        modified = when.parse(stamp, o.modified_format, self._zone)
        url = record_url(o.record_url, identifier)
        media = envelope.media_type
        one = listing.record(identifier, media, row, modified=modified, deleted=deleted, url=url, position=position)
        return one, key or identifier

    def _is_older(self, one: RawRecord) -> bool:
        """Whether this pass has met a newer record with this key: pages shift while they are read."""
        if one.modified is None:
            return False
        mark = hash(one.identifier)
        before = self._dates.setdefault(mark, one.modified)
        if one.modified > before:
            self._dates[mark] = one.modified
        return one.modified < before

    def _whole(self, session: Session, listing: Listing, detail: Detail, one: RawRecord, key: str) -> Harvested:
        """The record that its detail holds. Raises HarvestError when it is not the record that is wrong."""
        url = details.address(detail.url, key)
        request = self._request(url, detail.method, detail.send, details.filled(self._detail, key))
        try:
            document = self._ask(session, request, partial(self._envelope.document, session))
            found = self._envelope.record(session, url, document, detail.record_path)
        except TerminalError as error:
            self._lost += 1
            if self._lost >= _LOST or isinstance(error, SkewedClock):
                raise
            return listing.named_unreadable(one.identifier, str(error))
        self._lost = 0
        if found is None:
            what = f"its detail holds no record at detail.record_path = {detail.record_path!r}"
            return listing.named_unreadable(one.identifier, what)
        return listing.record(one.identifier, one.media_type, found, modified=one.modified, url=one.url)


def _check(options: Options, endpoint: Endpoint) -> None:
    """What no type can say of the options. Raises OptionsError."""
    where = f"source {endpoint.source!r}"
    if options.paging == "cursor" and not options.cursor_path:
        raise OptionsError(f'{where}: paging = "cursor" needs cursor_path')
    if options.callback and not CALLBACK.fullmatch(options.callback):
        raise OptionsError(f"{where}: callback {options.callback!r} is no name of a function")
    if options.callback and options.format == "xml":
        raise OptionsError(f'{where}: a callback is around JSON, not around format = "xml"')
    if (options.explained_status or options.auth_values or options.busy_values) and not options.status_path:
        raise OptionsError(f"{where}: codes and explained_status need status_path, where the code stands")
    if options.detail and urlsplit(options.detail.url)[:2] != urlsplit(endpoint.url)[:2]:
        raise OptionsError(f"{where}: detail.url {options.detail.url!r} is not on the host of {endpoint.url!r}")
    if options.sign:
        check(options.sign, where)
        if options.sign.params and options.send == "json":
            raise OptionsError(f'{where}: sign.params goes with send = "query" or "form"; with "json" use sign.headers')
        if options.sign.clock_values and not options.status_path:
            raise OptionsError(f"{where}: sign.clock_values needs status_path, where the code stands")


def _paging(o: Options) -> Paging:
    return Paging(
        o.paging, o.page_param, o.first_page, o.offset_param, o.first_offset, o.cursor_param, o.size_param, o.size
    )


def _envelope(o: Options, skew: Callable[[datetime | None], str]) -> Envelope:
    clock = o.sign.clock_values if o.sign else ()
    codes = Codes(o.status_path, o.ok_values, o.busy_values, o.auth_values, clock, o.message_path)
    return Envelope(o.format, o.callback, o.record_path, o.total_path, o.cursor_path, codes, skew)


def _plain(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
