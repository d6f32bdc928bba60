"""The ledger: the truth in SQL. Outputs read it through `PublicView` and `SourceView`; the pipeline and the desk write it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, select

from federation.alerts.deliveries import Deliveries
from federation.alerts.outbox import Outbox
from federation.alerts.subscriptions import Subscriptions
from federation.clock import moment, now
from federation.cursors import Cursors
from federation.database import Database
from federation.desk import Desk
from federation.errors import LedgerError, LedgerUnavailable
from federation.matching.book import MatchBook
from federation.offers import Offers
from federation.public import PublicReader
from federation.runs import RunBook
from federation.schema import raw, run, source_state
from federation.sources import SourceReader
from federation.views import RunStatus
from federation.watch.months import MonthBook
from federation.watch.quality import QualityBook
from federation.watch.status import Schedules, Status, status_of
from federation.writer import raw_of
from harvesters.base import RawRecord
from vocab.quality import Report


class Ledger(PublicReader, SourceReader):
    """Implements `PublicView` and `SourceView`. Safe to share between threads; make one for each process.

    `run_book`: runs and leases; `desk`: reviews and take-downs; `cursors`: how far outputs are;
    `matches`: which records are one achievement; `months`: quality reports of the past;
    `subscriptions`: who follows a search; `outbox`: what has to be told to them;
    `deliveries`: what has to be told to programs; `offers`: what partners abroad are told.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.database = database
        self.run_book = RunBook(database)
        self.desk = Desk(database)
        self.cursors = Cursors(database)
        self.matches = MatchBook(database)
        self.months = MonthBook(database)
        self.subscriptions = Subscriptions(database)
        self.outbox = Outbox(database)
        self.offers = Offers(database)
        self.deliveries = Deliveries(database)
        self._quality = QualityBook(database)

    @classmethod
    def open(cls, url: str, *, migrate: bool = True) -> "Ledger":
        """The ledger at a database URL (`sqlite:///…`, `postgresql://…`), created or migrated when needed.

        Raises LedgerError: LedgerTooNew when a newer program wrote it, LedgerUnavailable, LedgerReadOnly.
        """
        database = Database(url)
        try:
            if not database.current():
                if not migrate:
                    raise LedgerUnavailable(
                        f"the ledger {database.shown} is missing or of an older schema: run `chengguo init`"
                    )
                database.migrate()
        except LedgerError:
            database.close()
            raise
        return cls(database)

    def quality(self, source: str) -> Report:
        return self._quality.report(source)

    def quality_months(self, source: str) -> list[str]:
        return self.months.months(source)

    def quality_of(self, source: str, month: str) -> Report | None:
        return self.months.report(source, month)

    def close(self) -> None:
        self.database.close()

    def since(self, source: str, full_every: timedelta) -> datetime | None:
        """From when on an incremental pass has to ask; None when a full pass is due.

        It is due too while a run waits for a person: a new run takes its place, and only a full one puts its question again.
        """
        waits = exists().where(run.c.source == source, run.c.status == RunStatus.HELD.value)
        with self.database.read() as connection:
            row = connection.execute(select(source_state, waits).where(source_state.c.source == source)).first()
        if row is None or row.high_water is None or row.complete_at is None or row[-1]:
            return None
        return None if now() - moment(row.complete_at) > full_every else moment(row.high_water)

    def raws(self, source: str, size: int) -> Iterator[list[RawRecord]]:
        """The kept raw records of a source in batches, each read in a transaction of its own."""
        last = ""
        while True:
            query = select(raw).where(raw.c.source == source, raw.c.key > last).order_by(raw.c.key).limit(size)
            with self.database.read() as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            yield [raw_of(row) for row in rows]
            last = rows[-1].key

    def raw(self, source: str, key: str) -> RawRecord | None:
        return next(iter(self.kept(source, [key])), None)

    def kept(self, source: str, keys: Sequence[str]) -> list[RawRecord]:
        """The kept raw records of these keys."""
        with self.database.read() as connection:
            rows = connection.execute(select(raw).where(raw.c.source == source, raw.c.key.in_(keys))).all()
        return [raw_of(row) for row in rows]

    def status(self, schedules: Schedules | None = None) -> Status:
        """For operators: counts what is refused and held too. `schedules` of all sources tell which of them are late."""
        with self.database.read() as connection:
            return status_of(connection, schedules)
