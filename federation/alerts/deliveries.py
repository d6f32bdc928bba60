"""What was found for each webhook, and how it is told: at least once, in the order of the log, under names that never change.

A round of the log writes what it found, which records each search finds now, and the cursor in one transaction. A delivery is the
news up to a change; it keeps its name and its news until it is taken, whatever happens meanwhile: who has seen the name has
seen the news. Of a record only the address lies here. What is said of it is read from the public view at the moment of sending.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, delete, exists, func, insert, or_, select, update

from federation.alerts.following import Following
from federation.alerts.hooks import UNUSED, Hook, State, hook_of
from federation.alerts.pauses import scattered
from federation.alerts.schema import hook, hook_news, hook_record
from federation.clock import moment as moment_of
from federation.clock import now, stamp
from federation.database import Database

NAME = "webhooks"
SHARE = 100  # changes in one delivery
WIDEST = 10_000  # records that a followed search may find: who wants more follows the change log itself
TRIES = 5  # challenges that are sent by themselves
TOO_WIDE = "wide"  # why a webhook is given up whose search has come to find more


class Event(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    LEFT = "left"
    WITHDRAWN = "withdrawn"


GONE = frozenset({Event.LEFT, Event.WITHDRAWN})


class News(msgspec.Struct, frozen=True):
    """That something happened to a record, as seen by a search."""

    seq: int
    iri: str
    event: Event


class Delivery(msgspec.Struct, frozen=True):
    """`id` is the same however often it is sent; `more`: there is more to tell after it."""

    id: str
    to: Hook
    news: tuple[News, ...]
    more: bool


class Deliveries:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._following = Following(database, NAME)

    def cursor(self) -> int:
        return self._following.cursor()

    def followers(self) -> list[Hook]:
        """Those whose news are gathered: also while they are paused or given up."""
        with self._database.read() as connection:
            query = select(hook).where(hook.c.begun.is_not(None)).order_by(hook.c.id)
            return [hook_of(row) for row in connection.execute(query)]

    def holding(self, iris: Sequence[str]) -> dict[str, set[str]]:
        """Webhook -> which of these records its search has found so far."""
        held: dict[str, set[str]] = {}
        with self._database.read() as connection:
            for start in range(0, len(iris), 500):
                some = hook_record.c.iri.in_(iris[start : start + 500])
                for row in connection.execute(select(hook_record).where(some)):
                    held.setdefault(row.hook, set()).add(row.iri)
        return held

    def found(self, seq: int, news: Mapping[str, Sequence[News]]) -> int:
        """Write down what the log up to `seq` holds for webhooks. Returns how many news there are to tell."""
        with self._database.touch() as connection:
            added = sum(self._gathered(connection, number, some) for number, some in news.items() if some)
            self._following.followed(connection, seq)
        return added

    def due(self, limit: int, moment: datetime | None = None) -> list[Hook]:
        """Whom to call now, who waits longest first; of one host one, so that no host is called by many at once."""
        c = hook.c
        something = exists().where(hook_news.c.hook == c.id)
        ready = or_(
            (c.state == State.ASKED) & (c.attempts < TRIES),
            (c.state == State.ACTIVE) & something,
        )
        query = select(hook).where(ready, c.due <= stamp(moment)).order_by(c.due, c.id)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        first = {row.host: row for row in reversed(rows)}
        return [hook_of(row) for row in rows if first[row.host].id == row.id][:limit]

    def challenge(self, number: str) -> tuple[str, str] | None:
        """What an asked webhook has to echo, and the secret that signs."""
        query = select(hook.c.challenge, hook.c.secret).where(hook.c.id == number, hook.c.state == State.ASKED)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else (row.challenge, row.secret)

    def secret(self, number: str) -> str | None:
        with self._database.read() as connection:
            return connection.execute(select(hook.c.secret).where(hook.c.id == number)).scalar()

    def echoed(self, number: str, seq: int, iris: Sequence[str]) -> None:
        """The address is who asked: from `seq` on it is told. `iris`: what its search finds already."""
        values = {"state": State.ACTIVE, "begun": seq, "attempts": 0, "failing": None, "failure": "", "until": None}
        with self._database.touch() as connection:
            mine = (hook.c.id == number, hook.c.state == State.ASKED)
            if not connection.execute(update(hook).where(*mine).values(**values, told=stamp())).rowcount:
                return
            if len(iris) > WIDEST:
                self._too_wide(connection, number)
            else:
                self._hold(connection, number, iris)

    def delivery(self, number: str) -> Delivery | None:
        """What is to be sent now: the one under way, or the next; None when there is nothing, or nobody to tell it to."""
        c = hook_news.c
        with self._database.touch() as connection:
            row = connection.execute(select(hook).where(hook.c.id == number, hook.c.state == State.ACTIVE)).first()
            if row is None:
                return None
            upto = row.upto
            if upto is None:
                share = select(c.seq).where(c.hook == number).order_by(c.seq).limit(SHARE).subquery()
                upto = connection.execute(select(func.max(share.c.seq))).scalar()
                connection.execute(update(hook).where(hook.c.id == number).values(upto=upto))
            if upto is None:
                return None
            query = select(hook_news).where(c.hook == number, c.seq <= upto).order_by(c.seq)
            news = tuple(News(one.seq, one.iri, Event(one.event)) for one in connection.execute(query))
            more = connection.execute(select(exists().where(c.hook == number, c.seq > upto))).scalar_one()
        return Delivery(f"msg_{number}_{upto}", hook_of(row), news, bool(more))

    def taken(self, delivery: Delivery) -> None:
        number, upto = delivery.to.id, delivery.news[-1].seq
        values = {"upto": None, "attempts": 0, "failing": None, "failure": "", "told": stamp(), "due": stamp()}
        with self._database.touch() as connection:
            connection.execute(delete(hook_news).where(hook_news.c.hook == number, hook_news.c.seq <= upto))
            connection.execute(update(hook).where(hook.c.id == number).values(**values))

    def failed(
        self, called: Hook, failure: str, patience: timedelta, *, wait: float = 0.0, moment: datetime | None = None
    ) -> State | None:
        """Put it off; after `patience` without success, or at once when that is none, it is given up. Returns what it is now."""
        moment = moment or now()
        failing = called.failing or stamp(moment)
        pause = max(scattered(called.attempts), timedelta(seconds=wait))
        values: dict[str, object] = {"attempts": called.attempts + 1, "failing": failing, "failure": failure}
        state = called.state
        if state is State.ACTIVE and moment - moment_of(failing) >= patience:
            state = State.GIVEN_UP
            values["until"] = stamp(moment + UNUSED)
        with self._database.touch() as connection:
            mine = (hook.c.id == called.id, hook.c.state == called.state)  # its owner may have paused it meanwhile
            changed = update(hook).where(*mine).values(**values, state=state, due=stamp(moment + pause))
            return state if connection.execute(changed).rowcount else None

    def _gathered(self, connection: Connection, number: str, news: Sequence[News]) -> int:
        row = connection.execute(select(hook).where(hook.c.id == number)).first()
        if row is None:
            return 0
        c = hook_news.c
        fixed = row.upto or 0  # the delivery under way is not touched
        untold = (c.hook == number, c.seq > fixed, c.iri.in_([one.iri for one in news]))
        before = {one.iri: Event(one.event) for one in connection.execute(select(hook_news).where(*untold))}
        told = [one for one in (_after(before.get(one.iri), one) for one in news) if one is not None]
        connection.execute(delete(hook_news).where(*untold))
        if told:
            rows = [{"hook": number, "seq": one.seq, "iri": one.iri, "event": one.event} for one in told]
            connection.execute(insert(hook_news), rows)
        gone = [one.iri for one in news if one.event in GONE]
        mine = hook_record.c.hook == number
        connection.execute(delete(hook_record).where(mine, hook_record.c.iri.in_(gone)))
        self._hold(connection, number, (one.iri for one in news if one.event in (Event.NEW, Event.CHANGED)))
        if connection.execute(select(func.count()).where(mine)).scalar_one() > WIDEST:
            self._too_wide(connection, number)
            return 0
        return len(told)

    def _too_wide(self, connection: Connection, number: str) -> None:
        """Nothing more is gathered for it."""
        for table in (hook_news, hook_record):
            connection.execute(delete(table).where(table.c.hook == number))
        values = {"state": State.GIVEN_UP, "failure": TOO_WIDE, "until": stamp(now() + UNUSED)}
        connection.execute(update(hook).where(hook.c.id == number).values(**values, begun=None, upto=None))

    def _hold(self, connection: Connection, number: str, iris: Iterable[str]) -> None:
        rows = [{"hook": number, "iri": iri} for iri in dict.fromkeys(iris)]
        if rows:
            connection.execute(self._database.insert(hook_record).on_conflict_do_nothing(), rows)


def _after(before: Event | None, latest: News) -> News | None:
    """What is told of a record that has changed again before the first change was told. `before` is None when there was none."""
    if before is Event.NEW:  # who is told knows nothing of it yet
        return None if latest.event in GONE else News(latest.seq, latest.iri, Event.NEW)
    if before is not None and latest.event is Event.NEW:  # it went and came back unseen
        return News(latest.seq, latest.iri, Event.CHANGED)
    return latest
