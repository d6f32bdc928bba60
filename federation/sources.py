"""`SourceView` over the ledger: how sources are doing, told to the public, so from published records alone."""

import msgspec
from sqlalchemy import and_, func, select

from federation.database import Database
from federation.runs import latest, run_of
from federation.schema import item, problem, published, run, source_state
from federation.views import ProblemCount, Run, RunCounts, RunStatus, SourceStatus
from vocab.problem import Severity

SHOWN = ("unknown-code",)  # problems whose value says nothing of the record, only of the source's words


class SourceReader:
    """Implements `federation.views.SourceView`."""

    _database: Database

    def source(self, source: str) -> SourceStatus:
        counts = select(published.c.kind, func.count()).where(published.c.source == source).group_by(published.c.kind)
        success = select(source_state.c.success_at).where(source_state.c.source == source)
        first = select(func.min(run.c.started)).where(run.c.source == source, run.c.status == RunStatus.DONE.value)
        with self._database.read() as connection:
            kinds = {row[0]: row[1] for row in connection.execute(counts.order_by(published.c.kind))}
            last_success: str | None = connection.execute(success).scalar()
            first_run: str | None = connection.execute(first).scalar()
        runs = self.runs(source, 1)
        return SourceStatus(source, kinds, runs[0] if runs else None, last_success, first_run)

    def runs(self, source: str, limit: int = 10) -> list[Run]:
        with self._database.read() as connection:
            return [_public(run_of(row)) for row in connection.execute(latest(source, limit))]

    def problems(self, source: str, limit: int = 100) -> list[ProblemCount]:
        return self._problems(source, limit, published_only=True)

    def all_problems(self, source: str, limit: int = 100) -> list[ProblemCount]:
        """For the source's own people: also problems of records that were rejected or wait."""
        return self._problems(source, limit, published_only=False)

    def _problems(self, source: str, limit: int, *, published_only: bool) -> list[ProblemCount]:
        c = problem.c
        same = and_(item.c.source == c.source, item.c.key == c.key, item.c.kind == c.kind)
        groups = (c.code, c.path, c.severity, c.message, c.value)
        query = (
            select(*groups, func.count().label("n")).select_from(problem).where(c.source == source).group_by(*groups)
        )
        if published_only:
            query = query.join(item, same).where(item.c.state == "published")
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(func.count().desc(), c.code, c.path)).all()
        merged: dict[tuple[str, str, str, str, str | None], int] = {}
        for row in rows:
            value = row.value if row.code in SHOWN else None
            about = (row.code, row.path, row.severity, row.message, value)
            merged[about] = merged.get(about, 0) + row.n
        first = sorted(merged.items(), key=lambda one: -one[1])[:limit]
        return [ProblemCount(a[0], a[1], Severity(a[2]), a[3], n, a[4]) for a, n in first]


def _public(run: Run) -> Run:
    """A run without what would count records that are not public: not even their number may show."""
    kept = RunCounts(published=run.counts.published, changed=run.counts.changed, withdrawn=run.counts.withdrawn)
    status = RunStatus.DONE if run.status in (RunStatus.HELD, RunStatus.SUPERSEDED) else run.status
    return msgspec.structs.replace(run, counts=kept, message="", status=status)
