"""`chengguo project`: bring search and graph up to the change log."""

import time
from collections import Counter
from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from chengguo import projecting
from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.errors import Occupied
from chengguo.node import Node
from chengguo.progress import meter
from chengguo.projecting import Requests, Task, Work
from chengguo.terminal import print_json, results, table
from federation.graph.base import GraphUnavailable
from federation.projector import OutputState

GRAPH_STARTS = 10  # seconds


class Output(StrEnum):
    SEARCH = "search"
    GRAPH = "graph"


def project(
    rebuild: Annotated[
        Output | None,
        typer.Option(help="Build this output again from nothing; the old one serves meanwhile.", show_default=False),
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", hidden=True, help="Follow until ended: what serve runs.")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Catch the outputs up with the change log. While `serve` runs, its projector is asked to."""
    with Node(*opened(home)) as node:
        if follow:
            following(node)
        task: Task = (
            "catch-up" if rebuild is None else "rebuild-search" if rebuild is Output.SEARCH else "rebuild-graph"
        )
        states = msgspec.json.decode(run(node, task), type=list[OutputState])
    if json:
        print_json(states)
    else:
        results().print(table(("output", "#seq", "#behind"), [(s.name, s.seq, s.behind) for s in states]))


def run(node: Node, task: Task) -> bytes:
    """The task's result, done here or by the projector that runs on this home."""
    if (elsewhere := projecting.asked_elsewhere(node.home)) is not None:
        return bytes(elsewhere.ask(task).result)
    with projecting.alone(node.home), node.outputs(served=False) as outputs, meter("project") as shown:
        counts: Counter[str] = Counter()

        def moved(name: str, count: int) -> None:
            counts[name] += count
            shown.at(name, counts[name])

        result = Work(node.ledger, outputs, node.statistics(outputs)).do(task, moved)
        for name, count in counts.items():
            shown.end(name, count)
        return result


def following(node: Node) -> None:
    """Until interrupted. Raises Occupied."""
    with projecting.alone(node.home), node.outputs(served=True) as outputs:
        _await_graph(node)
        Work(node.ledger, outputs, node.statistics(outputs)).follow(Requests(node.home))
    raise Occupied("the projector ended")


def _await_graph(node: Node) -> None:
    """The graph store is started at the same time as we are: give it a moment before its absence counts as a failure."""
    graph = node.graph_reader()
    for _ in range(GRAPH_STARTS * 10):
        try:
            graph.query("ASK {}", "application/sparql-results+json")
        except GraphUnavailable:
            time.sleep(0.1)
        else:
            return
