"""The contract of a projection: an output that follows the change log and can be thrown away and built again."""

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from vocab.public import PublicRecord


class Projection(Protocol):
    """A disposable copy of the public records. `put` and `remove` are idempotent; nothing counts before `commit`.

    `generation` is a random token stored inside the output itself: the ledger keeps a cursor per generation, so an
    output that was lost, restored or swapped is recognised and caught up or rebuilt.
    """

    name: str

    @property
    def generation(self) -> str: ...

    def put(self, batch: Sequence[PublicRecord]) -> None: ...

    def remove(self, iris: Sequence[str]) -> None: ...

    def commit(self) -> None:
        """Make everything put and removed so far durable and visible."""

    def contents(self) -> Iterator[tuple[str, int]]:
        """(iri, version) of everything it holds, for `verify`; in any order."""

    def fresh(self) -> "Projection":
        """An empty twin, invisible to readers, that takes bulk loads."""

    def swap(self, twin: "Projection") -> None:
        """Put the twin in this one's place for all readers, and drop the old one."""

    def close(self) -> None: ...


@runtime_checkable
class Mends(Protocol):
    """A projection that can tell that it was lost, damaged or written in another format."""

    def mend(self) -> None:
        """Then begin again, empty and of a new generation, and say so in the log. Raises when it cannot tell now."""


@runtime_checkable
class RemovesAt(Protocol):
    """A projection to which requests may come late, or twice: `put` and this carry the number of the change they show."""

    def remove_at(self, iris: Sequence[str], seq: int) -> None:
        """Remove, up to this change; what is newer stays."""


def remove(projection: Projection, iris: Sequence[str], seq: int) -> None:
    """Remove what is gone as of change `seq`."""
    if isinstance(projection, RemovesAt):
        projection.remove_at(iris, seq)
    else:
        projection.remove(iris)
