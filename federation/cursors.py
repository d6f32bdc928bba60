"""Cursors: how far each generation of each output has followed the change log."""

import msgspec
from sqlalchemy import Connection, delete, select, update

from federation.clock import stamp
from federation.database import Database
from federation.schema import cursor


class Cursor(msgspec.Struct, frozen=True):
    """`records` is how many records the output held when it stood at `seq`."""

    projection: str
    generation: str
    seq: int
    records: int
    at: str


class Cursors:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, projection: str, generation: str) -> Cursor | None:
        with self._database.read() as connection:
            return cursor_of(connection, projection, generation)

    def known(self, projection: str) -> bool:
        """Whether the output has ever followed the log, in any generation."""
        query = select(cursor.c.generation).where(cursor.c.projection == projection).limit(1)
        with self._database.read() as connection:
            return connection.execute(query).first() is not None

    def set(self, projection: str, generation: str, seq: int, records: int) -> None:
        with self._database.touch() as connection:
            self.put(connection, projection, generation, seq, records)

    def put(self, connection: Connection, projection: str, generation: str, seq: int, records: int) -> None:
        """As `set`, in a transaction that is under way."""
        row = {"projection": projection, "generation": generation, "seq": seq, "records": records, "at": stamp()}
        connection.execute(self._database.upsert(cursor), [row])

    def mark(self, projection: str) -> str:
        """Text that changes whenever what the output shows has changed; it may change without that."""
        query = select(cursor).where(cursor.c.projection == projection).order_by(cursor.c.generation)
        with self._database.read() as connection:
            return " ".join(f"{row.generation} {row.seq} {row.at}" for row in connection.execute(query))

    def touch(self, projection: str, generation: str) -> None:
        """Change the mark of an output that was written to without following the log."""
        which = (cursor.c.projection == projection, cursor.c.generation == generation)
        with self._database.touch() as connection:
            connection.execute(update(cursor).where(*which).values(at=stamp()))

    def keep_only(self, projection: str, generation: str) -> None:
        """Forget the generations that a swap has replaced."""
        with self._database.touch() as connection:
            others = (cursor.c.projection == projection, cursor.c.generation != generation)
            connection.execute(delete(cursor).where(*others))


def cursor_of(connection: Connection, projection: str, generation: str) -> Cursor | None:
    query = select(cursor).where(cursor.c.projection == projection, cursor.c.generation == generation)
    row = connection.execute(query).first()
    return None if row is None else Cursor(**row._mapping)
