"""`chengguo remap ID`: the mapping again, over the raw records that are kept."""

from typing import Annotated

import typer

from chengguo.commands.harvest import explain, summary, words
from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.harvesting import Outcome, Pool, Report
from chengguo.node import Node
from chengguo.progress import meter
from chengguo.terminal import print_json, results
from federation import harvest as federation
from federation.views import Run


def remap(
    source: Annotated[str, typer.Argument(metavar="ID", help="The source.")],
    force: Annotated[
        bool, typer.Option("--force", help="Also records that the same rules have judged before.")
    ] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Judge a source's kept raw records again, after its mapping or policy was corrected; the province is not asked."""
    with Node(*opened(home)) as node, meter("remap") as shown:
        chosen, mappings, ledger = node.source(source), node.mappings(node.source(source)), node.ledger

        def work(report: Report) -> Run:
            return federation.remap(
                chosen, ledger, mappings, node.pipeline, force=force, progress=report, judges=node.judges
            )

        pool = Pool(1, lambda name, counts: shown.at(name, counts.seen, detail=words(counts)))
        outcomes: list[Outcome] = pool.run([(chosen.id, work)], lambda outcome: None)
    print_json(outcomes) if json else results().print(summary(outcomes))
    explain(outcomes, projected=False)
    if not outcomes[0].good:
        raise typer.Exit(1)
