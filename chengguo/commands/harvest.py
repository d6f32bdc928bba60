"""`chengguo harvest`: read sources into the ledger."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape

from chengguo import projecting
from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.errors import ChengguoError
from chengguo.harvesting import Outcome, Pool, Report, Work
from chengguo.node import NO_SOURCES, Node
from chengguo.progress import meter
from chengguo.terminal import print_json, remarks, results, table
from federation import harvest as federation
from federation.source import Source
from federation.views import Run, RunCounts

IdsArgument = Annotated[list[str] | None, typer.Argument(metavar="ID", help="Sources to harvest.", show_default=False)]


def harvest(
    ids: IdsArgument = None,
    every: Annotated[bool, typer.Option("--all", help="Harvest every source.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Read everything again, not only what changed since.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and write nothing.")] = False,
    accept: Annotated[
        int | None,
        typer.Option("--accept", metavar="RUN", help="Apply what this held run had found.", show_default=False),
    ] = None,
    rekey: Annotated[
        bool, typer.Option("--rekey", help="With --accept: records under new keys keep their addresses.")
    ] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Harvest sources: by name, or all of them. One that fails stops no other."""
    chosen = ids or []
    if accept is not None and (chosen or every or full or dry_run):
        raise ChengguoError("--accept RUN goes alone: the run knows its source.")
    if rekey and accept is None:
        raise ChengguoError(
            "--rekey goes with --accept RUN: `chengguo run show RUN` tells whether its source was re-keyed."
        )
    if accept is None and bool(chosen) == every:
        raise ChengguoError("name the sources to harvest, or give --all (chengguo source list names them).")
    with Node(*opened(home)) as node:
        faults = node.registry.faults if every else {}
        if accept is not None:
            outcomes = [Outcome(*accepted(node, accept, rekey=rekey))]
        else:
            names = [name for name in node.registry.sources if name not in faults] if every else dict.fromkeys(chosen)
            sources = [node.source(name) for name in names]
            if not sources and not faults:
                remarks().print(NO_SOURCES)
            outcomes = harvested(node, sources, full=full, dry_run=dry_run)
            outcomes += [Outcome(name, error=str(error)) for name, error in faults.items()]
        told = projecting.asked_elsewhere(node.home) is not None
    if json:
        print_json(outcomes)
    else:
        results().print(summary(outcomes))
    explain(outcomes, projected=told or dry_run)
    if outcomes and not any(outcome.run for outcome in outcomes) and faults:
        raise typer.Exit(2)  # nothing could even be begun
    if not all(outcome.good for outcome in outcomes):
        raise typer.Exit(1)


def harvested(node: Node, sources: Sequence[Source], *, full: bool = False, dry_run: bool = False) -> list[Outcome]:
    """Harvest side by side, with progress."""
    works = [(source.id, one(node, source, full=full, dry_run=dry_run)) for source in sources]
    with meter("harvest") as shown:
        pool = Pool(
            node.settings.harvest.workers, lambda name, counts: shown.at(name, counts.seen, detail=words(counts))
        )

        def ended(outcome: Outcome) -> None:
            counts = outcome.run.counts if outcome.run else RunCounts()
            said = outcome.run.status.value if outcome.run else "failed"
            shown.end(outcome.source, counts.seen, detail=f"{said} {words(counts)}")

        return pool.run(works, ended)


def one(node: Node, source: Source, *, full: bool, dry_run: bool) -> Work:
    ledger = node.ledger  # opened here once, not by several threads at the same time

    def work(report: Report) -> Run:
        return federation.harvest(
            source,
            node.harvester(source),
            ledger,
            node.mappings(source),
            node.pipeline,
            full=full,
            dry_run=dry_run,
            progress=report,
            judges=node.judges,
        )

    return work


def accepted(node: Node, number: int, *, rekey: bool = False) -> tuple[str, Run]:
    held = node.ledger.run_book.held(number)
    source = node.source(held.source)
    run = federation.accept(number, source, node.ledger, node.mappings(source), node.pipeline, rekey=rekey)
    return source.id, run


def words(counts: RunCounts) -> str:
    """What is worth saying of a run, in a few words."""
    names = ("unchanged", "published", "changed", "withdrawn", "refused", "held", "rejected", "unreadable", "failed")
    return ", ".join(f"{number:,} {name}" for name in names if (number := getattr(counts, name)))


COUNTED = ("seen", "unchanged", "published", "changed", "withdrawn", "refused", "held", "rejected", "unreadable")


def summary(outcomes: Sequence[Outcome]) -> object:
    return table(("source", "status", *(f"#{name}" for name in COUNTED)), [_row(outcome) for outcome in outcomes])


def _row(outcome: Outcome) -> tuple[object, ...]:
    if outcome.run is None:
        return (outcome.source, "[red]failed[/]", *([""] * len(COUNTED)))
    colour = "green" if outcome.good else "red"
    numbers = (getattr(outcome.run.counts, name) for name in COUNTED)
    return (outcome.source, f"[{colour}]{outcome.run.status.value}[/]", *numbers)


def explain(outcomes: Sequence[Outcome], projected: bool) -> None:
    out = remarks()
    for outcome in outcomes:
        message = outcome.error or (outcome.run.message if outcome.run else "")
        if message:  # harvesters name their source already
            out.print(escape(message) if outcome.source in message else f"[bold]{outcome.source}[/]: {escape(message)}")
    if not projected and any(
        o.run and (o.run.counts.published or o.run.counts.changed or o.run.counts.withdrawn) for o in outcomes
    ):
        out.print(
            "Bring search and graph up to date with: chengguo project   (a running chengguo serve does so by itself)"
        )
