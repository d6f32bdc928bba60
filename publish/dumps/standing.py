"""Which dumps may still be given to anybody: one that a withdrawal came after may hold what is not public any more.

Every withdrawal counts, whatever its reason: what the public is told of a reason does not say whether a record was secret
(E02), and a dump that went away for some reasons only would say it.
"""

import threading
from typing import Protocol

from federation.views import PublicView


class Dated(Protocol):
    """A state of the ledger: the last change it has, and when that was."""

    @property
    def seq(self) -> int: ...

    @property
    def at(self) -> str: ...


class Standing:
    """Asks the ledger each time, and looks through each change of its log once."""

    def __init__(self, view: PublicView) -> None:
        self._view = view
        self._lock = threading.Lock()
        self._looked = self._found = 0

    def stands(self, dump: Dated) -> bool:
        """Whether the dump is of this ledger's log as it is now, and nothing was withdrawn since."""
        return self.withdrawn() <= dump.seq and self._is_ours(dump)

    def withdrawn(self) -> int:
        """The `seq` of the last withdrawal; 0 when there was none."""
        with self._lock:
            upto = self._view.last_seq()
            if upto < self._looked:  # the ledger came back from a backup
                self._looked = self._found = 0
            if upto > self._looked:
                self._found = self._view.last_withdrawal(self._looked) or self._found
                self._looked = upto
            return self._found

    def _is_ours(self, dump: Dated) -> bool:
        """A ledger that came back from a backup gives numbers again, but at other times."""
        if dump.seq == 0:
            return dump.at == ""
        return any(change.seq == dump.seq and change.at == dump.at for change in self._view.changes(dump.seq - 1, 1))
