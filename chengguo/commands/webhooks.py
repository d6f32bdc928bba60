"""`chengguo webhooks`: tell programs that follow a search what has changed; see who they are, and end one."""

import os
from typing import Annotated

import msgspec
import typer

from chengguo import following, locks
from chengguo.commands.alerts import GENTLE
from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.errors import ChengguoError, Occupied
from chengguo.node import Node
from chengguo.projecting import EXPECTED
from chengguo.terminal import print_json, remarks, results, table
from federation.alerts.hooks import Hook


def webhooks(
    follow: Annotated[bool, typer.Option("--follow", hidden=True, help="Follow until ended: what serve runs.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List them instead, and call nobody.")] = False,
    end: Annotated[
        str | None, typer.Option("--end", metavar="ID", help="End this one instead.", show_default=False)
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Look through the change log for programs that follow a search, and call those that are due. `serve` does so by itself."""
    with Node(*opened(home)) as node:
        if end is not None:
            _end(node, end)
        elif listed:
            _list(node.hooks.all(), json)
        else:
            _call(node, follow, json)


def _call(node: Node, follow: bool, json: bool) -> None:
    if not node.settings.webhooks.enabled:
        raise ChengguoError(
            "no program may follow a search here: write enabled = true under [webhooks] in chengguo.toml, then run"
            " `chengguo webhooks` again."
        )
    with locks.held(node.home.run / "webhooks.lock", "The one who calls webhooks"):
        if follow:
            os.nice(GENTLE)
            following.follow(node.messenger().following, EXPECTED)
            raise Occupied("webhooks ended")
        told = node.messenger().round()
    if json:
        print_json(told)
        return
    columns = ("#changes", "#found", "#begun", "#deliveries", "#put off")
    results().print(table(columns, [msgspec.structs.astuple(told)]))


def _list(found: list[Hook], json: bool) -> None:
    """The host alone is shown on a terminal: the rest of an address may hold what only the receiver knows."""
    if json:
        print_json(found)
        return
    if not found:
        remarks().print("No webhooks: none was asked for, or all were ended.")
        return
    columns = ("id", "host", "state", "#waiting", "#failed", "failure", "last told")
    rows = [(h.id, h.host, h.state.value, h.waiting, h.attempts, h.failure, h.told or "") for h in found]
    results().print(table(columns, rows))


def _end(node: Node, number: str) -> None:
    if not node.hooks.forget(number):
        raise ChengguoError(f"there is no webhook {number!r}: `chengguo webhooks --list` shows them.")
    remarks().print(f"Webhook {number} has ended.")
