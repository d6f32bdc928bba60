"""The desk: secrecy reviews made on this node, what waits for one (E04, E06), and take-downs."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, select

from federation.clock import day, stamp
from federation.errors import UnknownRecord
from federation.schema import alias, item, review, takedown
from federation.takedowns import Takedowns, judge_anew
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


class Decided(msgspec.Struct, frozen=True):
    """A review made here. `of_this_content`: of what the record says now; a review of another content counts no more."""

    decision: str
    officer: str
    org: str
    basis: str
    at: str
    of_this_content: bool


class Head(msgspec.Struct, frozen=True):
    """Another one whenever the desk has decided anything or a record was given another one's address.

    Each is 0 while there never was one.
    """

    takedown: int
    review: int
    alias: int


class Desk(Takedowns):
    def waiting(self, source: str | None = None, limit: int = 1000) -> list[Waiting]:
        query = select(item).where(item.c.state == "held").order_by(item.c.at, item.c.key).limit(limit)
        if source is not None:
            query = query.where(item.c.source == source)
        with self._database.read() as connection:
            return [_waiting(row) for row in connection.execute(query)]

    def waits(self, iri: str) -> Waiting:
        """What waits under an address. Raises UnknownRecord when nothing does."""
        standing = self.standing(iri)
        with self._database.read() as connection:
            query = select(item).where(item.c.iri == standing.iri, item.c.state == "held")
            row = connection.execute(query).first()
        if row is None:
            told = f"{standing.state}, {standing.reason}" if standing.reason else standing.state
            raise UnknownRecord(f"{standing.iri} does not wait for a review: it is {told}")
        return _waiting(row)

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
            judge_anew(connection, waiting.source, waiting.key)

    def decided(self, waiting: Waiting) -> list[Decided]:
        """What was decided here of a record before, whatever it said then; the oldest first."""
        r = review.c
        query = select(r.decision, r.officer, r.org, r.basis, r.at, r.digest == waiting.content)
        here = (r.source == waiting.source, r.key == waiting.key, r.kind == waiting.kind)
        with self._database.read() as connection:
            rows = connection.execute(query.where(*here).order_by(r.id)).all()
        return [Decided(row.decision, row.officer, row.org, row.basis, row.at, bool(row[-1])) for row in rows]

    def head(self, connection: Connection) -> "Head":
        newest = select(
            select(func.coalesce(func.max(takedown.c.id), 0)).scalar_subquery(),
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


def _waiting(row: Row[Any]) -> Waiting:
    return Waiting(row.source, row.key, row.kind, row.iri or "", row.state, row.reason, row.content, row.at)
