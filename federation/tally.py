"""The tally of a run while it goes on."""

from collections.abc import Iterable

from federation.views import Event, RunCounts
from federation.writer import Result

STATES = {
    "refused": "refused",
    "rejected": "rejected",
    "held": "held",
    "embargoed": "held",
    "failed": "failed",
}


class Tally:
    """Counts by raw record (seen, unchanged, unreadable) and by what it became (all others)."""

    def __init__(self) -> None:
        self.seen = 0
        self.unchanged = 0
        self.unreadable = 0
        self.staged = 0
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

    def counts(self) -> RunCounts:
        return RunCounts(seen=self.seen, unchanged=self.unchanged, unreadable=self.unreadable, **self._made)

    def _count(self, name: str) -> None:
        self._made[name] = self._made.get(name, 0) + 1


__all__ = ["Event", "Tally"]
