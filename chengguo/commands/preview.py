"""`chengguo source preview ID`: what would become of a source's records, live or kept. Writes nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.errors import ChengguoError
from chengguo.node import Node
from chengguo.progress import meter
from chengguo.terminal import print_json, remarks, results, table
from federation.errors import ConfigurationError
from federation.registry import read_source
from federation.source import Source
from federation.workbench import preview as live
from federation.workbench import rehearsal
from vocab.mapping import FieldMapping, MappingError, load

FIRST = 10  # records of the live source
MOST = 10_000
COLOURS = {
    "published": "green",
    "changed": "green",
    "unchanged": "dim",
    "refused": "red",
    "rejected": "red",
    "failed": "red",
}


def preview(
    source: Annotated[str, typer.Argument(metavar="ID", help="The source.")],
    mapping: Annotated[
        list[Path] | None,
        typer.Option("--mapping", metavar="FILE", help="A mapping not yet in force, over the kept records."),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="A source file not yet in force, over the kept records."),
    ] = None,
    kept: Annotated[
        bool, typer.Option("--kept", help="Compare the files on disk with what is published; no network.")
    ] = False,
    limit: Annotated[
        str | None,
        typer.Option(
            metavar="N|all", help="How many records: 10 of the live source, all kept ones.", show_default=False
        ),
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Show what would become of a source's records, field by field. Writes nothing.

    Reads the first records of the live source; or, with --mapping, --policy or --kept, the raw records that are kept.
    """
    count = _count(limit)
    with Node(*opened(home)) as node:
        if mapping or policy or kept:
            _show(_compared(node, source, mapping or (), policy, count), json)
            return
        if limit == "all" or (count or 0) > MOST:
            raise ChengguoError(
                f"--limit {limit}: at most {MOST:,} records of a live source; --kept reads all that are kept."
            )
        chosen = node.source(source)
        found = live.preview(
            chosen, node.harvester(chosen), node.ledger, node.mappings(chosen), node.pipeline, count or FIRST
        )
        if json:
            print_json(list(found))
            return
        for one in found:
            for line in _lines(one):
                results().print(line)


def _count(limit: str | None) -> int | None:
    if limit in (None, "all"):
        return None
    assert limit is not None
    if not limit.isascii() or not limit.isdigit() or int(limit[:12]) < 1:
        raise ChengguoError(f'--limit {limit!r} is not allowed; a number from 1, or "all".')
    return int(limit[:12])


def _compared(
    node: Node, name: str, drafts: Sequence[Path], policy: Path | None, limit: int | None
) -> rehearsal.Comparison:
    source = node.source(name)
    mappings = rehearsal.substituted(node.mappings(source), [_draft(path) for path in drafts])
    if policy is not None:
        source = _policy(policy, source)
    total = rehearsal.kept(node.ledger, name)
    with meter("preview") as shown:
        found = rehearsal.compare(
            source,
            node.ledger,
            mappings,
            node.pipeline,
            limit=limit,
            progress=lambda done: shown.at(name, done, total if limit is None else min(limit, total)),
            judges=node.judges,
        )
        shown.end(name, found.read)
    return found


def _draft(path: Path) -> FieldMapping:
    try:
        return load(path)
    except MappingError as error:
        raise ConfigurationError(str(error)) from error


def _policy(path: Path, source: Source) -> Source:
    """The rules of a source file not yet in force; the mappings stay those of the source."""
    draft = read_source(path)
    if draft.id != source.id:
        raise ConfigurationError(f"{path}: id: {draft.id!r} is another source; a draft keeps the id, {source.id!r}")
    return draft


def _show(found: rehearsal.Comparison, json: bool) -> None:
    if json:
        print_json(found)
        return
    out = results()
    out.print(f"{found.read:,} kept records read, {found.unchanged:,} judged by these very rules before.")
    if found.failed:
        remarks().print(f"[red]The platform failed at {found.failed:,} records.[/]")
    if found.moves:
        rows = [
            (m.kind, m.before, f"[{COLOURS.get(m.after, 'yellow')}]{m.after}[/]", m.reason, m.event, m.records)
            for m in found.moves
        ]
        out.print(table(("kind", "now", "then", "reason", "public event", "#records"), rows, "Outcomes"))
    if found.fields:
        counts = [(f.kind, f.field, f.added, f.changed, f.emptied) for f in found.fields]
        out.print(table(("kind", "field", "#added", "#changed", "#emptied"), counts, "Public fields"))
        for field in found.fields:
            for line in _examples(field):
                out.print(line)
    if found.problems:
        shifts = [(p.code, p.path, p.new, p.vanished) for p in found.problems]
        out.print(table(("problem", "field", "#new", "#vanished"), shifts, "Problems"))


def _examples(field: rehearsal.FieldChange) -> Iterator[str]:
    for example in field.examples:
        yield f"[bold]{escape(field.field)}[/] [dim]{escape(example.identifier)}[/]"
        yield from _difference(example.before, example.after, "")


def _lines(one: live.Preview) -> Iterator[str]:
    colour = COLOURS.get(one.outcome, "yellow")
    reason = f" ({one.reason})" if one.reason else ""
    yield f"[bold]{escape(one.identifier or 'withheld')}[/] {one.kind} [{colour}]{one.outcome}[/]{escape(reason)}"
    for problem in one.problems:
        yield f"    {problem.severity.value} {escape(problem.path)}: {escape(problem.message)}"
    for change in one.diff:
        yield from _difference(change.before, change.after, f"{change.field}: ")


def _difference(before: str | None, after: str | None, name: str) -> Iterator[str]:
    if before is not None:
        yield f"  [red]- {escape(name + before)}[/]"
    if after is not None:
        yield f"  [green]+ {escape(name + after)}[/]"
