"""Another node of the federation: its public records in the order of their changes, and its withdrawals.

Every record is listed under the number (`seq`) of the change that made it what it is, so one walk serves a first pass and
every later one: the records after a number, and the withdrawals after the same number. The body of a record is the
upstream's public record as it stands at `{iri}.json`, checked against the digest that the upstream gives for it.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import msgspec

from harvesters import when
from harvesters.base import JSON, Endpoint, Harvested, TerminalError
from harvesters.listing import Listing
from harvesters.options import read_options
from harvesters.secrets import Secrets
from harvesters.session import Request, Session

RECORDS, CHANGES = "/api/v1/records", "/api/v1/changes"
WITHDRAWN = "withdrawn"
PAGE = 1000  # changes of one answer

T = TypeVar("T")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`url` of the source is the upstream's base address, as its permanent IRIs begin or where it is reached."""

    size: Annotated[int, msgspec.Meta(ge=1, le=100)] = 100  # records of one answer


class Change(msgspec.Struct, frozen=True):
    """What is read of an entry of the upstream's change log."""

    seq: int
    at: str
    event: str
    iri: str
    version: int

    @property
    def mark(self) -> str:
        """The change as a bookmark. Its digest tells the same change from one that a new log gave the same number."""
        told = "\n".join((self.at, self.event, self.iri, str(self.version)))
        return f"{self.seq} {hashlib.sha256(told.encode()).hexdigest()[:32]}"


class Changes(msgspec.Struct, frozen=True):
    changes: tuple[Change, ...]
    last: int  # the newest number there is


class Records(msgspec.Struct, frozen=True):
    """Items are read one by one: one that is broken must not take its page along."""

    items: tuple[msgspec.Raw, ...]
    next: str | None


class Item(msgspec.Struct, frozen=True):
    iri: str
    seq: int
    at: str
    digest: str
    record: msgspec.Raw
    url: str | None = None


class _Seq(msgspec.Struct, frozen=True):
    seq: int = 0


class Node:
    """One pass over an upstream node. Without a bookmark, or with one of a change the upstream does not know, it lists all."""

    Options = Options

    def __init__(self, endpoint: Endpoint, secrets: Secrets) -> None:
        self._endpoint = endpoint
        self._options = read_options(endpoint, "node", Options)
        self._base = endpoint.url.rstrip("/")
        self._from = self._bookmark = ""
        self._complete = False

    @property
    def complete(self) -> bool:
        return self._complete

    @property
    def bookmark(self) -> str:
        return self._bookmark

    def resume(self, bookmark: str) -> None:
        self._from = bookmark

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        """The bookmark decides where to begin; a date is not asked for. Raises HarvestError, after what was read before."""
        self._complete, self._bookmark = False, ""
        listing = Listing(self._endpoint)
        with Session(self._endpoint) as session:
            start, head, gone = self._begin(session, listing)
            yield from self._present(session, listing, start, gone)
            yield from (self._withdrawn(listing, iri) for iri in gone)
        self._bookmark = head  # of before the listing: what changed meanwhile is listed once more, and missed never
        self._complete = not start and not listing.nameless

    def _begin(self, session: Session, listing: Listing) -> tuple[int, str, dict[str, int]]:
        """The number to list from, the next bookmark, and what was withdrawn since: IRI -> number of the withdrawal."""
        start = _number(self._from)
        if start:
            changes = self._changes(session, listing, start - 1)
            if changes and changes[0].mark == self._from:
                last = {change.iri: change for change in changes[1:]}
                return start, changes[-1].mark, {c.iri: c.seq for c in last.values() if c.event == WITHDRAWN}
        return 0, self._head(session), {}

    def _changes(self, session: Session, listing: Listing, after: int) -> list[Change]:
        """Every change after a number."""
        found: list[Change] = []
        while True:
            listing.page()
            page = self._read(session, CHANGES, {"after": str(after), "size": str(PAGE)}, Changes)
            for change in page.changes:
                after = self._forward(session, after, change.seq)
            found += page.changes
            if len(page.changes) < PAGE:
                return found

    def _head(self, session: Session) -> str:
        """The newest change as a bookmark; empty for an upstream that has none yet."""
        last = self._read(session, CHANGES, {"size": "1"}, Changes).last
        if last < 1:
            return ""
        page = self._read(session, CHANGES, {"after": str(last - 1), "size": "1"}, Changes)
        return page.changes[0].mark if page.changes else ""

    def _present(self, session: Session, listing: Listing, start: int, gone: dict[str, int]) -> Iterator[Harvested]:
        """The records that are public now and changed after `start`; those that came back are taken out of `gone`."""
        while True:
            listing.page()
            page = self._read(session, RECORDS, {"cursor": str(start), "size": str(self._options.size)}, Records)
            after = start
            for position, raw in enumerate(page.items, 1):
                try:
                    item = msgspec.json.decode(raw, type=Item)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    after = max(after, _seq_of(raw))
                    yield listing.unreadable(f"record {position} after {start}", f"not a record of a node: {error}")
                    continue
                after = self._forward(session, after, item.seq)
                gone.pop(item.iri, None)
                yield self._record(listing, item)
            if page.next is None:
                return
            start = self._forward(session, start, after)

    def _record(self, listing: Listing, item: Item) -> Harvested:
        body = bytes(item.record)
        if hashlib.sha256(body).hexdigest() != item.digest:
            return listing.named_unreadable(
                item.iri, "its digest is not that of its content: it was altered on the way"
            )
        stamp = when.parse(item.at, "iso", UTC)
        page = item.url if item.url and item.url.startswith(("http://", "https://")) else None
        return listing.record(item.iri, JSON, body, modified=stamp, url=page, position=f"change {item.seq}")

    def _withdrawn(self, listing: Listing, iri: str) -> Harvested:
        return listing.record(iri, JSON, b"", deleted=True, position="a withdrawal")

    def _forward(self, session: Session, before: int, now: int) -> int:
        """Numbers only grow. Raises TerminalError for a listing that would never end."""
        if now <= before:
            raise TerminalError(
                session.say(self._base, f"its numbers do not grow ({before}, then {now}): no listing of a node")
            )
        return now

    def _read(self, session: Session, path: str, asked: dict[str, str], shape: type[T]) -> T:
        answer = session.fetch(Request(self._base + path, params=asked), session.json_of)
        try:
            return msgspec.json.decode(answer, type=shape)
        except msgspec.DecodeError as error:
            what = f"this is not the interface of a node of the federation ({error}): check url"
            raise TerminalError(session.say(self._base + path, what)) from None


def _number(bookmark: str) -> int:
    number = bookmark.partition(" ")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0


def _seq_of(raw: msgspec.Raw) -> int:
    try:
        return msgspec.json.decode(raw, type=_Seq).seq
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 0
