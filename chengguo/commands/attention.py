"""`chengguo attention`: what needs a person, with the command that settles it; `attention feed`: an address to read it at."""

from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from chengguo import attention_feed, notices
from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.node import Node
from chengguo.terminal import print_json, remarks, results
from federation.tokens import ATTENTION, Token, Tokens
from federation.watch.attention import Matter

app = typer.Typer()


class Address(msgspec.Struct, frozen=True):
    """Where the feed can be read, and the token that opens it: the only time the address is shown."""

    token: Token
    address: str


@app.callback(invoke_without_command=True)
def attention(
    context: typer.Context,
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
    if context.invoked_subcommand is not None:
        return
    folder, settings = opened(home)
    with Node(folder, settings) as node:
        node.ledger.run_book.reap()
        matters = node.matters()
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


@app.command()
def feed(
    name: Annotated[str, typer.Option("--name", help="Who reads it: shown in the list of tokens.")] = "attention feed",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Make a secret address at which the list can be read as an Atom feed, and print it once."""
    folder, settings = opened(home)
    with Node(folder, settings) as node:
        token, secret = Tokens(node.ledger.database).create(name, role=ATTENTION)
    address = attention_feed.address(settings.site.base_url, secret)
    if json:
        print_json(Address(token, address))
        return
    results().print(address, soft_wrap=True)
    remarks().print(
        f"Whoever has the address can read it; it cannot be shown again. To close it: chengguo token revoke {token.id}"
    )


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
