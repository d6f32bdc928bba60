"""`chengguo source coverage ID`: what of the kept raw records the mappings use, and what they could not make sense of."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape

from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.node import Node
from chengguo.progress import meter
from chengguo.terminal import print_json, results, table
from federation.workbench import coverage as workbench
from federation.workbench import rehearsal

ROWS = 40  # of each table; --json has them all


def coverage(
    source: Annotated[str, typer.Argument(metavar="ID", help="The source.")],
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="How many kept records to read; all when not given.", show_default=False),
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Show which raw fields no mapping uses, which words no code list knows, what parsers could not read, and which
    fields of the standard are never filled. Asks nobody, writes nothing.
    """
    with Node(*opened(home)) as node, meter("coverage") as shown:
        chosen = node.source(source)
        mappings, total = node.mappings(chosen), rehearsal.kept(node.ledger, source)
        found = workbench.cover(
            chosen,
            node.ledger,
            mappings,
            node.pipeline,
            limit=limit,
            progress=lambda done: shown.at(source, done, min(limit or total, total)),
            judges=node.judges,
        )
        shown.end(source, found.read)
    if json:
        print_json(found)
        return
    _show(found)


def _show(found: workbench.Coverage) -> None:
    out = results()
    out.print(f"{found.read:,} kept records read.")
    unused = [(escape(u.path), u.records, escape(" | ".join(u.examples))) for u in found.unused]
    out.print(_table(("raw field", "#records", "such as"), unused, "No mapping reads"))
    unknown = [(u.field, u.scheme, escape(u.value), u.times, escape("; ".join(u.near))) for u in found.unknown]
    out.print(_table(("field", "code list", "value", "#times", "nearest"), unknown, "Words no code list knows"))
    failures = [(f.field, f.code, escape(f.shape), f.times, escape(f.example)) for f in found.failures]
    out.print(
        _table(("field", "problem", "shape", "#times", "such as"), failures, "Values that could not be read well")
    )
    never = [(f.kind, f.field, f.obligation) for f in found.never]
    out.print(_table(("kind", "field", "obligation"), never, "Fields never filled (M mandatory, R recommended)"))


def _table(columns: tuple[str, ...], rows: Sequence[tuple[object, ...]], title: str) -> object:
    if not rows:
        return f"{title}: none"
    more = f" (the first {ROWS} of {len(rows):,}; --json has all)" if len(rows) > ROWS else ""
    return table(columns, rows[:ROWS], f"{title}{more}")
