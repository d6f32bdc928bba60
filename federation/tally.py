"""The tally of a run while it goes on."""

from collections.abc import Iterable

from federation.views import Event, RunCounts
from federation.writer import Result
from harvesters.base import Unreadable

STATES = {
    "refused": "refused",
    "rejected": "rejected",
    "held": "held",
    "embargoed": "held",
    "failed": "failed",
}


EXAMPLES = 3  # unreadable records that the run's message names


class Tally:
    """Counts by raw record (seen, unchanged, unreadable) and by what it became (all others)."""

    def __init__(self) -> None:
        self.seen = 0
        self.unchanged = 0
        self.unreadable = 0
        self.staged = 0
        self.moved = 0
        self._examples: list[Unreadable] = []
        self._made: dict[str, int] = {}

    def add(self, results: Iterable[Result]) -> None:
        for result in results:
            if result.staged:
                self.staged += 1
                continue
            if result.state == "published" and result.event is None:
                self.unchanged += 1  # another raw, the same content
            elif result.state in STATES:
                self._count(STATES[result.state])
            if result.event is not None:
                self._count(result.event.value)

    def add_unreadable(self, records: Iterable[Unreadable]) -> None:
        for record in records:
            self.unreadable += 1
            if len(self._examples) < EXAMPLES:
                self._examples.append(record)

    def remark(self) -> str:
        """What the province should know beside the counts; empty when there is nothing."""
        moved = f"{self.moved:,} re-keyed records keep their addresses" if self.moved else ""
        return "; ".join(filter(None, (moved, self._left_out())))

    def _left_out(self) -> str:
        if not self.unreadable:
            return ""
        named = "; ".join(f"{record.identifier}: {record.reason}" for record in self._examples)
        more = "; ..." if self.unreadable > len(self._examples) else ""
        return f"{self.unreadable:,} could not be read and were left out ({named}{more})"

    def counts(self) -> RunCounts:
        return RunCounts(seen=self.seen, unchanged=self.unchanged, unreadable=self.unreadable, **self._made)

    def _count(self, name: str) -> None:
        self._made[name] = self._made.get(name, 0) + 1


__all__ = ["Event", "Tally"]
