"""Who follows a search: asked for by anybody, begun by who can read the mail of the address, ended by one click.

Of a person only the address is kept, and only from the asking to the end: an asking that nobody confirms is forgotten after
two days, and ending deletes the row and all that hangs on it.
"""

import re
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from federation.alerts import keys
from federation.alerts.schema import letter, subscription
from federation.clock import now, stamp
from federation.database import Database

UNCONFIRMED = timedelta(days=2)  # an asking is remembered
WAITING = 3  # askings of one address that may wait for its answer: nobody's mailbox can be filled by asking
MOST = 50  # searches that one address may follow
ALL_WAITING = 10_000  # askings of all addresses that may wait
PERIODS = (1, 7)  # days between two letters
LONGEST = 254  # characters of an address (RFC 5321, 4.5.3.1.3)
LONGEST_SEARCH = 16_000
# What RFC 5321 calls a dot-string at a domain: enough for the addresses that people have, and nothing that could be a header.
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)


class BadAddress(ValueError):
    """It is not an address that mail can be sent to."""


class Subscription(msgspec.Struct, frozen=True):
    """`search` is the query of a search's address; `days` lie between two letters; times are RFC 3339 in UTC."""

    id: str
    secret: str
    address: str
    search: str
    lang: str
    days: int
    created: str
    confirmed: str | None
    due: str

    @property
    def key(self) -> str:
        """What the links of its letters carry."""
        return f"{self.id}-{self.secret}"


def address_of(text: str) -> str:
    """The address as it is written, without spaces around it. Raises BadAddress."""
    text = text.strip()
    if len(text) > LONGEST or len(text.partition("@")[0]) > 64 or not _ADDRESS.fullmatch(text):
        raise BadAddress("an e-mail address reads name@example.org, in letters of the Latin alphabet")
    return text


class Subscriptions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, address: str, search: str, lang: str, days: int) -> bool:
        """Note the wish and the letter that asks for its confirmation.

        False where nothing is sent: it is followed or waited for already, or too much waits. Who asks must not be told which:
        it would say whose address is known here. Raises BadAddress; ValueError for a period or a search that cannot be.
        """
        address = address_of(address)
        if days not in PERIODS or len(search) > LONGEST_SEARCH:
            raise ValueError(
                f"{days} days, {len(search)} characters: allowed are 1 or 7 days, {LONGEST_SEARCH} characters"
            )
        c, moment = subscription.c, now()
        same = (func.lower(c.address) == address.lower(),)
        with self._database.touch() as connection:
            connection.execute(delete(subscription).where(_late(stamp(moment))))
            known = connection.execute(select(c.search, c.confirmed).where(*same)).all()
            waiting = [row for row in known if row.confirmed is None]
            everybody = connection.execute(select(func.count()).where(c.confirmed.is_(None))).scalar_one()
            if (
                any(row.search == search for row in known)
                or len(waiting) >= WAITING
                or len(known) >= MOST
                or everybody >= ALL_WAITING
            ):
                return False
            made = Subscription(
                id=keys.new_id(),
                secret=keys.new_secret(),
                address=address,
                search=search,
                lang=lang,
                days=days,
                created=stamp(moment),
                confirmed=None,
                due=stamp(moment + UNCONFIRMED),
            )
            connection.execute(insert(subscription).values(**msgspec.structs.asdict(made)))
            row = {"id": f"{made.id}.0", "subscription": made.id, "confirms": True, "attempts": 0, "due": made.created}
            connection.execute(insert(letter).values(**row))
        return True

    def get(self, key: str) -> Subscription | None:
        """The subscription that a link of its letters names; None for any other text."""
        number, secret = keys.parts(key)
        with self._database.read() as connection:
            row = connection.execute(select(subscription).where(subscription.c.id == number)).first()
        right = keys.same(row.secret if row else None, secret)
        if row is None or not right or (row.confirmed is None and row.due < stamp()):
            return None
        return _subscription(row)

    def confirm(self, key: str) -> Subscription | None:
        """From now on letters are sent; doing so twice keeps the first time. None when there is nothing to confirm."""
        found = self.get(key)
        if found is None or found.confirmed is not None:
            return found
        moment = now()
        begun = {"confirmed": stamp(moment), "due": stamp(moment + timedelta(days=found.days))}
        mine = (subscription.c.id == found.id, subscription.c.confirmed.is_(None))
        with self._database.touch() as connection:
            connection.execute(update(subscription).where(*mine).values(**begun))
            connection.execute(delete(letter).where(letter.c.subscription == found.id, letter.c.confirms))
        return self.get(key)

    def end(self, key: str) -> bool:
        """Forget it, with the address. False when it was not there."""
        found = self.get(key)
        if found is not None:
            self.forget(found.id)
        return found is not None

    def forget(self, number: str) -> None:
        with self._database.touch() as connection:
            connection.execute(delete(subscription).where(subscription.c.id == number))

    def confirmed(self) -> list[Subscription]:
        with self._database.read() as connection:
            query = select(subscription).where(subscription.c.confirmed.is_not(None)).order_by(subscription.c.id)
            return [_subscription(row) for row in connection.execute(query)]

    def forget_unconfirmed(self) -> None:
        moment = stamp()
        with self._database.read() as connection:  # nearly always there is none, and nobody has to wait
            if connection.execute(select(subscription.c.id).where(_late(moment)).limit(1)).first() is None:
                return
        with self._database.touch() as connection:
            connection.execute(delete(subscription).where(_late(moment)))


def _late(moment: str) -> ColumnElement[bool]:
    late: ColumnElement[bool] = subscription.c.confirmed.is_(None) & (subscription.c.due < moment)
    return late


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(**row._mapping)
