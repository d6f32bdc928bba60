"""Programs that follow a search: asked for by anybody, begun by an address that echoes its challenge, ended by who holds the key.

    asked --echo--> active <--> paused
                      |
                      +--nothing taken for days--> given-up --resume--> active

What nobody uses is forgotten: an asking after two days, a paused or given-up one after thirty.
"""

import hashlib
import secrets
from base64 import b64encode
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from federation.alerts import keys
from federation.alerts.callback import host_of
from federation.alerts.schema import hook, hook_news
from federation.alerts.subscriptions import LONGEST_SEARCH
from federation.clock import now, stamp
from federation.database import Database

UNCONFIRMED = timedelta(days=2)  # an asking is remembered
UNUSED = timedelta(days=30)  # a paused or given-up one is remembered
AT_HOST = 10  # webhooks at one host
WAITING = 3  # of them, those that have not echoed yet
ALL_WAITING = 100  # at all hosts
MOST = 500  # webhooks of the node, unless its settings say otherwise
SIGNING = "whsec_"  # how Standard Webhooks marks a secret


class State(StrEnum):
    ASKED = "asked"
    ACTIVE = "active"
    PAUSED = "paused"
    GIVEN_UP = "given-up"


class TooMany(Exception):
    """No more webhooks are taken; `code` is host, waiting or node. The message may be shown to anybody."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Hook(msgspec.Struct, frozen=True):
    """`search` is the query of a search's address; `begun` and `upto` are numbers of the change log; times are RFC 3339 in UTC."""

    id: str
    address: str
    host: str
    search: str
    state: State
    created: str
    due: str
    attempts: int
    failing: str | None
    failure: str
    told: str | None
    begun: int | None
    upto: int | None
    until: str | None
    waiting: int = 0  # changes that are to be told


class Opened(msgspec.Struct, frozen=True):
    """A new webhook with what is shown this once: the key that manages it, and the secret that signs."""

    hook: Hook
    key: str
    secret: str

    def __repr__(self) -> str:
        return f"Opened({self.hook.id}, ***)"


class Hooks:
    """`any_port`: where the node's settings allow private addresses, receivers under trial live at any port."""

    def __init__(self, database: Database, most: int = MOST, *, any_port: bool = False) -> None:
        self._database, self._most, self._any_port = database, most, any_port

    def ask(self, address: str, search: str) -> Opened:
        """Note the wish; the challenge follows. Raises BadAddress, TooMany; ValueError for a search that cannot be kept."""
        host = host_of(address, any_port=self._any_port)
        if len(search) > LONGEST_SEARCH:
            raise ValueError(f"a search of {len(search)} characters: allowed are {LONGEST_SEARCH}")
        moment = now()
        made = {
            "id": keys.new_id(),
            "secret": SIGNING + b64encode(secrets.token_bytes(32)).decode(),
            "address": address,
            "host": host,
            "search": search,
            "challenge": keys.new_secret(),
            "state": State.ASKED,
            "created": stamp(moment),
            "due": stamp(moment),
            "attempts": 0,
            "failure": "",
            "until": stamp(moment + UNCONFIRMED),
        }
        key = f"{made['id']}-{keys.new_secret()}"
        with self._database.touch() as connection:
            connection.execute(delete(hook).where(_late(stamp(moment))))
            rows = connection.execute(select(hook.c.host, hook.c.state)).all()
            self._require_room(host, rows)
            connection.execute(insert(hook).values(**made, key=_digest(key)))
            row = connection.execute(select(hook).where(hook.c.id == made["id"])).one()
        return Opened(hook_of(row), key, str(made["secret"]))

    def get(self, key: str) -> Hook | None:
        """The webhook that a key manages; None for any other text."""
        number, secret = keys.parts(key)
        waiting = select(func.count()).where(hook_news.c.hook == hook.c.id).scalar_subquery()
        with self._database.read() as connection:
            row = connection.execute(select(hook, waiting.label("waiting")).where(hook.c.id == number)).first()
        right = keys.same(row.key if row else None, _digest(key) if secret else "")
        if row is None or not right or (row.until is not None and row.until < stamp()):
            return None
        return hook_of(row)

    def pause(self, key: str) -> Hook | None:
        """Nothing is sent until it is resumed; what there is to tell is kept."""
        return self._become(key, (State.ACTIVE,), State.PAUSED, stamp(now() + UNUSED))

    def resume(self, key: str) -> Hook | None:
        """Go on with what has not been told; one for which nothing was gathered any more begins anew, with its challenge."""
        found = self.get(key)
        if found is not None and found.begun is None:
            return self._become(key, (State.GIVEN_UP,), State.ASKED, stamp(now() + UNCONFIRMED))
        return self._become(key, (State.PAUSED, State.GIVEN_UP), State.ACTIVE, None)

    def challenge(self, key: str) -> Hook | None:
        """Send the challenge of an asking again, now."""
        return self._become(key, (State.ASKED,), State.ASKED, stamp(now() + UNCONFIRMED))

    def end(self, key: str) -> bool:
        """Forget it with all that was to be told. False when it was not there."""
        found = self.get(key)
        return found is not None and self.forget(found.id)

    def forget(self, number: str) -> bool:
        with self._database.touch() as connection:
            return bool(connection.execute(delete(hook).where(hook.c.id == number)).rowcount)

    def all(self) -> list[Hook]:
        """For operators, the oldest first."""
        waiting = select(func.count()).where(hook_news.c.hook == hook.c.id).scalar_subquery()
        query = select(hook, waiting.label("waiting")).order_by(hook.c.created, hook.c.id)
        with self._database.read() as connection:
            return [hook_of(row) for row in connection.execute(query)]

    def forget_unused(self, moment: datetime | None = None) -> None:
        late = _late(stamp(moment))
        with self._database.read() as connection:  # nearly always there is none, and nobody has to wait
            if connection.execute(select(hook.c.id).where(late).limit(1)).first() is None:
                return
        with self._database.touch() as connection:
            connection.execute(delete(hook).where(late))

    def _become(self, key: str, before: tuple[State, ...], after: State, until: str | None) -> Hook | None:
        found = self.get(key)
        if found is None or found.state not in before:
            return found
        fresh = {"state": after, "due": stamp(), "attempts": 0, "failing": None, "failure": "", "until": until}
        with self._database.touch() as connection:
            connection.execute(update(hook).where(hook.c.id == found.id, hook.c.state == found.state).values(**fresh))
        return self.get(key)

    def _require_room(self, host: str, rows: Any) -> None:
        here = [row for row in rows if row.host == host]
        waiting = [row for row in rows if row.state == State.ASKED]
        if len(rows) >= self._most:
            raise TooMany("node", f"this node takes {self._most} webhooks and has them: ask its operator")
        if len(here) >= AT_HOST:
            raise TooMany("host", f"{host} has {AT_HOST} webhooks already, and no host may have more: end one of them")
        if sum(row.state == State.ASKED for row in here) >= WAITING or len(waiting) >= ALL_WAITING:
            raise TooMany(
                "waiting", "too many webhooks wait for their challenge to be echoed: begin or end those first"
            )


def hook_of(row: Row[Any]) -> Hook:
    known = {str(name): value for name, value in row._mapping.items() if name in Hook.__struct_fields__}
    return msgspec.convert(known, Hook)


def _late(moment: str) -> ColumnElement[bool]:
    late: ColumnElement[bool] = hook.c.until.is_not(None) & (hook.c.until < moment)
    return late


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
