"""Take-downs: a record withdrawn at once and kept from coming back, destroyed when that is ordered, or let come back (E07, E08).

Every act is written down for good, with who did it and why (E23); what holds now follows from `suppression`.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any

import msgspec
import zstandard
from sqlalchemy import Connection, Row, Select, delete, func, insert, select, tuple_, update

from federation.aliases import target_of
from federation.clock import stamp
from federation.database import Database
from federation.effects import Effects, Withdrawal
from federation.errors import UnknownRecord
from federation.schema import entry, item, suppression, takedown, version
from federation.suppression import Suppressed, token_of, tokens
from federation.views import Change
from vocab.codes import scheme
from vocab.kinds import decode_record


class Act(StrEnum):
    TAKEN_DOWN = "taken-down"
    DESTROYED = "destroyed"  # what was kept of it
    LIFTED = "lifted"


class Deed(msgspec.Struct, frozen=True):
    """Who did something, when (RFC 3339 in UTC), and what he wrote beside it."""

    officer: str
    note: str
    at: str


class Takedown(msgspec.Struct, frozen=True):
    """One take-down and what came of it. `reason` is a code of CL-22, the only thing of all this that is public."""

    iri: str
    reason: str
    ordered: Deed
    destroyed: Deed | None = None
    lifted: Deed | None = None


class Standing(msgspec.Struct, frozen=True):
    """How a record stands, for who decides about it. `key` names it within its source; `down` is the take-down in force."""

    iri: str
    source: str
    key: str
    kind: str
    state: str
    reason: str
    since: str
    down: Takedown | None = None


class Takedowns:
    def __init__(self, database: Database) -> None:
        self._database = database

    def take_down(
        self, iris: str | Sequence[str], reason: str, *, officer: str, note: str = "", purge: bool = False
    ) -> list[Change]:
        """Withdraw records now, all in one transaction, and keep them from coming back. `reason` is a code or name of CL-22.

        An address that leads to another one means the record there. A record that is not public is kept from becoming it.
        With `purge` the stored raw and versions are destroyed too, and nothing of it is kept when it comes again.
        Nothing happens twice. Returns what the change log says of it. Raises UnknownRecord, ValueError.
        """
        code, deed = reason_code(reason), _deed(officer, note)
        with self._database.write() as connection:
            effects = Effects(self._database, connection)
            rows = [_known(connection, iri) for iri in ([iris] if isinstance(iris, str) else iris)]
            for row in {row.iri: row for row in rows}.values():
                down = self._down(connection, row.iri)
                if down is None:
                    self._suppress(connection, row, code, deed)
                    if row.state == "published":
                        effects.withdraw(Withdrawal(row.source, row.key, row.kind, row.iri, row.version, code))
                    effects.state(row.source, row.key, row.kind, "refused", "suppressed")
                    judge_anew(connection, row.source, row.key)
                    _write(connection, row.iri, Act.TAKEN_DOWN, code, deed)
                if purge and not (down and down.destroyed):
                    effects.purge(row.source, row.key, [row.iri])
                    _write(connection, row.iri, Act.DESTROYED, code, deed)
                    _judge_copies_anew(connection)
            return effects.write()

    def lift(self, iri: str, *, officer: str, note: str = "") -> Standing:
        """Undo a take-down: the record is judged again at its next harvest or remap, or by `federation.push.judge_again`.

        Raises UnknownRecord when it was not taken down, ValueError when nobody is named.
        """
        deed = _deed(officer, note)
        with self._database.write() as connection:
            row = _known(connection, iri)
            down = self._down(connection, row.iri)
            if down is None:
                raise UnknownRecord(f"{row.iri} is not taken down; `chengguo takedown list` shows what is")
            connection.execute(delete(suppression).where(suppression.c.iri == row.iri))
            _write(connection, row.iri, Act.LIFTED, down.reason, deed)
            judge_anew(connection, row.source, row.key)
        return _standing(row, None)

    def standing(self, iri: str) -> Standing:
        """Raises UnknownRecord."""
        with self._database.read() as connection:
            row = _known(connection, iri)
            return _standing(row, self._down(connection, row.iri))

    def takedowns(self) -> list[Takedown]:
        """All there ever were, the newest first."""
        with self._database.read() as connection:
            return list(_folded(connection.execute(_acts())))[::-1]

    def suppressed(self, connection: Connection) -> Suppressed:
        """What records are recognised by that must not come back, and those of which nothing may be kept."""
        acts = select(takedown.c.iri, takedown.c.act, func.max(takedown.c.id)).group_by(takedown.c.iri, takedown.c.act)
        last = {(row.iri, row.act): row[-1] for row in connection.execute(acts)}
        gone = {iri for (iri, act), n in last.items() if act == Act.DESTROYED and n > last.get((iri, Act.LIFTED), 0)}
        rows = connection.execute(select(suppression.c.token, suppression.c.iri)).all()
        return Suppressed(frozenset(row.token for row in rows), frozenset(row.token for row in rows if row.iri in gone))

    def _down(self, connection: Connection, iri: str) -> Takedown | None:
        held = select(suppression.c.id).where(suppression.c.iri == iri).limit(1)
        if connection.execute(held).first() is None:
            return None
        return list(_folded(connection.execute(_acts().where(takedown.c.iri == iri))))[-1]

    def _suppress(self, connection: Connection, row: Row[Any], code: str, deed: Deed) -> None:
        marks = {token_of(row.key)}
        newest = select(version.c.record).where(version.c.iri == row.iri).order_by(version.c.version.desc()).limit(1)
        if (body := connection.execute(newest).scalar()) is not None:
            marks.update(tokens(decode_record(zstandard.decompress(body)), row.key))
        rows = [
            {"token": mark, "iri": row.iri, "reason": code, **msgspec.structs.asdict(deed)} for mark in sorted(marks)
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


def judge_anew(connection: Connection, source: str, key: str) -> None:
    """Make the next pass judge a record again although its raw has not changed."""
    connection.execute(update(entry).where(entry.c.source == source, entry.c.key == key).values(fingerprint=""))


def _deed(officer: str, note: str) -> Deed:
    """One done now. Raises ValueError when nobody did it."""
    if not officer.strip():
        raise ValueError("a take-down, and what undoes it, names its officer")
    return Deed(officer.strip(), note, stamp())


def _judge_copies_anew(connection: Connection) -> None:
    """What came under other keys, and was refused and kept, is judged again by the next harvest, which then keeps none of it."""
    copies = select(item.c.source, item.c.key).where(item.c.state == "refused", item.c.reason == "suppressed")
    connection.execute(update(entry).where(tuple_(entry.c.source, entry.c.key).in_(copies)).values(fingerprint=""))


def _known(connection: Connection, iri: str) -> Row[Any]:
    """The item of an address. Raises UnknownRecord."""
    iri = target_of(connection, iri) or iri
    row = connection.execute(select(item).where(item.c.iri == iri)).first()
    if row is None:
        raise UnknownRecord(f"no record {iri} is known here; copy the IRI from its page or from `chengguo review list`")
    return row


def _standing(row: Row[Any], down: Takedown | None) -> Standing:
    return Standing(row.iri, row.source, row.key, row.kind, row.state, row.reason, row.at, down)


def _write(connection: Connection, iri: str, act: Act, reason: str, deed: Deed) -> None:
    row = {"iri": iri, "act": act.value, "reason": reason, **msgspec.structs.asdict(deed)}
    connection.execute(insert(takedown).values(row))


def _acts() -> Select[Any]:
    return select(takedown).order_by(takedown.c.id)


def _folded(rows: Iterable[Row[Any]]) -> Iterator[Takedown]:
    """The take-downs of which these acts, the oldest first, speak; the oldest first."""
    found: dict[int, Takedown] = {}
    last: dict[str, int] = {}
    for row in rows:
        deed = Deed(row.officer, row.note, row.at)
        if row.act == Act.TAKEN_DOWN.value:
            last[row.iri] = row.id
            found[row.id] = Takedown(row.iri, row.reason, deed)
        else:
            number = last[row.iri]
            found[number] = msgspec.structs.replace(found[number], **{row.act: deed})
    yield from found.values()
