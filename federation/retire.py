"""Retiring a source: its listing is given up, and what it had published is withdrawn, with tombstones.

A source file that is only taken away leaves its records in public, and nobody updates or withdraws them any more.
"""

from sqlalchemy import delete, select

from federation.ledger import Ledger
from federation.runs import Lease
from federation.schema import entry, source_state
from federation.tally import Tally
from federation.views import Run, RunStatus
from federation.writer import Writer

BATCH = 1000  # records of one transaction


def retire(source: str, ledger: Ledger) -> Run:
    """Withdraw all records of a source and forget how far it was read. One that was cut off is simply begun again.

    Raises SourceBusy, LeaseLost, LedgerError.
    """
    book, tally = ledger.run_book, Tally()
    with book.leased(source, "retire") as lease:
        ledger.months.keep(source, but=lease.run)  # before anything changes
        while _some(ledger, lease, tally):
            pass
        with ledger.database.write() as connection:
            book.supersede(connection, source)
            connection.execute(delete(source_state).where(source_state.c.source == source))
            book.end(connection, lease, RunStatus.DONE, tally.counts(), message="the source was retired")
    run = book.get(lease.run)
    assert run is not None
    return run


def _some(ledger: Ledger, lease: Lease, tally: Tally) -> bool:
    """One transaction; False when nothing is left."""
    with ledger.database.write() as connection:
        query = select(entry.c.key).where(entry.c.source == lease.source).limit(BATCH)
        keys = list(connection.execute(query).scalars())
        writer = Writer(ledger.database, connection, lease.source, fingerprint="")
        results = writer.withdraw(keys)
        ledger.run_book.progress(connection, lease, tally.counts())
        writer.write()
    tally.seen += len(keys)
    tally.add(results)
    return bool(keys)
