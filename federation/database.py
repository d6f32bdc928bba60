"""The database under the ledger: engine, transactions, migrations, and its errors in plain words.

SQLite runs in WAL with `synchronous=FULL`. NORMAL would be faster by one fsync per batch, but after a power cut it may
lose the last commits: sequence numbers already handed to outputs, OAI-PMH clients and the disclosure log would then be
given again to other changes. PostgreSQL gives the same promise by its default `synchronous_commit=on`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import Table
from sqlalchemy.sql.dml import Insert

from federation.errors import LedgerBusy, LedgerError, LedgerFull, LedgerReadOnly, LedgerTooNew, LedgerUnavailable

HEAD = "0010"  # the migration this code is written for; a test compares it with the folder
KNOWN = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
WRITERS = 0x6368656E67677530  # "chenggu0": the advisory lock that writers of the change log take on PostgreSQL
WAIT = 60  # seconds a writer waits for another one


class Database:
    """One engine. `read()` sees one snapshot; `write()` is alone with the change log until it ends."""

    def __init__(self, url: str) -> None:
        """Opens nothing yet. `url` is SQLAlchemy's: `sqlite:///path`, `postgresql://...`. Raises LedgerError."""
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise LedgerError(f"a ledger lives in sqlite or postgresql, not in {parsed.get_backend_name()!r}")
        self.url = parsed
        self.dialect = parsed.get_backend_name()
        self._engine = _sqlite(parsed) if self.dialect == "sqlite" else _postgresql(parsed)
        self._writer = self._engine.execution_options(chengguo_write=True)

    @property
    def shown(self) -> str:
        """The URL without its password."""
        return self.url.render_as_string(hide_password=True)

    @property
    def engine(self) -> Engine:
        return self._engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._explained(), self._engine.connect() as connection:
            if self.dialect == "postgresql":  # SQLite's transactions see one snapshot anyway
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction whose changes enter the log in the order of their commits.

        SQLite: BEGIN IMMEDIATE. PostgreSQL: an advisory lock held to the end of the transaction, taken before the next
        `seq` is read: a change with a lower `seq` can therefore never become visible after one with a higher.
        """
        with self._explained(), self._writer.begin() as connection:
            if self.dialect == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITERS})
            yield connection

    @contextmanager
    def touch(self) -> Iterator[Connection]:
        """A small write that has nothing to do with the change log (heartbeats, cursors): does not wait for its writers."""
        with self._explained(), self._writer.begin() as connection:
            yield connection

    def insert(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        return sqlite.insert(table) if self.dialect == "sqlite" else postgresql.insert(table)

    def upsert(self, table: Table) -> Insert:
        """INSERT that overwrites every other column of a row with the same primary key."""
        statement = self.insert(table)
        keys = [column.name for column in table.primary_key]
        others = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
        return statement.on_conflict_do_update(index_elements=keys, set_=others)

    def migrate(self) -> None:
        """Bring the schema to HEAD; two processes may do so at once. Raises LedgerError."""
        with self._explained(), self._writer.begin() as connection:
            if self.dialect == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITERS})
            if _revision(connection) == HEAD:
                return
            _upgrade(connection)

    def current(self) -> bool:
        with self._explained(), self._engine.begin() as connection:
            revision = _revision(connection)
        if revision is not None and revision not in KNOWN:
            raise LedgerTooNew(
                f"the ledger {self.shown} has schema {revision}, this program knows {', '.join(KNOWN)}: "
                "install the newer version that wrote it"
            )
        return revision == HEAD

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise explain(error, self.shown) from error


def explain(error: DBAPIError, url: str) -> LedgerError:
    """The driver's error in our tree. Statement and parameters stay out of the message: they hold content."""
    words = str(error.orig)
    state = getattr(error.orig, "sqlstate", None)
    if "disk is full" in words or "disk I/O error" in words or state == "53100":
        return LedgerFull(f"the disk under the ledger {url} is full: free some space and run the command again")
    if "readonly database" in words or "unable to open database file" in words or state == "25006":
        return LedgerReadOnly(f"the ledger {url} cannot be written: check the owner and rights of its file and folder")
    if "database is locked" in words or "database table is locked" in words or state in ("55P03", "57014"):
        return LedgerBusy(f"another process holds the ledger {url} for more than {WAIT} s: try again later")
    if error.connection_invalidated or state in (None, "57P01", "57P02", "57P03") and _disconnected(error):
        return LedgerUnavailable(f"no connection to the ledger {url}: {words.splitlines()[0] if words else 'lost'}")
    return LedgerError(f"the ledger {url} refused a step: {type(error.orig).__name__} {state or ''}".rstrip())


def _disconnected(error: DBAPIError) -> bool:
    if type(error.orig).__module__ == "sqlite3":  # a file is never disconnected
        return False
    return type(error.orig).__name__ in ("OperationalError", "InterfaceError", "ConnectionTimeout", "AdminShutdown")


def _sqlite(url: Any) -> Engine:
    path = url.database
    if path and not path.startswith(("file:", ":memory:")):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": WAIT})

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={int(WAIT * 1000)}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-65536",
            "secure_delete=ON",  # what is purged is overwritten, not merely unlinked
        ):
            try:
                cursor.execute(f"PRAGMA {pragma}")
            except connection.OperationalError:
                if pragma != "journal_mode=WAL":  # a database on read-only storage keeps the mode it has
                    raise
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        write = connection.get_execution_options().get("chengguo_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _postgresql(url: Any) -> Engine:
    options = f"-c lock_timeout={int(WAIT * 1000)} -c timezone=UTC"
    return create_engine(url, connect_args={"options": options, "connect_timeout": 10}, pool_pre_ping=True)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    value: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return value


def _upgrade(connection: Connection) -> None:
    from alembic import command  # slow to import, and needed once per database
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
