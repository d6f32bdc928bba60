"""What a check found: every row with its problems as long as there are not too many, and all of them counted by field and rule."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from vocab.problem import Problem, Severity

ROWS = 1000  # with something to say that are told one by one
EXAMPLES = 3  # values of one line of the summary
PLACES = 5  # numbers of rows of one line of the summary
DIFFERENT = 2000  # lines of the summary

PUBLISHABLE, UNREADABLE = "published", "unreadable"
OUTCOMES = (PUBLISHABLE, "held", "embargoed", "refused", "rejected", UNREADABLE)


class RowTold(msgspec.Struct, frozen=True):
    """A row: what the gate and the validation would do with it, the code of what keeps it from being published, its problems.

    Of a row that holds something secret there is nothing but its number and the reason.
    """

    row: int
    outcome: str
    reason: str
    kind: str
    key: str
    problems: tuple[Problem, ...]


class Line(msgspec.Struct, frozen=True):
    """One problem in one field, in however many rows: the first of them, and some of the values."""

    code: str
    field: str
    severity: Severity
    message: str
    rows: int
    first: tuple[int, ...]
    values: tuple[str, ...]


class Unknown(msgspec.Struct, frozen=True):
    """A heading or key that the standard does not know, and the column it probably means."""

    heading: str
    proposal: str


class Report(msgspec.Struct, frozen=True):
    """`outcomes` counts rows by what would become of them; `cut`: there were more rows, which nobody looked at.

    `told` are the rows with something to say, `ROWS` at most; `left_off` says how many more there are.
    """

    version: str
    form: str
    kinds: dict[str, int]
    rows: int
    cut: bool
    outcomes: dict[str, int]
    missing: tuple[str, ...]
    unknown: tuple[Unknown, ...]
    summary: tuple[Line, ...]
    told: tuple[RowTold, ...]
    left_off: int

    @property
    def publishable(self) -> int:
        return self.outcomes.get(PUBLISHABLE, 0)


class Tally:
    """Counts rows as they come; memory does not grow with them."""

    def __init__(self) -> None:
        self.rows = self.left_off = 0
        self.outcomes: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.told: list[RowTold] = []
        self._lines: dict[tuple[str, str], _Counted] = {}

    def add(self, one: RowTold) -> None:
        self.rows += 1
        self.outcomes[one.outcome] += 1
        self.kinds[one.kind] += 1
        for problem in one.problems:
            place = (problem.code, plain(problem.path))
            if place in self._lines or len(self._lines) < DIFFERENT:
                self._lines.setdefault(place, _Counted(problem)).add(one.row, problem)
        if one.problems or one.outcome != PUBLISHABLE:
            if len(self.told) < ROWS:
                self.told.append(one)
            else:
                self.left_off += 1

    def lines(self) -> tuple[Line, ...]:
        """The gravest and most frequent first."""
        found = [counted.line(*place) for place, counted in self._lines.items()]
        return tuple(sorted(found, key=lambda one: ("EWI".index(one.severity.value), -one.rows, one.field)))


class _Counted:
    def __init__(self, problem: Problem) -> None:
        self._severity, self._message = problem.severity, problem.message
        self._rows = 0
        self._last = 0
        self._first: list[int] = []
        self._values: dict[str, None] = {}

    def add(self, row: int, problem: Problem) -> None:
        if row != self._last:  # a row counts once, however many of its values are wrong
            self._rows += 1
            self._last = row
            if len(self._first) < PLACES:
                self._first.append(row)
        if "EWI".index(problem.severity.value) < "EWI".index(self._severity.value):
            self._severity = problem.severity
        if problem.value and len(self._values) < EXAMPLES:
            self._values[problem.value] = None

    def line(self, code: str, field: str) -> Line:
        return Line(code, field, self._severity, self._message, self._rows, tuple(self._first), tuple(self._values))


def plain(path: str) -> str:
    """A path without positions: `ipr[0].no` -> `ipr.no`."""
    text = path
    while (at := text.find("[")) >= 0:
        end = text.find("]", at)
        text = text[:at] + (text[end + 1 :] if end >= 0 else "")
    return text


def unique(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Each problem once: mapping and validation may both see it."""
    return tuple(dict.fromkeys(problems))
