"""`chengguo source quality`: how good published records are, and what would help most."""

from typing import Annotated

import msgspec
import typer

from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.errors import ChengguoError
from chengguo.node import Node
from chengguo.terminal import print_json, remarks, results, table
from federation.watch.quality import measured
from vocab.quality import RULES, Report


class Mending(msgspec.Struct, frozen=True):
    """`gain`: how much the total would rise, 0..1."""

    rule: str
    records: int
    gain: float
    fix: str


class RuleCount(msgspec.Struct, frozen=True):
    """Of how many records a rule was kept, among those it applies to."""

    id: str
    dimension: str
    weight: int
    passed: int
    applicable: int


class Quality(msgspec.Struct, frozen=True):
    """One source. Shares are 0..1; `fixes` most useful first."""

    source: str
    at: str
    records: int
    total: float | None
    dimensions: dict[str, float]
    rules: tuple[RuleCount, ...]
    fixes: tuple[Mending, ...]


def quality(
    source: Annotated[
        str | None, typer.Argument(metavar="ID", help="The source; all when not given.", show_default=False)
    ] = None,
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="As it was when this month had ended.", show_default=False)
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the reports of the month that has ended, and show nothing.")
    ] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Score published records by dimension, and say what the source can mend first."""
    if keep and month:
        raise ChengguoError("--keep is about the month that has just ended: leave --month out.")
    with Node(*opened(home)) as node:
        names = sorted(node.registry.sources) if source is None else [node.source(source).id]
        if keep:
            for name in names:
                node.ledger.months.keep(name)
            return
        found = [told(report) for name in names if (report := _report(node, name, month)) is not None]
        if month and not found:
            kept = sorted({one for name in names for one in node.ledger.months.months(name)})
            raise ChengguoError(f"no report of {month!r} is kept; there are {', '.join(kept) or 'none yet'}.")
    if json:
        print_json(found)
    elif source is None:
        rows = [(one.source, one.records, _percent(one.total), _first(one)) for one in found]
        results().print(table(("source", "#records", "#total", "mend first"), rows))
    else:
        show(found[0])


def _report(node: Node, source: str, month: str | None) -> Report | None:
    if month:
        return node.ledger.months.report(source, month)
    with node.ledger.database.read() as connection:
        return measured(connection, source)  # all records: whoever asks here may wait


def told(report: Report) -> Quality:
    counts = zip(RULES, report.rules, strict=True)
    return Quality(
        source=report.source,
        at=report.at,
        records=report.records,
        total=report.score.total,
        dimensions={dimension.value: share for dimension, share in report.score.dimensions.items()},
        rules=tuple(RuleCount(r.id, r.dimension.value, r.weight, c.passed, c.applicable) for r, c in counts),
        fixes=tuple(Mending(r.id, c.applicable - c.passed, gain, r.fix.en) for r, c, gain in report.fixes),
    )


def show(found: Quality) -> None:
    if not found.records:
        remarks().print(f"{found.source} has no published record yet.")
        return
    dimensions = ", ".join(f"{name} {_percent(share)}" for name, share in found.dimensions.items())
    results().print(f"[bold]{found.source}[/] {_percent(found.total)} over {found.records:,} records: {dimensions}")
    rows = [(one.rule, one.records, f"+{one.gain:.1%}", one.fix) for one in found.fixes]
    results().print(table(("rule", "#records", "#gain", "what to do"), rows))


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _first(found: Quality) -> str:
    return found.fixes[0].fix if found.fixes else ""
