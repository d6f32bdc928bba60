"""Records judged outside a run: pushed by a province, or looked at again after a review."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from federation.clock import now
from federation.errors import PreconditionFailed
from federation.key import key_of
from federation.ledger import Ledger
from federation.pipeline import Pass, Settings
from federation.registry import Registry
from federation.schema import entry, item, problem
from federation.source import Source
from federation.tokens import Token, Tokens
from federation.views import Event
from federation.writer import Result
from harvesters.base import JSON, RawRecord
from vocab.mapping import FieldMapping
from vocab.problem import Problem, Severity

PROTOCOL = "push"  # of sources that send by themselves
BEST_FIRST = ("published", "changed", "unchanged", "held", "embargoed", "withdrawn", "rejected", "refused", "failed")
SILENT = frozenset({"refused", "failed"})  # states of which a receipt gives the reason's code and no address

Condition = Callable[[str | None], bool]  # of the digest of what is kept of the record now, None when nothing is


class Sent(msgspec.Struct, frozen=True):
    """A record as its source sent it; `deleted` withdraws it."""

    identifier: str
    body: bytes = b""
    media_type: str = JSON
    modified: datetime | None = None
    url: str | None = None
    deleted: bool = False


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one mapping made of a record. `reason` is the code of what keeps it from being public."""

    kind: str
    status: str
    reason: str = ""
    iri: str | None = None
    version: int | None = None


class Receipt(msgspec.Struct, frozen=True):
    """What became of a record that was sent: the best of its outcomes, all of them, and its problems.

    `status`: published, changed, unchanged, held, embargoed, withdrawn, rejected, refused, failed, or absent for the deletion of
    what is not there. `digest` is that of what was sent, None when nothing is kept of the record.
    """

    identifier: str
    status: str
    reason: str = ""
    digest: str | None = None
    outcomes: tuple[Outcome, ...] = ()
    problems: tuple[Problem, ...] = ()


class Inbox:
    """What the web application is given to take records in: nothing else of the ledger is in its reach."""

    def __init__(self, ledger: Ledger, registry: Registry, settings: Settings) -> None:
        self._ledger, self._registry, self._settings = ledger, registry, settings
        self._tokens = Tokens(ledger.database)

    def token(self, secret: str) -> Token | None:
        return self._tokens.check(secret)

    def takes(self, source: str) -> bool:
        found = self._registry.sources.get(source)
        return found is not None and found.protocol == PROTOCOL

    def put(self, source: str, sent: Sequence[Sent], condition: Condition | None = None) -> list[Receipt]:
        """Store what a source sent, in one transaction for the deletions and one for the rest; a receipt for each key, in order.

        Raises PreconditionFailed, with nothing stored, when `condition` does not hold for a single record; FederationError.
        """
        chosen = self._registry.source(source)
        raws = {key_of(source, one.identifier): _raw(source, one) for one in sent}
        database = self._ledger.database
        with database.read() as connection:
            before = _digests(connection, source, list(raws))
        work = _Guarded(condition, list(raws), chosen, self._ledger, self._registry.mappings_of(chosen), self._settings)
        work.require(before)
        results = _store(work, raws)
        with database.read() as connection:
            return _receipts(connection, source, raws, before, results)


def push(
    source: Source, raws: Sequence[RawRecord], ledger: Ledger, mappings: Sequence[FieldMapping], settings: Settings
) -> list[Result]:
    """Store records that the source itself sent; idempotent. One transaction; of records with one key the last counts.

    Returns what became of those that were new, changed or deleted: one that is missing here had not changed.
    """
    last = {key_of(source.id, raw.identifier): raw for raw in raws}
    return _store(Pass(source, ledger, mappings, settings), last)


def judge_again(
    source: Source, keys: Sequence[str], ledger: Ledger, mappings: Sequence[FieldMapping], settings: Settings
) -> list[Result]:
    """Judge kept records again, by key: after a review, or when a take-down was lifted. What is not kept is passed over."""
    raws = [raw for key in keys if (raw := ledger.raw(source.id, key)) is not None]
    return Pass(source, ledger, mappings, settings).store(raws, force=True, remap=True) if raws else []


class _Guarded(Pass):
    """A pass whose condition is asked once more inside the transaction that writes."""

    def __init__(self, condition: Condition | None, keys: Sequence[str], *arguments: Any) -> None:
        super().__init__(*arguments)
        self._condition, self._keys = condition, keys

    def require(self, digests: dict[str, str]) -> None:
        if self._condition is not None and not all(self._condition(digests.get(key)) for key in self._keys):
            raise PreconditionFailed("the record is not in the state that the request expects")

    def fence(self, connection: Connection) -> None:
        super().fence(connection)
        self.require(_digests(connection, self.source.id, self._keys))


def _store(work: Pass, last: dict[str, RawRecord]) -> list[Result]:
    gone = [key for key, raw in last.items() if raw.deleted]
    results = work.withdraw(gone) if gone else []
    kept = [raw for raw in last.values() if not raw.deleted]
    return [*results, *(work.store(kept) if kept else [])]


def _raw(source: str, one: Sent) -> RawRecord:
    body = b"" if one.deleted else one.body
    return RawRecord(source, one.identifier, one.media_type, body, now(), one.modified, one.deleted, one.url)


def _digests(connection: Connection, source: str, keys: Sequence[str]) -> dict[str, str]:
    query = select(entry.c.key, entry.c.digest).where(entry.c.source == source, entry.c.key.in_(keys))
    return {row.key: row.digest for row in connection.execute(query)}


def _receipts(
    connection: Connection, source: str, raws: dict[str, RawRecord], before: dict[str, str], results: Sequence[Result]
) -> list[Receipt]:
    events = {(result.key, result.kind): result.event for result in results}
    outcomes = _outcomes(connection, source, list(raws), events)
    problems = _problems(connection, source, list(raws))
    digests = _digests(connection, source, list(raws))
    made = []
    for key, raw in raws.items():
        if raw.deleted:
            made.append(Receipt(raw.identifier, "withdrawn" if key in before else "absent"))
            continue
        found = sorted(outcomes.get(key, ()), key=lambda one: BEST_FIRST.index(one.status))
        best = found[0] if found else Outcome("", "failed")
        made.append(
            Receipt(
                raw.identifier, best.status, best.reason, digests.get(key), tuple(found), tuple(problems.get(key, ()))
            )
        )
    return made


def _outcomes(
    connection: Connection, source: str, keys: Sequence[str], events: dict[tuple[str, str], Event | None]
) -> dict[str, list[Outcome]]:
    """By key, from what the ledger says now: a record sent again gets the answer it got the first time."""
    c = item.c
    query = select(c.key, c.kind, c.iri, c.state, c.reason, c.version).where(c.source == source, c.key.in_(keys))
    found: dict[str, list[Outcome]] = {}
    for row in connection.execute(query.order_by(c.key, c.kind)):
        event = events.get((row.key, row.kind))
        if row.state == "withdrawn" and event is None:
            continue  # of a kind that the record was before
        status = row.state
        if row.state == "published":  # with a reason: it came broken, and its last good version stays
            status = "rejected" if row.reason else event.value if event else "unchanged"
        silent = status in SILENT
        version = row.version or None
        found.setdefault(row.key, []).append(
            Outcome(row.kind, status, row.reason, None if silent else row.iri, None if silent else version)
        )
    return found


def _problems(connection: Connection, source: str, keys: Sequence[str]) -> dict[str, list[Problem]]:
    """Of secret records none are kept."""
    c = problem.c
    query = select(problem).where(c.source == source, c.key.in_(keys)).order_by(c.key, c.kind, c.position)
    found: dict[str, list[Problem]] = {}
    for row in connection.execute(query):
        told = Problem(row.code, row.path, row.message, Severity(row.severity), row.value)
        found.setdefault(row.key, []).append(told)
    return found
