"""`chengguo status`: what the node holds, what waits for a person, and how far the outputs are."""

from collections.abc import Iterator

from rich.console import Console

from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.node import Node
from chengguo.terminal import print_json, results, table
from federation.status import Status


def status(home: HomeOption = None, json: JsonOption = False) -> None:
    """Show records, refusals, runs and outputs."""
    with Node(*opened(home)) as node:
        node.ledger.run_book.reap()  # a run whose process is gone is not shown as running
        found = node.ledger.status()
    print_json(found) if json else show(found, results())


def show(found: Status, out: Console) -> None:
    out.print(table(("source", "#published", "#refused", "#held", "#rejected", "last run"), list(_sources(found))))
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in found.published.items()) or "nothing yet"
    out.print(f"Public: {kinds}. Refused {found.refused:,}, held {found.held:,}, rejected {found.rejected:,}.")
    for name, output in found.outputs.items():
        behind = found.seq - output.seq
        state = "up to date" if behind <= 0 else f"{behind:,} changes behind (chengguo project)"
        out.print(f"Output {name}: {output.records:,} records, {state}.")
    if not found.outputs:
        out.print("No output yet: chengguo project, or chengguo serve.")


def _sources(found: Status) -> Iterator[tuple[object, ...]]:
    for name, numbers in found.sources.items():
        run = numbers.last_run
        said = f"{run.status.value} {run.started[:16].replace('T', ' ')}" if run else ""
        yield name, numbers.published, sum(numbers.refused.values()), numbers.held, numbers.rejected, said
