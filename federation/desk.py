"""The desk: secrecy reviews made on this node, take-downs, and what waits for a person (E04, E06-E08)."""

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from federation.aliases import target_of
from federation.clock import day, stamp
from federation.database import Database
from federation.effects import Effects, Withdrawal
from federation.errors import UnknownRecord
from federation.schema import alias, entry, item, published, review, suppression
from federation.suppression import tokens
from federation.views import Change
from vocab.codes import scheme
from vocab.kinds import decode_record
from vocab.values import PartialDate, Precision, Review

DECISIONS = ("approve", "refuse", "refer")


class Waiting(msgspec.Struct, frozen=True):
    """An item that waits for a decision. `content` is the digest of what is to be reviewed."""

    source: str
    key: str
    kind: str
    iri: str
    state: str
    reason: str
    content: str
    since: str


class Head(msgspec.Struct, frozen=True):
    """Another one whenever the desk has decided anything or a record was given another one's address.

    `review` and `alias` are 0 while there never was one.
    """

    suppression: int
    suppressions: int
    review: int
    alias: int


class Desk:
    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, source: str | None = None, limit: int = 1000) -> list[Waiting]:
        query = select(item).where(item.c.state == "held").order_by(item.c.at, item.c.key).limit(limit)
        if source is not None:
            query = query.where(item.c.source == source)
        with self._database.read() as connection:
            return [
                Waiting(r.source, r.key, r.kind, r.iri or "", r.state, r.reason, r.content, r.at)
                for r in connection.execute(query)
            ]

    def decide(self, waiting: Waiting, decision: str, *, officer: str, org: str, basis: str) -> None:
        """Record a review of exactly the content that was shown. The item is judged again by `Pipeline.review`.

        Raises ValueError for another decision or an unnamed officer, UnknownRecord when the content has changed since.
        """
        if decision not in DECISIONS:
            raise ValueError(f"decision {decision!r} is not one of {', '.join(DECISIONS)}")
        if not officer or not org:
            raise ValueError("a review names its officer and the body that reviewed")
        here = (item.c.source == waiting.source, item.c.key == waiting.key, item.c.kind == waiting.kind)
        with self._database.write() as connection:
            content = connection.execute(select(item.c.content).where(*here)).scalar()
            if content != waiting.content or not content:
                raise UnknownRecord(f"{waiting.iri or waiting.key} has changed since it was shown: look at it again")
            connection.execute(
                insert(review).values(
                    source=waiting.source,
                    key=waiting.key,
                    kind=waiting.kind,
                    digest=content,
                    decision=decision,
                    officer=officer,
                    org=org,
                    basis=basis,
                    at=stamp(),
                )
            )
            _judge_again(connection, waiting.source, waiting.key)

    def take_down(self, iri: str, reason: str, *, officer: str, note: str = "", purge: bool = False) -> Change | None:
        """Withdraw a record now and keep it from coming back. `reason` is a code or name of CL-22.

        An address that leads to another one means the record there.
        Returns the change, or None when the record was not public (it is suppressed all the same). With `purge` the
        stored raw and versions are destroyed too. Raises UnknownRecord, ValueError.
        """
        code = reason_code(reason)
        with self._database.write() as connection:
            iri = target_of(connection, iri) or iri
            row = connection.execute(select(item).where(item.c.iri == iri)).first()
            if row is None:
                raise UnknownRecord(
                    f"no record {iri} is known here; copy the IRI from its page or from `chengguo review list`"
                )
            body = connection.execute(select(published.c.record).where(published.c.iri == iri)).scalar()
            marks = set(tokens(decode_record(bytes(body)), row.key)) if body else {f"key:{row.key}"}
            self._suppress(connection, iri, marks, code, officer, note)
            effects = Effects(self._database, connection)
            if body:
                effects.withdraw(Withdrawal(row.source, row.key, row.kind, iri, row.version, code))
            effects.state(row.source, row.key, row.kind, "refused", "suppressed")
            if purge:
                effects.purge(row.source, row.key, [iri])
            changes = effects.write()
            _judge_again(connection, row.source, row.key)
        return changes[0] if changes else None

    def lift(self, iri: str) -> int:
        """Undo a take-down: the record is judged again at its next harvest or remap. Returns the tokens lifted."""
        with self._database.write() as connection:
            iri = target_of(connection, iri) or iri
            done = connection.execute(delete(suppression).where(suppression.c.iri == iri)).rowcount
            for row in connection.execute(select(item.c.source, item.c.key).where(item.c.iri == iri)).all():
                _judge_again(connection, row.source, row.key)
        return done

    def suppressed(self, connection: Connection) -> frozenset[str]:
        return frozenset(connection.execute(select(suppression.c.token)).scalars())

    def head(self, connection: Connection) -> "Head":
        newest = select(
            select(func.coalesce(func.max(suppression.c.id), 0)).scalar_subquery(),
            select(func.count()).select_from(suppression).scalar_subquery(),
            select(func.coalesce(func.max(review.c.id), 0)).scalar_subquery(),
            select(func.coalesce(func.max(alias.c.id), 0)).scalar_subquery(),
        )
        return Head(*connection.execute(newest).one())

    def reviews(self, connection: Connection, source: str, keys: Sequence[str]) -> dict[tuple[str, str], list[Review]]:
        """Reviews made here, by (key, digest of the content reviewed), oldest first; a later one replaces an earlier."""
        query = select(review).where(review.c.source == source, review.c.key.in_(keys)).order_by(review.c.id)
        found: dict[tuple[str, str], list[Review]] = {}
        for row in connection.execute(query):
            found[row.key, row.digest] = [
                Review(
                    decision=row.decision,
                    org=row.org,
                    date=PartialDate(day(row.at).isoformat(), Precision.DAY),
                    basis=row.basis or None,
                    officer=row.officer,
                    version_hash=row.digest,
                )
            ]
        return found

    def suppressions(self) -> Iterator[tuple[str, str, str]]:
        """(iri, reason, time) of what is kept away."""
        with self._database.read() as connection:
            query = select(suppression.c.iri, suppression.c.reason, func.min(suppression.c.at))
            rows = connection.execute(query.group_by(suppression.c.iri, suppression.c.reason)).all()
        yield from ((row[0], row[1], row[2]) for row in rows)

    def _suppress(self, connection: Connection, iri: str, marks: set[str], code: str, officer: str, note: str) -> None:
        rows = [
            {"token": mark, "iri": iri, "reason": code, "officer": officer, "note": note, "at": stamp()}
            for mark in sorted(marks)
        ]
        connection.execute(self._database.insert(suppression).on_conflict_do_nothing(), rows)


def reason_code(reason: str) -> str:
    """The code of CL-22 for a notation or a name. Raises ValueError naming the allowed ones."""
    reasons = scheme("cl22")
    found = reasons.find(reason.removeprefix("cl22/"))
    if found is None:
        allowed = ", ".join(f"{c.notation} {c.zh}" for c in reasons.concepts.values())
        raise ValueError(f"reason {reason!r} is not one of CL-22: {allowed}")
    return found.code


def _judge_again(connection: Connection, source: str, key: str) -> None:
    """Make the next pass judge a record again although its raw has not changed."""
    connection.execute(update(entry).where(entry.c.source == source, entry.c.key == key).values(fingerprint=""))
