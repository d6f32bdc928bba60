"""What the ledger tells others: values, and the two reading contracts `PublicView` and `SourceView`.

`publish` is handed these and `federation.offers.OfferView`, and nothing else of the ledger, so that no output can read what the
gate did not let out.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from vocab.problem import Severity
from vocab.public import PublicRecord
from vocab.quality import Report


class Event(StrEnum):
    PUBLISHED = "published"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


class Change(msgspec.Struct, frozen=True):
    """One entry of the append-only change log. `at` is RFC 3339 in UTC."""

    seq: int
    at: str
    event: Event
    kind: str
    iri: str
    version: int


class Move(msgspec.Struct, frozen=True):
    """A change as a step of a record: under which number it stood `before`; 0 when it is new. `at` as in `Change`."""

    seq: int
    at: str
    before: int


class Tombstone(msgspec.Struct, frozen=True):
    """All that remains in public of a withdrawn record; `reason` is a code of CL-22 and leaks no content."""

    iri: str
    kind: str
    source: str
    version: int
    seq: int
    at: str
    reason: str


class Memento(msgspec.Struct, frozen=True):
    """One version of a published record, as a TimeMap lists it (RFC 7089). `at` is RFC 3339 in UTC."""

    version: int
    at: str
    digest: str


class RunStatus(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # the source could not be read to the end; what was read is kept
    HELD = "held"  # the mass-change guard waits for a person
    INTERRUPTED = "interrupted"  # its owner died; found by its expired lease
    SUPERSEDED = "superseded"  # it was held, and a later run of the source took its place


class Cause(StrEnum):
    """Why a run failed."""

    TRANSIENT = "transient"  # the source may answer again by itself: time-out, overload, a cut connection
    TERMINAL = "terminal"  # somebody has to change something first
    OURS = "ours"  # a fault of the platform


class RunCounts(msgspec.Struct, frozen=True):
    seen: int = 0
    unchanged: int = 0
    published: int = 0
    changed: int = 0
    withdrawn: int = 0
    refused: int = 0  # by the disclosure gate
    rejected: int = 0  # by validation
    unreadable: int = 0
    held: int = 0  # waiting: for a secrecy review or the end of an embargo
    failed: int = 0  # our own fault: see the run's traceback


class Run(msgspec.Struct, frozen=True):
    id: int
    source: str
    status: RunStatus
    started: str
    ended: str | None
    complete: bool
    counts: RunCounts
    message: str = ""
    mode: str = ""  # full, incremental, remap
    cause: Cause | None = None  # of a failed run


class ProblemCount(msgspec.Struct, frozen=True):
    """How often a problem occurs among records of a source; `value` only where it is safe to show (an unknown code)."""

    code: str
    path: str
    severity: Severity
    message: str
    count: int
    value: str | None = None


class SourceStatus(msgspec.Struct, frozen=True):
    """A source as the public may see it; operators get `refused`, `rejected` and `held` from `Ledger.status`."""

    id: str
    published: dict[str, int]  # kind -> records
    last_run: Run | None
    last_success: str | None
    first_run: str | None = None  # when the first run began that ended well


class PublicView(Protocol):
    """The only door to published content. Nothing unreviewed, refused, embargoed or withdrawn is ever behind it."""

    def record(self, iri: str) -> PublicRecord | None: ...

    def records(self, iris: Sequence[str]) -> dict[str, PublicRecord]: ...

    def page(self, after: int, limit: int, kind: str | None = None) -> list[PublicRecord]:
        """Public records in the order of their last change, those with `seq` > after."""

    def tombstone(self, iri: str) -> Tombstone | None: ...

    def living(self, iri: str) -> str | None:
        """The address that a record goes on under which was once public under this one; None when it never moved."""

    def versions(self, iri: str) -> list[Memento]:
        """The versions of a record that is published now, oldest first; of any other record, none."""

    def version(self, iri: str, number: int) -> PublicRecord | None:
        """One public view, the present one too, of a record that is published now; of any other record, None."""

    def removed(self, iri: str, number: int) -> Tombstone | None:
        """What remains of a past version that was removed from a record that is published now."""

    def changes(self, after: int, limit: int) -> list[Change]: ...

    def last_seq(self) -> int: ...

    def last_withdrawal(self, after: int) -> int:
        """The `seq` of the last withdrawal after a `seq`; 0 when there was none."""

    def counts(self) -> dict[str, int]:
        """Published records by kind."""


class SourceView(Protocol):
    """What the public may know of how sources are doing. Counts here speak of published records only."""

    def source(self, source: str) -> SourceStatus: ...

    def runs(self, source: str, limit: int = 10) -> list[Run]: ...

    def problems(self, source: str, limit: int = 100) -> list[ProblemCount]:
        """Problems of published records, most frequent first: a refused record leaves no trace here."""

    def quality(self, source: str) -> Report:
        """How good the published records of a source are."""

    def quality_months(self, source: str) -> list[str]:
        """Past months of which a report is kept (`2026-03`), newest first."""

    def quality_of(self, source: str, month: str) -> Report | None:
        """The report as it was when that month had ended."""
