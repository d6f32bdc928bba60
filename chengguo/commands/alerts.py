"""`chengguo alerts`: tell those who follow a search what is new."""

import os
from typing import Annotated

import msgspec
import typer

from chengguo import following, locks
from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.errors import ChengguoError, Occupied
from chengguo.node import Node
from chengguo.projecting import EXPECTED
from chengguo.terminal import print_json, results, table

GENTLE = 10  # niceness of the one who follows: serving, harvesting and projecting go first


def alerts(
    follow: Annotated[bool, typer.Option("--follow", hidden=True, help="Follow until ended: what serve runs.")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Look through the change log for those who follow a search, and send the letters that are due. `serve` does so by itself."""
    with Node(*opened(home)) as node:
        if not node.settings.mail.usable:
            raise ChengguoError(
                "no mail server is set: write host, port and sender under [mail] in chengguo.toml, then"
                " run `chengguo alerts` again."
            )
        with locks.held(node.home.run / "alerts.lock", "The one who sends alerts"):
            if follow:
                os.nice(GENTLE)
                following.follow(node.teller().following, EXPECTED)
                raise Occupied("alerts ended")
            told = node.teller().round()
    if json:
        print_json(told)
        return
    columns = ("#changes", "#found", "#letters made", "#sent", "#put off")
    results().print(table(columns, [msgspec.structs.astuple(told)]))
