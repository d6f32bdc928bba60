"""What was found for each saved search, and the letters that tell it: nothing is lost, and a letter has one name for ever.

A round of the change log writes what it found and the cursor in one transaction. A letter is made of what is untold in one
transaction, sent, and struck out in another: a process killed between the two sends the same letter again, under the same
Message-ID, and no other. Whether a mail server that has taken a message may be told so twice nobody can rule out (RFC 1047).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update

from federation.alerts.following import Following
from federation.alerts.pauses import PAUSES
from federation.alerts.schema import alert, letter, subscription
from federation.alerts.subscriptions import Subscription
from federation.clock import now, stamp
from federation.database import Database
from federation.schema import published

NAME = "alerts"
SHOWN = 50  # records named in a letter; it counts the others and links to the search
UNTOLD = 1000  # records kept for a subscription until its next letter


class Letter(msgspec.Struct, frozen=True):
    """One message to send. `iris`: the newest first, at most SHOWN; `total` counts all that it tells."""

    id: str
    to: Subscription
    confirms: bool
    attempts: int
    iris: tuple[str, ...]
    total: int


class Outbox:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._following = Following(database, NAME)

    def cursor(self) -> int:
        """How far the change log was looked through."""
        return self._following.cursor()

    def found(self, seq: int, matches: Mapping[str, Sequence[str]]) -> int:
        """Write down what the log up to `seq` holds for subscriptions (id -> IRIs). Returns how many alerts are new.

        What was withdrawn since, or whose subscription has ended, is left out; a record is told once.
        """
        added = 0
        with self._database.write() as connection:  # alone with the log: no record can go between the look and the row
            wanted = sorted({iri for iris in matches.values() for iri in iris})
            public: dict[str, int] = {}
            for start in range(0, len(wanted), 500):
                query = select(published.c.iri, published.c.seq).where(published.c.iri.in_(wanted[start : start + 500]))
                public.update((row.iri, row.seq) for row in connection.execute(query))
            for number, iris in matches.items():
                there = connection.execute(select(subscription.c.id).where(subscription.c.id == number)).first()
                untold = connection.execute(select(func.count()).where(_untold(number))).scalar_one()
                kept = [iri for iri in iris if iri in public][: max(0, UNTOLD - untold)]
                if there is None or not kept:
                    continue
                rows = [
                    {"subscription": number, "iri": iri, "seq": public[iri], "letter": None, "told": False}
                    for iri in kept
                ]
                statement = self._database.insert(alert).on_conflict_do_nothing()
                added += connection.execute(statement.values(rows)).rowcount
            self._following.followed(connection, seq)
        return added

    def post(self, moment: datetime | None = None) -> int:
        """Make the letters that are due of what is untold. Returns how many."""
        moment = moment or now()
        c = subscription.c
        waiting = exists().where(letter.c.subscription == c.id)
        due = select(c.id, c.days).where(c.confirmed.is_not(None), c.due <= stamp(moment), ~waiting)
        with self._database.read() as connection:  # most rounds have nothing to do, and need not wait for writers
            if connection.execute(due.limit(1)).first() is None:
                return 0
        made = 0
        with self._database.write() as connection:
            for row in connection.execute(due.order_by(c.due).limit(UNTOLD)).all():
                following = stamp(moment + timedelta(days=row.days))
                number = f"{row.id}.{int(moment.timestamp())}"
                taken = connection.execute(update(alert).where(_untold(row.id)).values(letter=number)).rowcount
                if taken:
                    values = {"id": number, "subscription": row.id, "confirms": False, "attempts": 0}
                    connection.execute(insert(letter).values(**values, due=stamp(moment)))
                    made += 1
                connection.execute(update(subscription).where(c.id == row.id).values(due=following))
        return made

    def waiting(self, limit: int, moment: datetime | None = None) -> list[str]:
        """The letters to send now, those that wait longest first."""
        query = select(letter.c.id).where(letter.c.due <= stamp(moment)).order_by(letter.c.due, letter.c.id)
        with self._database.read() as connection:
            return [row.id for row in connection.execute(query.limit(limit))]

    def letter(self, number: str) -> Letter | None:
        """As it has to be sent at this moment; None when it is gone, or nothing is left of what it was to tell."""
        with self._database.read() as connection:
            row = connection.execute(select(letter).where(letter.c.id == number)).first()
            if row is None:
                return None
            to = connection.execute(select(subscription).where(subscription.c.id == row.subscription)).one()
            mine = select(alert.c.iri).where(alert.c.letter == number).order_by(alert.c.seq.desc())
            iris = tuple(found.iri for found in connection.execute(mine.limit(SHOWN)))
            total = connection.execute(select(func.count()).where(alert.c.letter == number)).scalar_one()
        if not row.confirms and not total:
            return None
        return Letter(number, Subscription(**to._mapping), row.confirms, row.attempts, iris, total)

    def sent(self, number: str) -> None:
        """Strike out a letter; what it told is not told again."""
        with self._database.touch() as connection:
            connection.execute(update(alert).where(alert.c.letter == number).values(told=True, letter=None))
            connection.execute(delete(letter).where(letter.c.id == number))

    def failed(self, sent: Letter, moment: datetime | None = None) -> bool:
        """Put it off, or end a subscription that cannot be reached for days. Returns whether it is tried again."""
        with self._database.touch() as connection:
            if sent.attempts >= len(PAUSES):
                connection.execute(delete(subscription).where(subscription.c.id == sent.to.id))
                return False
            later = stamp((moment or now()) + PAUSES[sent.attempts])
            mine = letter.c.id == sent.id
            connection.execute(update(letter).where(mine).values(attempts=sent.attempts + 1, due=later))
        return True


def _untold(number: str) -> ColumnElement[bool]:
    mine: ColumnElement[bool] = (alert.c.subscription == number) & alert.c.letter.is_(None) & ~alert.c.told
    return mine
