"""`chengguo status`: what the node holds, how its sources are, what waits for a person, and how far the outputs are."""

from collections.abc import Iterator

from rich.console import Console

from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.node import Node
from chengguo.terminal import print_json, results, table
from federation.views import RunStatus
from federation.watch.health import Condition, Health
from federation.watch.status import SourceNumbers, Status

COLUMNS = ("source", "health", "passes", "#published", "#refused", "#held", "#rejected", "last run", "last success")
COLOURS = {
    Condition.FRESH: "green",
    Condition.LATE: "yellow",
    Condition.FAILING: "red",
    Condition.UNREACHABLE: "red",
    Condition.HELD: "yellow",
    Condition.NEVER: "dim",
}
MARKS = {RunStatus.DONE: "[green]▪[/]", RunStatus.FAILED: "[red]x[/]", RunStatus.INTERRUPTED: "[red]![/]"}
OTHER = "[yellow]?[/]"  # running, held, superseded
SHOWN = 10  # passes drawn, the newest on the right


def status(home: HomeOption = None, json: JsonOption = False) -> None:
    """Show sources and their health, records, refusals, runs and outputs."""
    with Node(*opened(home)) as node:
        node.ledger.run_book.reap()  # a run whose process is gone is not shown as running
        schedules = {source.id: source.timing() for source in node.registry.sources.values()}
        found = node.ledger.status(schedules)
    print_json(found) if json else show(found, results())


def show(found: Status, out: Console) -> None:
    out.print(table(COLUMNS, [_row(name, numbers) for name, numbers in found.sources.items()]))
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in found.published.items()) or "nothing yet"
    out.print(f"Public: {kinds}. Refused {found.refused:,}, held {found.held:,}, rejected {found.rejected:,}.")
    for name, output in found.outputs.items():
        behind = found.seq - output.seq
        state = "up to date" if behind <= 0 else f"{behind:,} changes behind (chengguo project)"
        out.print(f"Output {name}: {output.records:,} records, {state}.")
    if (matching := found.matching) is not None and (matching.records or matching.behind):
        state = "up to date" if matching.behind <= 0 else f"{matching.behind:,} changes behind (chengguo match)"
        groups, open_ = f"{matching.clusters:,} achievements told several times", f"{matching.candidates:,} candidates"
        out.print(f"Matching: {groups}, {open_}, {state}.")
    if not found.outputs:
        out.print("No output yet: chengguo project, or chengguo serve.")
    if unwell := list(_unwell(found)):
        out.print(f"Not well: {', '.join(unwell)}. What needs a person: chengguo attention")


def _row(name: str, numbers: SourceNumbers) -> tuple[object, ...]:
    run = numbers.last_run
    said = f"{run.status.value} {_minute(run.started)}" if run else ""
    counts = (numbers.published, sum(numbers.refused.values()), numbers.held, numbers.rejected)
    return (name, *_health(numbers.health), *counts, said, _minute(numbers.last_success or ""))


def _health(health: Health | None) -> tuple[str, str]:
    """The condition, and the last passes drawn with their share of good ones."""
    if health is None:
        return "", ""
    drawn = "".join(MARKS.get(past.status, OTHER) for past in reversed(health.history[:SHOWN]))
    share = "" if health.reliability is None else f" {health.reliability:.0%}"
    return f"[{COLOURS[health.condition]}]{health.condition.value}[/]", drawn + share


def _unwell(found: Status) -> Iterator[str]:
    for name, numbers in found.sources.items():
        health = numbers.health
        if health is not None and health.condition not in (Condition.FRESH, Condition.NEVER):
            yield f"{name} ({health.condition.value} since {_minute(health.since or '')})"


def _minute(rfc3339: str) -> str:
    return rfc3339[:16].replace("T", " ")
