"""Listings of what is public and of what was: which records, in which order, and the contract by which outputs ask for them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from federation.views import Move, PublicView
from vocab.kinds import decode_record
from vocab.public import PublicRecord


class Selection(msgspec.Struct, frozen=True):
    """Which records: all of them unless a member says less.

    `since` (inclusive) and `before` (exclusive) bound the time of a record's last change, written as the ledger writes it
    (`2026-03-01T08:00:00.000Z`); empty: no bound.
    """

    kinds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    iris: tuple[str, ...] = ()
    since: str = ""
    before: str = ""


class Order(StrEnum):
    ADDRESS = "address"  # by IRI
    ADDRESS_DOWN = "address-down"
    CHANGED = "changed"  # by last change, the oldest first
    CHANGED_DOWN = "changed-down"


class Listed(msgspec.Struct, frozen=True, gc=False):
    """A record in a listing, with its JSON unread (`body`); None for one that was withdrawn, of which nothing else is left."""

    iri: str
    kind: str
    source: str
    version: int
    seq: int
    at: str
    first: str = ""
    digest: str = ""
    body: bytes | None = None

    def public(self) -> PublicRecord:
        """The record, without its lineage. Raises ValueError for one that was withdrawn."""
        if self.body is None:
            raise ValueError(f"{self.iri} was withdrawn")
        record = decode_record(self.body)
        return PublicRecord(
            self.iri, self.kind, self.source, self.version, self.seq, self.at, self.first, self.digest, record
        )


class ListedView(PublicView, Protocol):
    """The public view with listings. Every answer is of one snapshot."""

    def listed(self, selection: Selection, after: int, limit: int) -> list[Listed]:
        """Public and withdrawn records in the order of their last change, those with `seq` > after."""

    def moves(self, after: int, limit: int) -> list[Move]:
        """Changes with `seq` > after, as steps of their records."""

    def latest(self, selection: Selection, before: int, limit: int) -> list[Listed]:
        """The same against that order, those with `seq` < before."""

    def size(self, selection: Selection) -> int:
        """How many public and withdrawn records there are."""

    def window(self, selection: Selection, order: Order, start: int, limit: int) -> list[Listed]:
        """Public records from a place of the listing on."""

    def count(self, selection: Selection) -> int:
        """How many public records there are."""

    def published_sources(self) -> Sequence[tuple[str, int]]:
        """The sources of what is public, with the number of their records."""
