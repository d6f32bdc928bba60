"""The check: each row through the standard's mapping, the gate and validation, as in a harvest. Nothing is kept.

What a source's registration says (region, publisher, licence) stands in for what a row leaves out; the policy is the strictest
there is, which asks every record for its own level and review. Taken-down records are not asked for: whether something was taken
down is nobody's business here. So what comes out is what the rules would do, and never a promise.
"""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import IO, Any

import msgspec

from federation.checking.headings import Headings, proposal
from federation.checking.reading import Row, Sheet, opened
from federation.checking.report import PUBLISHABLE, UNREADABLE, Report, RowTold, Tally, Unknown, unique
from federation.errors import UnreadableFile
from federation.gate import decide, level_was_given
from federation.judge import STATES
from federation.source import DisclosurePolicy
from harvesters.base import JSON, HarvestError, Limits
from vocab.decode import DecodeError, decode
from vocab.kinds import KINDS
from vocab.mapping import Context, Mapped
from vocab.mapping.target import OURS
from vocab.problem import Problem, Severity
from vocab.standard.columns import RECORD_KEY, SEPARATOR, columns
from vocab.standard.json_schema import required
from vocab.standard.mapping import standard_mapping
from vocab.standard.versions import current
from vocab.validate import validate

MOST_UNKNOWN = 50  # unknown headings that are named
KEYS = 1_000_000  # keys remembered, to find one that comes twice

# What a registration would say in the place of a row that does not. No value of it is ever shown.
REGISTERED = Context(
    source="check",
    local_id="",
    base="https://check.invalid",
    region="110000",
    publisher_zh="来源登记的发布单位",
    licence="https://creativecommons.org/licenses/by/4.0/",
    fetched="",
    sha256="",
)


class _Verdict(msgspec.Struct, frozen=True):
    """`silent`: nothing but the reason is told."""

    outcome: str
    reason: str
    problems: tuple[Problem, ...] = ()
    silent: bool = False


def check(
    file: IO[bytes],
    *,
    today: date,
    max_rows: int,
    max_bytes: int = Limits().max_bytes,
    name: str = "",
    media_type: str = "",
    kind: str | None = None,
) -> Report:
    """What would become of the rows of a file, `max_rows` of them at most; `max_bytes` of what it unpacks to. Raises
    UnreadableFile.
    """
    try:
        with opened(file, name, media_type, kind, Limits(max_bytes=max_bytes)) as sheet:
            return _Check(today, max_rows).run(sheet)
    except HarvestError as error:
        raise UnreadableFile(str(error)) from None


class _Check:
    def __init__(self, today: date, most: int) -> None:
        self._most, self._today = most, today
        self._context = msgspec.structs.replace(REGISTERED, fetched=f"{today.isoformat()}T00:00:00Z")
        self._keys: set[str] = set()
        self._unknown: dict[str, str] = {}

    def run(self, sheet: Sheet) -> Report:
        tally = Tally()
        for row in islice(sheet.rows, self._most):
            self._note(row)
            tally.add(self._row(row))
        found = sheet.headings
        return Report(
            version=current().number,
            form=sheet.form,
            kinds=dict(tally.kinds),
            rows=tally.rows,
            cut=next(sheet.rows, None) is not None,
            outcomes=dict(tally.outcomes),
            missing=_missing(found) if found else (),
            unknown=self._strange(found),
            summary=tally.lines(),
            told=tuple(tally.told),
            left_off=tally.left_off,
        )

    def _row(self, row: Row) -> RowTold:
        if row.fault:
            problem = Problem("row-unreadable", "$", row.fault)
            return RowTold(row.number, UNREADABLE, problem.code, row.kind, "", (problem,))
        key, problems = self._key(row)
        try:
            tree = decode(JSON, row.body)
        except DecodeError as error:
            problem = Problem("undecodable", "$", str(error))
            return RowTold(row.number, UNREADABLE, problem.code, row.kind, key, (problem,))
        context = msgspec.structs.replace(self._context, local_id=key or f"row {row.number}")
        mapped = standard_mapping(row.kind, current().number).apply(tree, context)
        verdict = self._verdict(mapped)
        if verdict.silent:
            return RowTold(row.number, verdict.outcome, verdict.reason, row.kind, "", ())
        outcome, reason = verdict.outcome, verdict.reason
        if problems and outcome == PUBLISHABLE:
            outcome, reason = "rejected", problems[0].code
        return RowTold(row.number, outcome, reason, row.kind, key, unique([*problems, *verdict.problems]))

    def _verdict(self, mapped: Mapped) -> "_Verdict":
        """As `federation.judge` has it, but that validation is told of what the gate refuses too: all can be mended at once."""
        if mapped.record is None:
            if level_was_given(mapped.lineage, mapped.problems):
                return _Verdict("refused", "secret-level-unknown", silent=True)
            return _Verdict("rejected", mapped.problems[0].code, mapped.problems)
        policy, (lineage, found) = DisclosurePolicy(), (mapped.lineage, mapped.problems)
        decision = decide(mapped.record, policy, frozenset(), self._today, lineage=lineage, problems=found)
        outcome, reason = STATES[decision.outcome], decision.reason
        if decision.marked:  # it says that it is secret: nothing of it is said again
            return _Verdict(outcome, reason, silent=True)
        masked = decision.record is not None
        valid = validate(decision.record or mapped.record, self._today, masked=masked)
        problems = (*decision.reasons, *found, *decision.notes, *valid)
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        if outcome == PUBLISHABLE and errors:
            outcome, reason = "rejected", errors[0].code
        if decision.secret:  # its level is not known: what is wrong may be said, and no value
            problems = tuple(msgspec.structs.replace(problem, value=None) for problem in problems)
        return _Verdict(outcome, reason, problems)

    def _key(self, row: Row) -> tuple[str, list[Problem]]:
        """The first of a row's record numbers, and what is wrong with it."""
        key = next(_numbers(row), "")
        if not key:
            return "", [Problem("key-unwritable", RECORD_KEY, "the row has no record number")]
        if key in self._keys:
            return key, [Problem("key-twice", RECORD_KEY, "an earlier row has this record number", value=key)]
        if len(self._keys) < KEYS:
            self._keys.add(key)
        return key, []

    def _note(self, row: Row) -> None:
        for heading in row.unknown:
            if len(self._unknown) < MOST_UNKNOWN:
                self._unknown.setdefault(heading, row.kind)

    def _strange(self, found: Headings | None) -> tuple[Unknown, ...]:
        named = dict.fromkeys(found.unknown[:MOST_UNKNOWN], found.kind) if found else self._unknown
        there = {column.key for column in found.columns if column is not None} if found else set()
        proposed = {heading: proposal(heading, kind) for heading, kind in named.items()}
        return tuple(Unknown(heading, key if key not in there else "") for heading, key in proposed.items())


def _missing(found: Headings) -> tuple[str, ...]:
    """The columns that a publishable record needs and the table does not have."""
    there = {column.key for column in found.columns if column is not None}
    kind = KINDS[found.kind]
    wanted = required(kind, published=False) | {"secretLevel", "disclosureClass", "review.decision"}
    return tuple(c.key for c in columns(kind) if c.key in wanted and c.key not in there and c.bound.key not in OURS)


def _numbers(row: Row) -> Iterator[str]:
    tree = msgspec.json.decode(row.body, type=dict[str, Any])
    for name in next(c.headings for c in columns(KINDS[row.kind]) if c.key == RECORD_KEY):
        given = tree.get(name)
        for one in given if isinstance(given, list) else (given,):
            if isinstance(one, str | int):
                yield from (part.strip() for part in str(one).split(SEPARATOR) if part.strip())
