"""What a check found, in the words of its reader: names of fields, what is wrong, what is allowed, and how to mend it."""

from collections.abc import Sequence
from functools import cache

import msgspec

from federation.checking.report import Line, Report, RowTold, plain
from publish.languages import Lang
from publish.messages import catalogue
from publish.portal.problems import RAW, WHOLE, entries
from vocab.codes import scheme
from vocab.field import fields
from vocab.kinds import KINDS
from vocab.problem import Problem
from vocab.standard.choices import choices
from vocab.standard.columns import Column, columns

SHOWN = 20  # words that are named one by one
ALLOWED = frozenset(
    {"unknown-code", "wrong-type", "boolean-invalid", "region-unknown", "several-values", "secret-level-unknown"}
)


UNSAID = frozenset({"row-unreadable", "not-a-record", "undecodable"})  # of which the title says too little


class CheckProblem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One problem: the rule's `code`, `severity` (E blocks publication, W noted, I information), the `field` by key and name,
    what is wrong, the `value`, some of what is `allowed` and where all of it is listed (`list`), and how to `mend` it.
    """

    code: str
    severity: str
    field: str
    name: str
    wrong: str
    mend: str
    value: str = ""
    allowed: tuple[str, ...] = ()
    list: str = ""


class CheckLine(CheckProblem, frozen=True, omit_defaults=True, kw_only=True):
    """A problem in however many `rows`: the `first` of them, and some of the `values`."""

    rows: int
    first: tuple[int, ...]
    values: tuple[str, ...] = ()


class CheckRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row: `outcome` is what the rules would do (published, held, embargoed, refused, rejected, unreadable), `reason` the code
    of what keeps it from being published and `says` that in words; nothing else is told of a row that says it is secret.
    """

    row: int
    outcome: str
    kind: str
    id: str = ""
    reason: str = ""
    says: str = ""
    problems: tuple[CheckProblem, ...] = ()


class CheckHeading(msgspec.Struct, frozen=True, omit_defaults=True):
    """A heading of a table, or a key of JSON. `proposal`: the standard's heading that it probably means."""

    heading: str
    proposal: str = ""


class CheckAnswer(msgspec.Struct, frozen=True):
    """The answer to a check. `publishable` of `rows` would be published by the rules; this is no promise, for a source's policy and
    what was taken down here are not asked. `cut`: there were more rows than are looked at. `missing`: headings without which no row
    can be published; `unknown`: those that are not read. Of the rows with something to say `left_off` are not told one by one.
    """

    version: str
    language: str
    form: str
    kinds: dict[str, int]
    rows: int
    cut: bool
    publishable: int
    outcomes: dict[str, int]
    missing: tuple[str, ...]
    unknown: tuple[CheckHeading, ...]
    summary: tuple[CheckLine, ...]
    problems: tuple[CheckRow, ...]
    left_off: int


def told(report: Report, lang: Lang, base: str) -> CheckAnswer:
    """A report in one language; `base` is the site's address."""
    words = _Words(tuple(report.kinds), lang, base)
    return CheckAnswer(
        version=report.version,
        language=lang.value,
        form=report.form,
        kinds=report.kinds,
        rows=report.rows,
        cut=report.cut,
        publishable=report.publishable,
        outcomes=report.outcomes,
        missing=tuple(words.heading(key) for key in report.missing),
        unknown=tuple(
            CheckHeading(one.heading, words.heading(one.proposal) if one.proposal else "") for one in report.unknown
        ),
        summary=tuple(words.line(line) for line in report.summary),
        problems=tuple(words.row(row) for row in report.told),
        left_off=report.left_off,
    )


class _Words:
    def __init__(self, kinds: Sequence[str], lang: Lang, base: str) -> None:
        self._lang, self._base = lang, base
        self._kinds = (*kinds, *KINDS)

    def heading(self, key: str) -> str:
        """A column by its heading, which is Chinese in either language."""
        column = _column(key, self._kinds)
        return column.zh if column else key

    def line(self, line: Line) -> CheckLine:
        problem = Problem(line.code, line.field, line.message, line.severity)
        named = msgspec.structs.asdict(self._problem(problem))
        return CheckLine(**named, rows=line.rows, first=line.first, values=line.values)

    def row(self, row: RowTold) -> CheckRow:
        problems = tuple(self._problem(problem) for problem in row.problems)
        says = self._title(row.reason) if row.reason else ""
        return CheckRow(row.row, row.outcome, row.kind, row.key, row.reason, says, problems)

    def _problem(self, problem: Problem) -> CheckProblem:
        field, entry = plain(problem.path), entries().get(problem.code)
        column = _column(field, self._kinds)
        named = column if problem.code in ALLOWED else None
        return CheckProblem(
            code=problem.code,
            severity=problem.severity.value,
            field=field,
            name=self._name(field, column),
            wrong=self._wrong(problem),
            mend=entry.advice.text(self._lang) if entry else "",
            value=problem.value or "",
            allowed=choices(named)[:SHOWN] if named else (),
            list=self._list(named) if named else "",
        )

    def _wrong(self, problem: Problem) -> str:
        """The rule's title, and the message, which is English, where it alone says what was met."""
        title = self._title(problem.code)
        if problem.code not in UNSAID:
            return title
        return f"{title}{catalogue().text('word.colon', self._lang)}{problem.message}"

    def _title(self, code: str) -> str:
        entry = entries().get(code)
        return entry.title.text(self._lang) if entry else code

    def _name(self, field: str, column: Column | None) -> str:
        if column is not None:
            return column.en if self._lang is Lang.EN else column.zh
        if field in ("", WHOLE, RAW):
            return catalogue().text("source.whole_record", self._lang)
        label = _labels(self._kinds).get(field.partition(".")[0])
        return (label[1] if self._lang is Lang.EN else label[0]) if label else field

    def _list(self, column: Column) -> str:
        return f"{self._base}/code/{scheme(column.slot.scheme).id}" if column.slot.scheme else ""


@cache
def _columns(kinds: tuple[str, ...]) -> dict[str, Column]:
    """By key; where kinds name one differently, the first of them."""
    found: dict[str, Column] = {}
    for kind in kinds:
        for column in columns(KINDS[kind]):
            found.setdefault(column.key, column)
    return found


def _column(field: str, kinds: tuple[str, ...]) -> Column | None:
    """The column of a field or part; a text in Chinese (`title.zh`) is the column of the field itself."""
    known = _columns(kinds)
    return known.get(field) or known.get(field.removesuffix(".zh"))


@cache
def _labels(kinds: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for kind in kinds:
        for bound in fields(KINDS[kind].record):
            found.setdefault(bound.key, (bound.field.zh, bound.field.en))
    return found
