"""What those who tell of searches have in common: the change log as far as the index has followed it, and rounds without end."""

import time
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import parse_qsl

import structlog
from starlette.datastructures import QueryParams

from federation.alerts.subscriptions import LONGEST_SEARCH
from federation.ledger import Ledger
from federation.views import Change
from publish.portal.asked import Asked, asked
from search.base import BadQuery, SearchIndex
from vocab.public import PublicRecord

BATCH = 1000  # changes looked through in one transaction
POLL = 2.0  # seconds between two rounds

Moved = tuple[list[Change], dict[str, PublicRecord]]  # changes, and the present state of their records

log = structlog.get_logger("chengguo.alerts")


class Followed:
    """The log and the index together: each search is asked of the records that have moved and of nothing else."""

    def __init__(self, ledger: Ledger, index: SearchIndex) -> None:
        self._ledger, self.index = ledger, index

    def until(self) -> int:
        """How far the index has followed the log."""
        cursor = self._ledger.cursors.get(self.index.name, self.index.generation)
        return cursor.seq if cursor else 0

    def moved(self, after: int, until: int) -> Iterator[Moved]:
        """The log between two of its numbers, batch by batch."""
        while after < until:
            changes, records = self._ledger.delta(after, BATCH)
            changes = [change for change in changes if change.seq <= until]
            if not changes:
                return
            yield changes, records
            after = changes[-1].seq

    def among(self, who: str, search: str, iris: Sequence[str]) -> frozenset[str]:
        """Which of these records a kept search finds. Raises SearchUnavailable."""
        if not iris:
            return frozenset()
        try:
            return self.index.among(wanted(search).query(), iris)
        except BadQuery as error:  # a newer program may refuse what an older one took: the others go on
            log.warning("alerts.bad_search", subscription=who, reason=str(error))
            return frozenset()


def wanted(search: str) -> Asked:
    """What a kept search asks."""
    return asked(QueryParams(parse_qsl(search)), LONGEST_SEARCH)


def follow(
    round_: Callable[[], None], failures: tuple[type[Exception], ...], pause: Callable[[float], None] = time.sleep
) -> None:
    """Round after round, until interrupted. What the ledger or the index cannot do now is tried again, later each time."""
    failed = 0
    while True:
        try:
            round_()
            failed = 0
        except failures as error:
            failed += 1
            log.warning("alerts.failed", failures=failed, reason=str(error))
        pause(min(60.0, POLL * 2 ** min(failed, 5)))
