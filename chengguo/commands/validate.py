"""`chengguo validate FILE`: what would become of the rows of a file by the standard, without a node."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from chengguo.commands.options import JsonOption
from chengguo.errors import ChengguoError
from chengguo.terminal import print_json, remarks, results, table
from publish.languages import Lang
from vocab.kinds import KINDS

if TYPE_CHECKING:
    from publish.standard.told import CheckAnswer

SHOWN = 20  # lines of the summary


def validate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, TSV, Excel, JSON or JSON Lines.")],
    kind: Annotated[
        str, typer.Option(metavar="KIND", help=f"What its records are: {', '.join(KINDS)}; by its headings else.")
    ] = "",
    lang: Annotated[Lang, typer.Option(help="Language of the answer.")] = Lang.ZH,
    rows: Annotated[int, typer.Option(metavar="N", min=1, help="Rows that are looked at.")] = 1_000_000,
    json: JsonOption = False,
) -> None:
    """Check a file against the unified publication standard. Nothing is stored, and no node is needed.

    Exit code 1 when a row could not be published. Which rows could be is what the rules say and no promise.
    """
    from federation.checking import check  # here, because every command would wait for the readers of spreadsheets
    from publish.standard.told import told

    if kind and kind not in KINDS:
        raise ChengguoError(f"--kind {kind!r} is not allowed; {', '.join(KINDS)}.")
    if not file.is_file():
        raise ChengguoError(f"{file}: there is no such file.")
    with file.open("rb") as opened:
        report = check(opened, today=datetime.now(UTC).date(), max_rows=rows, name=file.name, kind=kind or None)
    answer = told(report, lang, "")
    if json:
        print_json(answer)
    else:
        _print(answer)
    if answer.publishable < answer.rows:
        raise typer.Exit(1)


def _print(answer: "CheckAnswer") -> None:
    out = results()
    kinds = ", ".join(f"{name} {count:,}" for name, count in answer.kinds.items())
    out.print(f"{answer.form}, {answer.rows:,} rows ({kinds}), standard {answer.version}", markup=False)
    out.print(f"could be published: {answer.publishable:,} of {answer.rows:,}", style="bold")
    if answer.missing:
        out.print(f"columns without which no row can be published: {'、'.join(answer.missing)}", markup=False)
    for one in answer.unknown:
        out.print(f"not read: {one.heading}" + (f" (write {one.proposal})" if one.proposal else ""), markup=False)
    if answer.summary:
        lines = [
            (
                one.severity,
                escape(one.name),
                escape(one.wrong),
                one.rows,
                ", ".join(map(str, one.first)),
                escape(one.mend),
            )
            for one in answer.summary[:SHOWN]
        ]
        out.print(table(("", "field", "what is wrong", "#rows", "in rows", "what mends it"), lines))
    if len(answer.summary) > SHOWN:
        remarks().print(f"{len(answer.summary) - SHOWN} more; all of them with --json")
