"""`chengguo version remove | list`: past versions of a record that stays public."""

from typing import Annotated

import typer
from rich.markup import escape

from chengguo.commands.options import HomeOption, JsonOption, YesOption, opened
from chengguo.errors import ChengguoError
from chengguo.node import Node
from chengguo.terminal import agree, print_json, remarks, results, table
from federation.removal import Removal, removals, remove_version

app = typer.Typer(help="Past versions of records: removing one, and which were removed.", no_args_is_help=True)


@app.command()
def remove(
    iri: Annotated[str, typer.Argument(metavar="IRI", help="The record's address.")],
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The version's number, as its address ends.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, as a notation or a name of the list CL-22: public.")],
    officer: Annotated[str, typer.Option("--officer", help="Who decided it: kept, not public.")],
    note: Annotated[str, typer.Option("--note", help="What else is to be kept of it: not public.")] = "",
    yes: YesOption = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Destroy a past version of a record, and those that say the same. Their addresses answer 410 from then on.

    The present version cannot be removed: it is corrected at its source.
    """
    with Node(*opened(home)) as node:
        agree(f"Destroy version {number} of {iri}? It cannot be brought back.", yes)
        try:
            removed = remove_version(node.ledger.database, iri, number, reason, officer=officer, note=note)
        except ValueError as error:
            raise ChengguoError(str(error)) from error
    print_json(removed) if json else results().print(f"Removed: {', '.join(map(_address, removed))}", soft_wrap=True)


@app.command("list")
def list_removed(home: HomeOption = None, json: JsonOption = False) -> None:
    """List the versions that were removed, with who decided it and why."""
    with Node(*opened(home)) as node:
        found = removals(node.ledger.database)
    if json:
        print_json(found)
        return
    if not found:
        remarks().print("No version was removed.")
        return
    columns = ("version", "reason", "officer", "note", "removed")
    results().print(table(columns, [_row(one) for one in found]))


def _address(one: Removal) -> str:
    return f"{one.iri}/version/{one.version}"


def _row(one: Removal) -> tuple[str, ...]:
    return (_address(one), one.reason, escape(one.officer), escape(one.note), one.at[:16].replace("T", " "))
