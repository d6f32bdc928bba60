"""The public view: a record without what is not public. Every output is made from it and from nothing else."""

from functools import cache
from typing import Any, TypeVar

import msgspec

from vocab.field import Visibility, fields
from vocab.lineage import Lineage
from vocab.record import Record
from vocab.values import Review

_LINEAGE = msgspec.json.Decoder(tuple[Lineage, ...])
RecordT = TypeVar("RecordT", bound=Record)


class Cluster(msgspec.Struct, frozen=True, gc=False):
    """Public records that are one achievement, in the order of text; `canonical` stands for them, all stay addressable."""

    canonical: str
    members: tuple[str, ...]


class PublicRecord(msgspec.Struct, frozen=True, gc=False):
    """What outputs receive: the public view of one version of one record.

    `seq` is the change that made it (the only cursor there is); `at` its time, RFC 3339 in UTC; `first` when the
    record was first published. `digest` is the sha256 (hex) of the JSON of `record`. `cluster` is of the present, not of the
    version: an earlier version has none, so that no link outlives what it led to.
    """

    iri: str
    kind: str
    source: str
    version: int
    seq: int
    at: str
    first: str
    digest: str
    record: Record
    lineage_json: bytes = b"[]"  # most of what is stored of a record, and asked for by its page alone: decoded there
    cluster: Cluster | None = None  # None: it stands alone

    @property
    def lineage(self) -> tuple[Lineage, ...]:
        """Which raw value each public field was made of."""
        return _LINEAGE.decode(self.lineage_json)

    @property
    def same_as(self) -> tuple[str, ...]:
        """The other records of its achievement."""
        return tuple(iri for iri in self.cluster.members if iri != self.iri) if self.cluster else ()


def public_view(record: RecordT) -> RecordT:
    """The record with every field that is not public put back to its default.

    The review is kept by organisation, date and decision alone (field 52: I, but those three are P).
    """
    reviews = tuple(Review(decision=r.decision, org=r.org, date=r.date) for r in record.review)
    return msgspec.structs.replace(record, **{**_hidden(type(record)), "review": reviews})


@cache
def _hidden(record: type[Record]) -> dict[str, Any]:
    """The fields that are not public, at their defaults."""
    return {b.name: b.default for b in fields(record) if b.field.visibility is not Visibility.PUBLIC}
