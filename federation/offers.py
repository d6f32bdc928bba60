"""Technology offers: texts for partners abroad, reviewed at the desk, and which of them may be told now (B.7, E05, E06, E20).

An offer is bound to the content of its record: when that changes, ends or is taken down, so does the offer, at once and by itself,
because what is told is looked up when it is asked for and kept nowhere else.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Protocol

import msgspec
from sqlalchemy import Connection, Row, Select, and_, func, insert, select

from federation.aliases import target_of
from federation.clock import day, stamp
from federation.database import Database
from federation.errors import FederationError, UnknownRecord
from federation.public import records_of
from federation.schema import item, offer, published
from vocab.kinds import Achievement
from vocab.offer import Objection, OfferText, wrong
from vocab.public import PublicRecord
from vocab.values import Precision

LONGEST = timedelta(days=365)  # an offer is renewed every year
OFFERED, ENDED = "offered", "ended"


class NotOffered(FederationError):
    """A text that may not be an offer: `objections` say why."""

    def __init__(self, iri: str, objections: Sequence[Objection]) -> None:
        told = "; ".join(f"{one.field} {one.message}" for one in objections)
        super().__init__(f"{iri} cannot be offered: {told}")
        self.objections = tuple(objections)


class Approval(msgspec.Struct, frozen=True):
    """Who answers for an offer. `translator` wrote or checked the English, `officer` of `org` reviewed it (E05: two people).

    `basis` is what the review rests on, `screening` the reference of the export screening that cleared the technology (E20).
    """

    translator: str
    officer: str
    org: str
    basis: str
    screening: str


class Seen(msgspec.Struct, frozen=True):
    """A record that may be offered; `content` is the digest of what is public of it, but for its provenance."""

    record: Achievement
    content: str


class Offer(msgspec.Struct, frozen=True):
    """An offer that may be told now. `number` is that of its decision; `since` and `until` are days (ISO 8601)."""

    number: int
    iri: str
    source: str
    text: OfferText
    record: Achievement
    since: str
    until: str


class Line(msgspec.Struct, frozen=True):
    """One record that was ever offered, by its last decision; `offer` is None when it is offered no longer."""

    number: int
    iri: str
    offer: Offer | None


class OfferView(Protocol):
    """The only door to offers. What is not reviewed, of another content, out of date or not public is never behind it."""

    def lines(self, after: int, limit: int) -> list[Line]:
        """Those whose last decision has a number > after, in the order of decisions."""

    def line(self, iri: str) -> Line | None:
        """None: it never was an offer."""

    def size(self) -> int:
        """How many may be told now."""


class Offers:
    """Implements `OfferView`, and is where the desk decides."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def approve(
        self, iri: str, text: OfferText, approval: Approval, *, content: str, until: date | None = None
    ) -> Line:
        """Offer a public achievement until a day, at most a year from today: the last of its listing, else a year.

        `content` is that of `seen`: what the text was written and reviewed for. Raises UnknownRecord when there is no such
        record or it has changed since, NotOffered for a text that may not be one, ValueError for an approval that names one
        person twice or nobody, or for a day that is past or too far.
        """
        _check(approval)
        if until and not day() <= until <= day() + LONGEST:
            raise ValueError(f"{until} is past or more than {LONGEST.days} days away: an offer is renewed every year")
        with self._database.write() as connection:
            iri = target_of(connection, iri) or iri
            now = _seen(connection, iri)
            if now.content != content:
                raise UnknownRecord(f"{iri} has changed since it was drafted: draft it again and look at it again")
            if objections := wrong(text, now.record):
                raise NotOffered(iri, objections)
            last = until.isoformat() if until else _end(now.record)
            words = msgspec.json.encode(text).decode()
            self._decide(connection, OFFERED, {"iri": iri, "digest": content, "text": words, "until": last}, approval)
            return _lines(connection, _last().where(offer.c.iri == iri))[0]

    def end(self, iri: str, *, officer: str, org: str, basis: str) -> None:
        """Take an offer back; its record stays public. Raises UnknownRecord, ValueError."""
        if not (officer and org and basis):
            raise ValueError("who takes an offer back names the officer, the body and the reason")
        with self._database.write() as connection:
            iri = target_of(connection, iri) or iri
            if not connection.execute(select(offer.c.id).where(offer.c.iri == iri)).first():
                raise UnknownRecord(f"{iri} was never offered; `chengguo offer list` shows what was")
            values = {"iri": iri, "digest": "", "text": "", "until": ""}
            self._decide(connection, ENDED, values, Approval("", officer, org, basis, ""))

    def lines(self, after: int, limit: int) -> list[Line]:
        with self._database.read() as connection:
            return _lines(connection, _last().where(offer.c.id > after).limit(limit))

    def line(self, iri: str) -> Line | None:
        with self._database.read() as connection:
            iri = target_of(connection, iri) or iri
            return next(iter(_lines(connection, _last().where(offer.c.iri == iri))), None)

    def size(self) -> int:
        with self._database.read() as connection:
            return connection.execute(
                select(func.count()).select_from(_last().where(*_living()).subquery())
            ).scalar_one()

    def seen(self, iri: str) -> Seen:
        """The public achievement to be offered. Raises UnknownRecord."""
        with self._database.read() as connection:
            return _seen(connection, target_of(connection, iri) or iri)

    def _decide(self, connection: Connection, decision: str, values: Mapping[str, str], approval: Approval) -> None:
        row = {**values, "decision": decision, "at": stamp(), **msgspec.structs.asdict(approval)}
        connection.execute(insert(offer).values(row))


def _check(approval: Approval) -> None:
    given = msgspec.structs.asdict(approval)
    if empty := [name for name, value in given.items() if not value.strip()]:
        raise ValueError(f"an offer needs {', '.join(given)}; missing are {', '.join(empty)}")
    if approval.translator.strip() == approval.officer.strip():
        raise ValueError(
            "the text is reviewed by somebody else than who wrote it (E05): translator and officer are one"
        )


def _seen(connection: Connection, iri: str) -> Seen:
    found = records_of(connection, [iri]).get(iri)
    if found is None or not isinstance(found.record, Achievement):
        raise UnknownRecord(f"{iri} is no public achievement: copy the address from its page")
    return Seen(found.record, connection.execute(_present().where(published.c.iri == iri)).scalar_one())


def _end(record: Achievement) -> str:
    """The last day of its listing when that lies ahead within a year, else a year from today."""
    today, latest = day().isoformat(), (day() + LONGEST).isoformat()
    known = [listing.valid_through for listing in record.listing if listing.valid_through]
    ends = [end.value for end in known if end.precision is Precision.DAY and today <= end.value <= latest]
    return max(ends, default=latest)


def _present() -> Select[Any]:
    """The digest of what is public of a record, but for its provenance."""
    same = and_(item.c.source == published.c.source, item.c.key == published.c.key, item.c.kind == published.c.kind)
    return select(item.c.digest).select_from(published.join(item, same))


def _last() -> Select[Any]:
    """The last decision on each record, with the digest of what is public of it now."""
    newest = select(func.max(offer.c.id)).group_by(offer.c.iri)
    present = _present().where(published.c.iri == offer.c.iri).scalar_subquery()
    return select(offer, present.label("present")).where(offer.c.id.in_(newest)).order_by(offer.c.id)


def _living() -> tuple[Any, ...]:
    present = _present().where(published.c.iri == offer.c.iri).scalar_subquery()
    return (offer.c.decision == OFFERED, offer.c.digest == present, offer.c.until >= day().isoformat())


def _lines(connection: Connection, query: Select[Any]) -> list[Line]:
    rows = connection.execute(query).all()
    today = day().isoformat()
    living = [row for row in rows if row.decision == OFFERED and row.digest == row.present and row.until >= today]
    records = records_of(connection, [row.iri for row in living])
    offers = {row.iri: _offer(row, public) for row in living if (public := records.get(row.iri))}
    return [Line(row.id, row.iri, offers.get(row.iri)) for row in rows]


def _offer(row: Row[Any], public: PublicRecord) -> Offer | None:
    """None where the text would not be let through today: rules may have become stricter since it was approved."""
    text, record = msgspec.json.decode(row.text, type=OfferText), public.record
    if not isinstance(record, Achievement) or wrong(text, record):
        return None
    return Offer(row.id, row.iri, public.source, text, record, day(row.at).isoformat(), row.until)
