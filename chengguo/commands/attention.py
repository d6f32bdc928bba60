"""`chengguo attention`: what needs a person, with the command that settles it."""

from typing import Annotated

import typer
from rich.markup import escape

from chengguo import attention_feed, notices
from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.node import Node
from chengguo.terminal import print_json, remarks, results
from federation.attention import Matter
from federation.attention import attention as federation


def attention(
    notify: Annotated[
        bool,
        typer.Option(
            "--notify", help="Write data/attention.atom and tell the webhook what it has not been told; print nothing."
        ),
    ] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """List what needs a person. Ends with 1 when there is something."""
    folder, settings = opened(home)
    with Node(folder, settings) as node:
        matters = matters_of(node)
    if notify:
        attention_feed.write(folder, matters, settings.site.base_url)
        notices.tell(folder, settings, matters)
        return
    if json:
        print_json(matters)
    else:
        show(matters)
    if matters:
        raise typer.Exit(1)


def matters_of(node: Node) -> tuple[Matter, ...]:
    node.ledger.run_book.reap()
    schedules = {source.id: source.timing() for source in node.registry.sources.values()}
    return federation(node.ledger.database, schedules, node.registry.faults)


def show(matters: tuple[Matter, ...]) -> None:
    if not matters:
        remarks().print("Nothing needs a person.")
    for matter in matters:
        since = f" [dim]since {matter.since[:16].replace('T', ' ')}[/]" if matter.since else ""
        results().print(
            f"[bold]{escape(matter.source)}[/] [yellow]{matter.concern.value}[/]{since}: {escape(matter.said)}"
        )
        if matter.detail:
            results().print(f"    {escape(matter.detail)}")
        results().print(f"    settle: [bold]{escape(matter.command)}[/]")
