"""`chengguo offer`: technology offers for partners abroad: drafted, reviewed, taken back."""

import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.errors import ChengguoError
from chengguo.node import Node
from chengguo.terminal import print_json, remarks, results, table
from federation.errors import UnknownRecord
from federation.offers import Approval, Line, NotOffered, Seen
from vocab.offer import LONGEST, OfferText

PAGE = 500

Iri = Annotated[str, typer.Argument(metavar="IRI", help="The record's permanent address.", show_default=False)]
Officer = Annotated[str, typer.Option("--officer", metavar="NAME", help="Who decides.", show_default=False)]
Org = Annotated[str, typer.Option("--org", metavar="NAME", help="For which body.", show_default=False)]
Basis = Annotated[str, typer.Option("--basis", metavar="TEXT", help="What the decision rests on.", show_default=False)]

app = typer.Typer(help="Technology offers for partners abroad.", no_args_is_help=True)


class Draft(OfferText, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file: a text, and the mark of what it was written for (`Seen.content`)."""

    content: str

    def text(self) -> OfferText:
        return OfferText(self.title, self.summary, self.description, self.advantages, self.keywords)


class Offered(msgspec.Struct, frozen=True):
    """A record that was ever offered; `until` is empty when it is offered no longer."""

    number: int
    iri: str
    title: str
    until: str


@app.command()
def draft(iri: Iri, home: HomeOption = None) -> None:
    """Write what a record says of itself in English as a draft to work on (TOML, standard output)."""
    with Node(*opened(home)) as node:
        typer.echo(_draft(_seen(node, iri)), nl=False)


@app.command()
def approve(
    iri: Iri,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The text, as a draft has it.", show_default=False)],
    officer: Officer,
    org: Org,
    basis: Basis,
    translator: Annotated[
        str,
        typer.Option(
            "--translator",
            metavar="NAME",
            help="Who wrote or checked the English; not the officer.",
            show_default=False,
        ),
    ],
    screening: Annotated[
        str,
        typer.Option(
            "--screening", metavar="REF", help="Reference of the export screening that cleared it.", show_default=False
        ),
    ],
    until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Last day of the offer; that of its listing, or a year from now, when left out.",
            show_default=False,
        ),
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Offer a record with exactly this text. It is told until that day, or until what is public of the record changes."""
    draft = _read(file)
    approval = Approval(translator, officer, org, basis, screening)
    with Node(*opened(home)) as node:
        try:
            last = until.date() if until else None
            line = node.ledger.offers.approve(iri, draft.text(), approval, content=draft.content, until=last)
        except (NotOffered, UnknownRecord, ValueError) as error:
            raise ChengguoError(str(error)) from error
        shown = _offered(line)
    print_json(shown) if json else results().print(f"Offered until {shown.until}: {escape(shown.title)}")


@app.command()
def end(iri: Iri, officer: Officer, org: Org, basis: Basis, home: HomeOption = None) -> None:
    """Take an offer back. The record stays public."""
    with Node(*opened(home)) as node:
        try:
            node.ledger.offers.end(iri, officer=officer, org=org, basis=basis)
        except (UnknownRecord, ValueError) as error:
            raise ChengguoError(str(error)) from error
    results().print("It is offered no longer.")


@app.command("list")
def list_offers(home: HomeOption = None, json: JsonOption = False) -> None:
    """List what was ever offered, and until when it is."""
    with Node(*opened(home)) as node:
        found = [_offered(line) for line in _every(node)]
    if json:
        print_json(found)
    elif found:
        rows = [(str(one.number), one.until or "ended", escape(one.title), escape(one.iri)) for one in found]
        results().print(table(("#number", "until", "title", "record"), rows))
    else:
        remarks().print("Nothing was offered yet: chengguo offer draft IRI > offer.toml")


def _every(node: Node) -> Iterator[Line]:
    after = 0
    while lines := node.ledger.offers.lines(after, PAGE):
        yield from lines
        after = lines[-1].number


def _offered(line: Line) -> Offered:
    offer = line.offer
    return Offered(line.number, line.iri, offer.text.title if offer else "", offer.until if offer else "")


def _seen(node: Node, iri: str) -> Seen:
    try:
        return node.ledger.offers.seen(iri)
    except UnknownRecord as error:
        raise ChengguoError(str(error)) from error


def _read(file: Path) -> Draft:
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), Draft)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ChengguoError(f"{file}: {error}") from error


def _draft(seen: Seen) -> str:
    """What is said of the fields is what `vocab.offer` asks of them."""
    record = seen.record
    status = record.abstract.en_status or record.title.en_status or "nobody said whose"
    lines = [
        f"# {_toml(record.title.zh)}",
        f"# English at the source: {status}. No names of organisations or people, no addresses.",
        f"# Characters: title {LONGEST['title']}, summary {LONGEST['summary']}, description {LONGEST['description']} at most.",
        f"content = {_toml(seen.content)}",
        f"title = {_toml(record.title.en or '')}",
        f"summary = {_toml((record.abstract.en or '')[: LONGEST['summary']])}",
        f"description = {_toml(record.abstract.en or '')}",
        f"advantages = [{', '.join(map(_toml, record.highlights.en))}]",
        f"keywords = [{', '.join(map(_toml, record.keywords.en))}]",
    ]
    return "\n".join(lines) + "\n"


def _toml(text: str) -> str:
    """A basic string of TOML: JSON's strings are such, once DEL is escaped too."""
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")
