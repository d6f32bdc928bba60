"""`chengguo demo`: the main job in one command."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from chengguo import locks, serving, webserver
from chengguo.commands.harvest import explain, harvested, summary
from chengguo.commands.match import followed
from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.commands.project import run as project
from chengguo.commands.serve import listening
from chengguo.commands.status import show
from chengguo.errors import Occupied
from chengguo.harvesting import Outcome
from chengguo.home import Home, resolve
from chengguo.node import Node
from chengguo.settings import Settings
from chengguo.terminal import print_json, remarks, results

if TYPE_CHECKING:
    from chengguo.demo.servers import Platforms

PORT = 8080


def demo(
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help=f"Port of the portal ({PORT} in a new home).", show_default=False),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Harvest, print the status, and end.")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Start fictional provinces, harvest them, and serve the portal. Run it again to see corrections and deletions."""
    from chengguo import demonstration  # here, because making the provinces' files needs slow libraries

    folder = resolve(home, os.environ)
    made = demonstration.prepare(folder, port or PORT)
    folder, settings = opened(folder.root)
    settings = listening(settings, None, port)
    if not once:
        _require_startable(folder, settings)
    _say(folder, settings, made)
    with Node(folder, settings) as node:
        fictional = demonstration.sources(node)
        day = demonstration.day(node, fictional)
        with demonstration.provinces(day) as platforms:
            outcomes = _harvest(node, platforms, day)
            followed(node)
            project(node, "catch-up")
            found = node.ledger.status()
            if json:
                print_json(found)
            else:
                results().print(summary(outcomes))
                show(found, results())
                explain(outcomes, projected=True)
            if not once:
                serving.run(folder, settings, node.graph_parts(), node.schedules, _ready)
    if not all(outcome.good for outcome in outcomes):
        raise typer.Exit(1)


def _harvest(node: Node, platforms: "Platforms", day: int) -> Sequence[Outcome]:
    """On the second day twice: what is missing from a listing is withdrawn when two complete passes have missed it."""
    from chengguo import demonstration

    located = [demonstration.located(source, platforms) for source in demonstration.sources(node)]
    outcomes = harvested(node, located, full=day > 1)
    if day > 1:
        changes = demonstration.changes(outcomes)
        outcomes = harvested(node, located, full=True)
        for name, count in demonstration.changes(outcomes).items():
            changes[name] += count
        told = ", ".join(f"{count:,} {name}" for name, count in changes.items())
        remarks().print(f"The provinces' second day: {told}.")
    return outcomes


def _require_startable(folder: Home, settings: Settings) -> None:
    """Before any work: nobody wants to learn after the harvest that the port is taken. Raises Occupied."""
    if (holder := locks.holder(folder.run / "serve.lock")) is not None:
        raise Occupied(
            f"A server is already running on {folder.root}: process {holder.pid}, {holder.note}. Give --once to harvest only."
        )
    webserver.require_free(settings.http)


def _say(folder: Home, settings: Settings, made: bool) -> None:
    out = remarks()
    out.print(f"{'Made' if made else 'Using'} the demonstration's home {folder.root} (everything in it is fictional)")
    base, here = settings.site.base_url, webserver.url(settings.http).rstrip("/")
    if not made and base != here:
        out.print(
            f"Permanent addresses stay {base}/id/..., as decided when this home was made; the portal is at {here}/"
        )


def _ready(url: str) -> None:
    out = remarks()
    out.print()
    out.print(f"[bold green]The portal is ready:[/] [bold]{url}[/]")
    out.print(f"  search {url}search   API {url}api/v1/openapi.json   SPARQL {url}sparql")
    out.print("  Ctrl-C stops everything; run it again to see what the provinces corrected and deleted.")
