"""A problem found in a record: a value that travels with the record, never an exception."""

from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """How much a problem matters (error classes of the unified publication standard)."""

    ERROR = "E"  # blocks publication
    WARNING = "W"  # published with a note
    INFO = "I"


class Problem(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What is wrong (`code`), where (`path`), said for a person (`message`); `value` is the offending raw value."""

    code: str  # stable, kebab-case, e.g. "unknown-code", "date-invalid"
    path: str  # the record's field ("stage") or the raw path ("$.成果阶段")
    message: str
    severity: Severity = Severity.ERROR
    value: str | None = None
