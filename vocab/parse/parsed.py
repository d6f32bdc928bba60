"""What a parser takes and gives: `Parser = Callable[[Tree, Options], Parsed]`."""

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

import msgspec

from vocab.problem import Problem, Severity
from vocab.tree import Tree

SHOWN: Final = 200  # characters of a raw value that a problem repeats


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hints that a mapping gives a parser.

    `unit`: of a bare number in a column of money ("万元"). `order`: how a date like 03/01/2019 is meant. `edition`:
    the scheme and edition behind a readiness level.
    """

    unit: str | None = None  # of a bare number in a column of money
    order: Literal["dmy", "mdy"] | None = None  # how 03/01/2019 is meant
    edition: str | None = None  # scheme and edition behind a readiness level


class Parsed(msgspec.Struct, frozen=True):
    """The value, None when there is nothing or nothing usable, and what was found wrong (with an empty path)."""

    value: object | None = None
    problems: tuple[Problem, ...] = ()


Parser: TypeAlias = Callable[[Tree, Options], Parsed]

NOTHING: Final = Parsed()
DEFAULT: Final = Options()


def problem(code: str, message: str, value: str | None = None, severity: Severity = Severity.WARNING) -> Problem:
    """A problem without a path: the mapping knows which field it is."""
    return Problem(code, "", message, severity, value[:SHOWN] if value is not None else None)


def failed(code: str, message: str, value: str | None = None, severity: Severity = Severity.WARNING) -> Parsed:
    """No value, and why."""
    return Parsed(None, (problem(code, message, value, severity),))
