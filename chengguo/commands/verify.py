"""`chengguo verify`: prove that every output equals the ledger."""

from typing import Annotated

import msgspec
import typer

from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.commands.project import run
from chengguo.node import Node
from chengguo.terminal import print_json, results, table
from federation.verify import Verdict


def verify(
    repair: Annotated[bool, typer.Option("--repair", help="Put differences right.")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Compare ids and versions in every output with the ledger. Ends with 1 when they differed, repaired or not."""
    with Node(*opened(home)) as node:
        verdict = msgspec.json.decode(run(node, "repair" if repair else "verify"), type=Verdict)
    print_json(verdict) if json else _show(verdict)
    if not verdict.equal:
        raise typer.Exit(1)


def _show(verdict: Verdict) -> None:
    out = results()
    rows = [(name, d.missing, d.extra, d.stale) for name, d in verdict.outputs.items()]
    out.print(table(("output", "#missing", "#extra", "#stale"), rows))
    for name, count in verdict.ledger.items():
        if count:
            out.print(f"[red]The ledger contradicts itself:[/] {name}: {count:,}")
    if verdict.equal:
        out.print("[green]Every output equals the ledger.[/]")
    elif verdict.repaired:
        out.print("[yellow]There were differences; they are put right.[/]")
    else:
        out.print("[red]There are differences.[/] Put them right with: chengguo verify --repair")
