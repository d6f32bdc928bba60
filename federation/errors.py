"""Everything the federation can raise on purpose.

FederationError                  the message is written for the person who runs the node
+-- ConfigurationError           a source or mapping file is wrong: names file, key, value and what is allowed
+-- LedgerError                  the ledger could not do what was asked; nothing of that step was stored
|   +-- LedgerUnavailable        no connection; worth another try
|   +-- LedgerBusy               another process holds the lock for too long; worth another try
|   +-- LedgerFull               the disk is full
|   +-- LedgerReadOnly           the database or its folder cannot be written
|   +-- LedgerTooNew             it was written by a newer chengguo
+-- RunError
|   +-- SourceBusy               another run of this source is alive: names its owner and start
|   +-- LeaseLost                this run was declared dead while it was away; what it had committed stays
|   +-- NotHeld                  the run to accept does not wait for anybody
+-- UnknownRecord                no record of that IRI, or no such version of it, is known here
+-- StillPublic                  what the version says is what the record says now
+-- UnknownToken                 no token of that id is known here
+-- PreconditionFailed           the record is not in the state that its sender expects; nothing was stored
+-- ProjectionFailed             an output could not be brought up to date
+-- UnreadableFile               a file that was handed in to be checked is of no form that is read
"""


class FederationError(Exception):
    """The message is written for the person who runs the node. `retry` tells whether trying again soon makes sense."""

    retry = False


class ConfigurationError(FederationError):
    """A source or mapping file is wrong."""


class LedgerError(FederationError):
    """The ledger could not do what was asked; nothing of that step was stored."""


class LedgerUnavailable(LedgerError):
    """There is no connection to the database."""

    retry = True


class LedgerBusy(LedgerError):
    """Another process held the lock for longer than we wait."""

    retry = True


class LedgerFull(LedgerError):
    """The disk is full."""


class LedgerReadOnly(LedgerError):
    """The database cannot be written."""


class LedgerTooNew(LedgerError):
    """The database was written by a newer version of the program."""


class RunError(FederationError):
    """A run could not start, go on or be accepted."""


class SourceBusy(RunError):
    """Another run of the same source is alive."""

    retry = True


class LeaseLost(RunError):
    """The run was declared dead while it was away."""


class NotHeld(RunError):
    """The run to accept does not wait for a person."""


class UnknownRecord(FederationError):
    """No record of that IRI is known here."""


class StillPublic(FederationError):
    """What the version says is what the record says now."""


class UnknownToken(FederationError):
    """No token of that id is known here."""


class PreconditionFailed(FederationError):
    """The record is not in the state that its sender expects."""


class ProjectionFailed(FederationError):
    """An output could not be brought up to date."""

    retry = True


class UnreadableFile(FederationError):
    """A file to be checked cannot be read; the message is for whoever handed it in."""
