"""How far the change log was looked through for those who are told of it by one way: a cursor beside those of the outputs."""

from sqlalchemy import Connection

from federation.cursors import Cursors, cursor_of
from federation.database import Database
from federation.public import last_seq

GENERATION = "1"


class Following:
    def __init__(self, database: Database, name: str) -> None:
        self._database, self._name = database, name
        self._cursors = Cursors(database)

    def cursor(self) -> int:
        """A ledger without a cursor, or one that was taken from a backup, begins with what comes from now on."""
        with self._database.read() as connection:
            known = cursor_of(connection, self._name, GENERATION)
            last = last_seq(connection)
        if known is not None and known.seq <= last:
            return known.seq
        self._cursors.set(self._name, GENERATION, last, 0)
        return last

    def followed(self, connection: Connection, seq: int) -> None:
        """Write down, in the transaction that writes what was found, that the log was looked through up to `seq`."""
        self._cursors.put(connection, self._name, GENERATION, seq, 0)
