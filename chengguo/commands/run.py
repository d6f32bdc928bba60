"""`chengguo run list | show`: what runs did, and what one that waits would do."""

from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from chengguo.commands.harvest import words
from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.errors import ChengguoError
from chengguo.node import Node
from chengguo.terminal import print_json, results, table
from federation.errors import ConfigurationError
from federation.runs import GuardReport
from federation.views import Run, RunStatus
from federation.workbench.held import Affected, HeldDiff, held_diff


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """A run in full. `held` only while it waits and its source's files can be read."""

    run: Run
    guard: GuardReport
    traceback: str = ""
    held: HeldDiff | None = None


def list_runs(
    source: Annotated[
        str | None, typer.Argument(metavar="ID", help="The source; all when not given.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 20,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """List the latest runs."""
    with Node(*opened(home)) as node:
        node.ledger.run_book.reap()
        runs = node.ledger.run_book.of(source, limit)
    if json:
        print_json(runs)
        return
    rows = [(run.id, run.source, run.mode, run.status.value, _minute(run.started), words(run.counts)) for run in runs]
    results().print(table(("#run", "source", "mode", "status", "started", "counts"), rows))


def show_run(
    number: Annotated[int, typer.Argument(metavar="RUN", help="The run's number.")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Show one run: counts, message, traceback, and what it would do when it waits for a person."""
    with Node(*opened(home)) as node:
        told = _told(node, number)
    if json:
        print_json(told)
        return
    for line in _lines(told):
        results().print(line)


def _told(node: Node, number: int) -> Told:
    book = node.ledger.run_book
    run = book.get(number)
    if run is None:
        raise ChengguoError(f"there is no run {number}; `chengguo run list` shows the latest.")
    return Told(run, book.guard(number), book.traceback(number), _held(node, run))


def _held(node: Node, run: Run) -> HeldDiff | None:
    if run.status is not RunStatus.HELD:
        return None
    try:
        source = node.source(run.source)
    except (ChengguoError, ConfigurationError):  # what it would do depends on files that are wrong now
        return None
    return held_diff(run.id, source, node.ledger, node.mappings(source), node.pipeline)


def _lines(told: Told) -> Iterator[str]:
    run, held = told.run, told.held
    whole = "complete" if run.complete else "not complete"
    cause = f" ({run.cause.value})" if run.cause else ""
    yield f"[bold]Run {run.id}[/] of {run.source}: {run.status.value}{cause}, {run.mode}, {whole}"
    yield f"{_minute(run.started)} to {_minute(run.ended) if run.ended else 'now'}: {run.counts.seen:,} seen, {words(run.counts)}"
    if run.message:
        yield escape(run.message)
    if held is not None:
        yield from _section(f"{held.missing:,} would be withdrawn: the source no longer lists them", held.withdraw)
        yield from _section(f"{held.staged:,} would change", held.change)
        yield from _rekeyed(run.id, held)
    if told.traceback:
        yield escape(told.traceback)


def _rekeyed(run: int, held: HeldDiff) -> Iterator[str]:
    if held.moves:
        yield f"[bold]{held.moves:,} are there again under another key[/]; the first {len(held.rekeyed)}:"
        yield from (f"  {escape(one.old)} came again as {escape(one.new)}" for one in held.rekeyed)
        yield f"They keep their addresses with: chengguo harvest --accept {run} --rekey"
    if held.unclear:
        yield "[bold]There again, but nobody can say which is which[/]; they are left as they are. The first ones:"
        yield from (f"  {escape(', '.join(one.old))} or {escape(', '.join(one.new))}" for one in held.unclear)


def _section(title: str, affected: tuple[Affected, ...]) -> Iterator[str]:
    if not affected:
        return
    yield f"[bold]{title}[/]; the first {len(affected)}:"
    for one in affected:
        gone = " [red]would be withdrawn[/]" if not one.diff else ""
        yield f"  {escape(one.identifier)} {escape(one.title)}{gone}"
        for change in one.diff:
            yield f"    {change.field}: [red]{escape(change.before or '')}[/] -> [green]{escape(change.after or '')}[/]"


def _minute(rfc3339: str) -> str:
    return rfc3339[:16].replace("T", " ")
