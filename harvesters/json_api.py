"""Paged JSON interfaces, described by options: most provincial open-data gateways are one of these."""

import hashlib
from collections.abc import Generator, Iterator
from datetime import datetime, timezone
from typing import Annotated, Literal

import msgspec

from harvesters import when
from harvesters.answer import Answer, printable
from harvesters.base import JSON, Endpoint, Harvested, OptionsError, TerminalError
from harvesters.json_text import Malformed, descend, items, scalar, steps
from harvesters.listing import Listing
from harvesters.names import compose, record_url
from harvesters.options import read_options
from harvesters.secrets import Secret, SecretRef, Secrets
from harvesters.session import Busy, Request, Session

Positive = Annotated[int, msgspec.Meta(ge=1)]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Paths are dotted names ("data.items"); a JSON string on the way is parsed again. Times are the source's local ones.

    `total_path` is checked before a listing is called complete; leave it empty when the source's total is wrong.
    """

    method: Literal["GET", "POST"] = "GET"  # of every request
    send: Literal["query", "form", "json"] = "query"  # where parameters go
    params: dict[str, str | int | bool | SecretRef] = {}  # sent with every request
    headers: dict[str, str | SecretRef] = {}  # sent with every request
    bearer: SecretRef | None = None  # token of the Authorization header
    paging: Literal["page", "offset", "cursor", "none"] = "page"  # how the next page is asked for
    page_param: str = "page"  # number of the page
    first_page: int = 1  # number of the first page
    offset_param: str = "offset"  # records to skip
    cursor_param: str = "cursor"  # takes what cursor_path gave
    cursor_path: str = ""  # where the next cursor stands; empty there ends the listing
    size_param: str = "size"  # takes size
    size: Positive = 100  # records on a page
    record_path: str = ""  # where the list of records stands
    total_path: str = ""  # where the total stands
    id_path: str | tuple[str, ...] = "id"  # the record's key; several make a composed key
    modified_path: str = ""  # the record's own date of change
    modified_format: str = "iso"  # iso, epoch, epoch_ms, or a pattern like "%Y%m%d"
    deleted_path: str = ""  # what marks a record as deleted
    deleted_values: tuple[str, ...] = ()  # values there that mean deleted
    since_param: str = ""  # asks for records changed since; empty: every pass is whole
    since_format: str = "%Y-%m-%d %H:%M:%S"  # as modified_format
    utc_offset: str = "+08:00"  # of dates without one
    record_url: str = ""  # a record's page: "https://kjcg.example/item/{id}"
    status_path: str = ""  # error code inside a 200 body
    ok_values: tuple[str, ...] = ()  # codes there that mean success
    busy_values: tuple[str, ...] = ()  # codes there that mean: try again later
    message_path: str = ""  # where the source says what went wrong


class JsonApi:
    """One pass over a paged JSON interface.

    A record on two pages is yielded twice, the later one last, so that it wins. The pass ends at an empty page, at a page
    that repeats what was listed, or at a short page once the announced total is reached.
    """

    Options = Options

    def __init__(self, endpoint: Endpoint, secrets: Secrets) -> None:
        self._endpoint = endpoint
        self._options = options = read_options(endpoint, "json_api", Options)
        if options.paging == "cursor" and not options.cursor_path:
            raise OptionsError(f'source {endpoint.source!r}: paging = "cursor" needs cursor_path')
        try:
            self._zone: timezone = when.offset(options.utc_offset)
        except ValueError as error:
            raise OptionsError(f"source {endpoint.source!r}: {error}") from None
        self._secrets: list[Secret] = []
        self._params = {k: self._open(secrets, f"params.{k}", v) for k, v in options.params.items()}
        self._headers = {k: str(self._open(secrets, f"headers.{k}", v)) for k, v in options.headers.items()}
        if options.bearer:
            self._headers["Authorization"] = f"Bearer {self._open(secrets, 'bearer', options.bearer)}"
        self._ids = [steps(p) for p in ([options.id_path] if isinstance(options.id_path, str) else options.id_path)]
        self._complete = False

    @property
    def complete(self) -> bool:
        return self._complete

    def _open(self, secrets: Secrets, name: str, value: str | int | bool | SecretRef) -> str | int | bool:
        if not isinstance(value, SecretRef):
            return value
        secret = secrets.resolve(self._endpoint.source, name, value)
        self._secrets.append(secret)
        return secret.reveal()

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        """Raises HarvestError, after what was read before the failure."""
        self._complete = False
        listing = Listing(self._endpoint)
        with Session(self._endpoint, self._secrets) as session:
            whole = yield from self._pages(session, listing, since)
        self._complete = whole and since is None and not listing.nameless

    def _pages(self, session: Session, listing: Listing, since: datetime | None) -> Generator[Harvested, None, bool]:
        """Yields the records; returns whether the listing ended as it should, with as many as it announced."""
        cursor, cursors, last = "", {""}, b""
        number = listed = 0
        while True:
            listing.page()
            request = self._request(number, listed, cursor, since)
            page = session.fetch(request, lambda answer: self._judge(session, answer))
            rows = self._rows(session, page)
            known, nameless = listing.distinct, listing.nameless
            digest = _digest(rows)
            again, last = digest == last, digest
            if not again:
                yield from self._readable(listing, rows, number, since)
            stale = again or (listing.distinct == known and listing.nameless - nameless < len(rows))
            total = self._total(page)
            enough = not total or listing.distinct + listing.nameless >= total
            if not rows or self._options.paging == "none":
                return enough
            if self._options.paging == "cursor":
                cursor = self._text(session, page, self._options.cursor_path)
                if not cursor:
                    return enough
                if cursor in cursors or stale:
                    raise TerminalError(
                        session.say(self._endpoint.url, "its cursor runs in a circle: ask the province to mend it")
                    )
                cursors.add(cursor)
            elif stale:  # the last page again, or a source that ignores our paging: only a short page proves the former
                return enough and (bool(total) or len(rows) < self._options.size)
            elif total and enough and len(rows) < self._options.size:
                return True
            number, listed = number + 1, listed + len(rows)

    def _request(self, number: int, listed: int, cursor: str, since: datetime | None) -> Request:
        o = self._options
        params = dict(self._params)
        if o.paging == "page":
            params |= {o.page_param: o.first_page + number, o.size_param: o.size}
        elif o.paging == "offset":
            params |= {o.offset_param: listed, o.size_param: o.size}
        elif o.paging == "cursor":
            params |= {o.size_param: o.size} | ({o.cursor_param: cursor} if cursor else {})
        if since is not None and o.since_param:
            params[o.since_param] = when.write(since, o.since_format, self._zone)
        url, headers = self._endpoint.url, self._headers
        if o.send == "json":
            return Request(url, o.method, headers=headers, json=params)
        texts = {name: _plain(value) for name, value in params.items()}
        if o.send == "form":
            return Request(url, o.method, headers=headers, form=texts)
        return Request(url, o.method, params=texts, headers=headers)

    def _judge(self, session: Session, answer: Answer) -> bytes:
        """The page, when its own status code says that it is one."""
        page = session.json_of(answer)
        o = self._options
        if not o.status_path:
            return page
        code = self._text(session, page, o.status_path)
        if code in o.busy_values or (o.ok_values and code not in o.ok_values):
            reason = printable(session.mask(self._text(session, page, o.message_path))) if o.message_path else ""
            what = f"it answered 200 with its own code {printable(code, 40)!r} {reason}".rstrip()
            if code in o.busy_values:
                raise Busy(session.say(answer.url, what))
            raise TerminalError(session.say(answer.url, f"{what}; ok_values are {', '.join(o.ok_values)}"))
        return page

    def _rows(self, session: Session, page: bytes) -> list[bytes]:
        path = self._options.record_path
        found = self._at(session, page, path)
        if found == b"null":
            return []
        try:
            rows = items(found) if found is not None else None
        except Malformed as error:
            raise TerminalError(
                session.say(self._endpoint.url, f"the JSON string at {path!r} is broken: {error}")
            ) from None
        if rows is None:
            keys = ", ".join(printable(key, 40) for key in _keys(page)[:20])
            raise TerminalError(
                session.say(self._endpoint.url, f"no list at record_path = {path!r}; the answer holds: {keys}")
            )
        return rows

    def _readable(
        self, listing: Listing, rows: list[bytes], number: int, since: datetime | None
    ) -> Iterator[Harvested]:
        o = self._options
        for index, row in enumerate(rows, 1):
            position = f"page {number + 1}, record {index}"
            try:
                names = [scalar(row, path) for path in self._ids] if row.lstrip()[:1] == b"{" else []
                stamp = scalar(row, steps(o.modified_path)) if o.modified_path else ""
                deleted = bool(o.deleted_path) and scalar(row, steps(o.deleted_path)) in o.deleted_values
            except Malformed as error:
                yield listing.unreadable(position, f"it holds a broken JSON string: {error}")
                continue
            if not all(names) or not names:
                yield listing.unreadable(position, f"no identifier at id_path = {o.id_path!r}")
                continue
            identifier = compose(names)
            modified = when.parse(stamp, o.modified_format, self._zone)
            url = record_url(o.record_url, identifier)
            one = listing.record(identifier, JSON, row, modified=modified, deleted=deleted, url=url, position=position)
            if since is None or modified is None or modified >= since:
                yield one

    def _total(self, page: bytes) -> int | None:
        """What the source announces; None for nothing usable. A total of 0 beside records is a known lie."""
        try:
            text = scalar(page, steps(self._options.total_path)) if self._options.total_path else ""
        except Malformed:
            return None
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def _at(self, session: Session, page: bytes, path: str) -> bytes | None:
        try:
            return descend(page, steps(path))
        except Malformed as error:
            raise TerminalError(
                session.say(self._endpoint.url, f"the JSON string at {path!r} is broken: {error}")
            ) from None

    def _text(self, session: Session, page: bytes, path: str) -> str:
        found = self._at(session, page, path)
        return scalar(found, ()) if found is not None else ""


def _plain(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _digest(rows: list[bytes]) -> bytes:
    return hashlib.sha256(b"\n".join(rows)).digest()


def _keys(page: bytes) -> list[str]:
    try:
        return list(msgspec.json.decode(page, type=dict[str, msgspec.Raw]))
    except msgspec.MsgspecError:
        return ["no object"]
