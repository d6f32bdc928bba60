"""Runs and their leases: no run is "running" without a live owner, and a source has one run at a time.

The lease is a row of `run` with status running; a partial unique index allows one per source. Its owner renews the
heartbeat from a thread; whoever finds a heartbeat older than `LEASE` marks the run interrupted. Every batch is fenced:
it commits only while its run still holds the lease, so an owner that was away for too long can do no harm.
"""

import os
import platform
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from federation.clock import ago, stamp
from federation.database import Database
from federation.errors import LeaseLost, LedgerError, NotHeld, SourceBusy
from federation.schema import run, source_state, staged
from federation.views import Cause, Run, RunCounts, RunStatus

LEASE = 30.0  # seconds without a heartbeat after which an owner counts as dead
BEAT = 5.0

_COUNTS = msgspec.json.Decoder(RunCounts)


class GuardReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a run's end rests on: what the mass-change guard weighed, and why the source could not be read to its end.

    `withdraw` and `change` are records, against those `published`; `repeated` are keys that the listing gave more than once,
    `rekeyed` records that are missing and there again under other keys.
    """

    withdraw: int = 0
    change: int = 0
    published: int = 0
    allowed: int = 0
    repeated: int = 0
    rekeyed: int = 0
    cause: Cause | None = None


_GUARD = msgspec.json.Decoder(GuardReport)


class Lease(msgspec.Struct, frozen=True):
    """The right of one owner to write for one source."""

    run: int
    source: str
    owner: str


class RunBook:
    """The writing side of runs, and their full story for operators."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, source: str, mode: str) -> Lease:
        """Open a run. Raises SourceBusy, naming owner and start, when another one is alive."""
        owner = f"{platform.node()}:{os.getpid()}:{secrets.token_hex(4)}"
        moment = stamp()
        values = {
            "source": source,
            "mode": mode,
            "status": RunStatus.RUNNING.value,
            "owner": owner,
            "heartbeat": moment,
            "started": moment,
            "counts": "{}",
        }
        self.reap()
        try:
            with self._database.touch() as connection:
                number = connection.execute(insert(run).values(values).returning(run.c.id)).scalar_one()
        except LedgerError as error:
            if isinstance(error.__cause__, IntegrityError):
                raise self._busy(source) from error
            raise
        return Lease(run=number, source=source, owner=owner)

    def reap(self) -> int:
        """Mark runs of dead owners interrupted; returns how many."""
        with self._database.touch() as connection:
            alive = connection.execute(select(run.c.id, run.c.owner, run.c.heartbeat).where(_running()))
            dead = [row.id for row in alive if row.heartbeat < ago(LEASE) or _process_is_gone(row.owner)]
            if dead:
                connection.execute(
                    update(run)
                    .where(run.c.id.in_(dead), _running())
                    .values(
                        status=RunStatus.INTERRUPTED.value,
                        ended=run.c.heartbeat,
                        message="its process ended without a word; what it had committed is kept",
                    )
                )
        return len(dead)

    @contextmanager
    def leased(self, source: str, mode: str) -> Iterator[Lease]:
        """A run from start to end; one that is left by an exception is closed as interrupted. Raises SourceBusy."""
        lease = self.start(source, mode)
        try:
            with self.heartbeat(lease):
                yield lease
        finally:
            self.close(lease)

    @contextmanager
    def heartbeat(self, lease: Lease) -> Iterator[threading.Event]:
        """Renew the lease in a thread until the block ends; the event is set when the lease was lost."""
        done, lost = threading.Event(), threading.Event()

        def beat() -> None:
            while not done.wait(BEAT):
                try:
                    with self._database.touch() as connection:
                        renew(connection, lease)
                except LeaseLost:
                    lost.set()
                    return
                except LedgerError:
                    continue  # the next beat may get through; if none does, the lease ends by itself

        thread = threading.Thread(target=beat, name=f"lease-{lease.source}", daemon=True)
        thread.start()
        try:
            yield lost
        finally:
            done.set()
            thread.join()

    def end(
        self,
        connection: Connection,
        lease: Lease,
        status: RunStatus,
        counts: RunCounts,
        *,
        complete: bool = False,
        message: str = "",
        traceback: str = "",
        guard: GuardReport | None = None,
    ) -> None:
        renew(connection, lease)
        connection.execute(
            update(run)
            .where(run.c.id == lease.run)
            .values(
                status=status.value,
                ended=stamp(),
                complete=complete,
                counts=msgspec.json.encode(counts).decode(),
                message=message,
                traceback=traceback,
                guard=msgspec.json.encode(guard or GuardReport()).decode(),
            )
        )

    def close(self, lease: Lease) -> None:
        """A run that ends without having been ended was interrupted (Ctrl-C, an error of the ledger)."""
        mine = (run.c.id == lease.run, run.c.owner == lease.owner, _running())
        values = {"status": RunStatus.INTERRUPTED.value, "ended": stamp(), "message": "stopped before its end"}
        with self._database.touch() as connection:
            if connection.execute(select(run.c.id).where(*mine)).first() is not None:
                connection.execute(update(run).where(*mine).values(values))

    def progress(self, connection: Connection, lease: Lease, counts: RunCounts, position: str = "") -> None:
        """Renew the lease inside a batch (the fence) and show how far the run is."""
        renew(connection, lease, counts=msgspec.json.encode(counts).decode(), position=position)

    def get(self, number: int) -> Run | None:
        with self._database.read() as connection:
            row = connection.execute(select(run).where(run.c.id == number)).first()
        return None if row is None else run_of(row)

    def of(self, source: str | None = None, limit: int = 10) -> list[Run]:
        """The latest runs, newest first."""
        with self._database.read() as connection:
            return [run_of(row) for row in connection.execute(latest(source, limit))]

    def guard(self, number: int) -> GuardReport:
        with self._database.read() as connection:
            text = connection.execute(select(run.c.guard).where(run.c.id == number)).scalar()
        return _GUARD.decode(text or "{}")

    def traceback(self, number: int) -> str:
        with self._database.read() as connection:
            return connection.execute(select(run.c.traceback).where(run.c.id == number)).scalar() or ""

    def held(self, number: int) -> Run:
        """The run, when it waits for a person. Raises NotHeld."""
        found = self.get(number)
        if found is None:
            raise NotHeld(f"there is no run {number}; `chengguo source list` names the runs that wait")
        if found.status is not RunStatus.HELD:
            raise NotHeld(f"run {number} of {found.source} does not wait for anybody: it is {found.status.value}")
        return found

    def supersede(self, connection: Connection, source: str) -> None:
        """A new run takes the place of those that wait or died: what they had staged is dropped."""
        old = select(run.c.id).where(run.c.source == source, run.c.status != RunStatus.RUNNING.value)
        connection.execute(staged.delete().where(staged.c.run.in_(old)))
        connection.execute(
            update(run)
            .where(run.c.source == source, run.c.status == RunStatus.HELD.value)
            .values(status=RunStatus.SUPERSEDED.value)
        )

    def settle(self, connection: Connection, number: int, message: str) -> None:
        """A held run was accepted."""
        connection.execute(
            update(run)
            .where(run.c.id == number, run.c.status == RunStatus.HELD.value)
            .values(status=RunStatus.DONE.value, message=message)
        )

    def last_success(self, source: str) -> str | None:
        with self._database.read() as connection:
            query = select(source_state.c.success_at).where(source_state.c.source == source)
            moment: str | None = connection.execute(query).scalar()
        return moment

    def _busy(self, source: str) -> SourceBusy:
        with self._database.read() as connection:
            query = select(run).where(run.c.source == source, _running())
            row = connection.execute(query).first()
        if row is None:
            return SourceBusy(f"another run of {source} ended this very moment: start again")
        host, process, _ = row.owner.rsplit(":", 2)
        return SourceBusy(
            f"{source} is being harvested by process {process} on {host} since {row.started} (run {row.id}); "
            f"wait for it, or stop that process: its lease ends {LEASE:.0f} s later"
        )


def renew(connection: Connection, lease: Lease, **values: object) -> None:
    """Raises LeaseLost when somebody has declared the run dead."""
    done = connection.execute(
        update(run)
        .where(run.c.id == lease.run, run.c.owner == lease.owner, _running())
        .values(heartbeat=stamp(), **values)
    )
    if done.rowcount != 1:
        raise LeaseLost(
            f"run {lease.run} of {lease.source} was declared dead; what it had committed stays. Start it again"
        )


def run_of(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        source=row.source,
        status=RunStatus(row.status),
        started=row.started,
        ended=row.ended,
        complete=row.complete,
        counts=_COUNTS.decode(row.counts),
        message=row.message,
        mode=row.mode,
        cause=_GUARD.decode(row.guard).cause,
    )


def latest(source: str | None, limit: int) -> Select[Any]:
    query = select(run).order_by(run.c.id.desc()).limit(limit)
    return query if source is None else query.where(run.c.source == source)


def last_runs() -> Select[Any]:
    """The last run of every source."""
    newest = select(func.max(run.c.id)).group_by(run.c.source)
    return select(run).where(run.c.id.in_(newest))


def histories(modes: Sequence[str], limit: int) -> Select[Any]:
    """The latest runs of these modes of every source, at most `limit` of each, newest first."""
    nth = func.row_number().over(partition_by=run.c.source, order_by=run.c.id.desc()).label("nth")
    ranked = select(run.c.id, nth).where(run.c.mode.in_(modes)).subquery()
    kept = select(ranked.c.id).where(ranked.c.nth <= limit)
    return select(run).where(run.c.id.in_(kept)).order_by(run.c.id.desc())


def _running() -> Any:
    return run.c.status == RunStatus.RUNNING.value


def _process_is_gone(owner: str) -> bool:
    """True when the owner was a process of this machine that is no more: no need to wait for its lease to end."""
    host, process, _ = owner.rsplit(":", 2)
    if host != platform.node():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
