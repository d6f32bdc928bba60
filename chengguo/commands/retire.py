"""`chengguo source retire ID`: withdraw what a source had published, once its file is gone."""

from typing import Annotated

import typer

from chengguo.commands.harvest import explain, summary
from chengguo.commands.options import HomeOption, JsonOption, YesOption, opened
from chengguo.errors import ChengguoError, UnknownSource
from chengguo.harvesting import Outcome
from chengguo.node import Node
from chengguo.terminal import agree, print_json, results
from federation.retire import retire as federation


def retire(
    source: Annotated[str, typer.Argument(metavar="ID", help="The source.")],
    yes: YesOption = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Withdraw every record of a source whose file was taken away. Their addresses answer 410 from then on."""
    folder, settings = opened(home)
    with Node(folder, settings) as node:
        path = folder.sources / f"{source}.toml"
        if path.exists():
            raise ChengguoError(
                f"{path} is there: its next harvest would publish everything again. Take it away first."
            )
        known = node.ledger.status().sources
        if source not in known:
            raise UnknownSource(f'nothing is known of a source "{source}"; chengguo status names those that are')
        agree(f"Withdraw {known[source].published:,} published records of {source}?", yes)
        outcomes = [Outcome(source, federation(source, node.ledger))]
    print_json(outcomes) if json else results().print(summary(outcomes))
    explain(outcomes, projected=False)
