"""`chengguo review list | show | approve | refuse | refer`: records that wait for a secrecy review made here."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from chengguo.commands.options import HomeOption, JsonOption, YesOption, asked, iris_of, opened
from chengguo.errors import ChengguoError
from chengguo.node import Node
from chengguo.terminal import agree, print_json, remarks, results
from federation.desk import Waiting
from federation.docket import CHANGED, LOST, MARK, Case, Hearing, hearings, unheard
from federation.push import judge_again
from federation.workbench.preview import diff

MOST = 10_000

Records = Annotated[
    list[str],
    typer.Argument(metavar="IRI", help="Addresses of records, best with the mark that the list shows: IRI#MARK."),
]
Officer = Annotated[
    str, typer.Option("--officer", "--by", metavar="NAME", help="Who decides: kept, not public.", show_default=False)
]
Org = Annotated[str, typer.Option("--org", metavar="NAME", help="The body that reviewed: public.", show_default=False)]
Basis = Annotated[
    str,
    typer.Option(
        "--basis", "--reason", metavar="TEXT", help="What the decision rests on: kept, not public.", show_default=False
    ),
]

app = typer.Typer(help="Records that wait for a secrecy review: one by one, with who decided and on what basis.")


class Decided(msgspec.Struct, frozen=True):
    """What became of a record when it was judged again after the decision."""

    iri: str
    state: str
    reason: str


@app.command("list")
def list_waiting(
    source: Annotated[
        str | None, typer.Option("--source", metavar="ID", help="Of this source alone.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many, the longest waiting first.")] = 50,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """List what waits: since when and why, and whether an approval would publish it. Titles are those it would then have."""
    with Node(*opened(home)) as node:
        waiting = node.ledger.desk.waiting(source, MOST)
        found = _cases(node, waiting[:limit])
    if json:
        print_json(found)
        return
    if not found:
        remarks().print("Nothing waits for a review.")
        return
    for case in found:
        for line in _lines(case):
            results().print(line, soft_wrap=True)
    if len(waiting) > limit:
        remarks().print(f"{len(waiting) - limit:,} more wait: --limit {len(waiting)}")
    remarks().print("Read one: chengguo review show IRI   Decide: chengguo review approve|refuse|refer IRI#MARK ...")


@app.command()
def show(
    record: Annotated[str, typer.Argument(metavar="IRI", help="Address of a record that waits.", show_default=False)],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Show exactly what an approval would publish of a record, its problems, and what was decided of it before."""
    with asked(), Node(*opened(home)) as node:
        hearing = _hearing(node, node.ledger.desk.waits(*iris_of(node, [record])))
    if json:
        print_json(hearing)
        return
    for line in [*_lines(hearing.case), *_told(hearing)]:
        results().print(line, soft_wrap=True)


@app.command()
def approve(
    records: Records,
    officer: Officer,
    org: Org,
    basis: Basis,
    yes: YesOption = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Approve the publication of exactly what was shown. With --yes every record needs its mark.

    Ends with 1 when a record is not public afterwards, because something else keeps it.
    """
    decided = _decide("approve", records, officer, org, basis, yes, home)
    _print(decided, json)
    if any(one.state != "published" for one in decided):
        raise typer.Exit(1)


@app.command()
def refuse(
    records: Records,
    officer: Officer,
    org: Org,
    basis: Basis,
    yes: YesOption = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Refuse the publication of what the records say now. What they say later needs another review."""
    _print(_decide("refuse", records, officer, org, basis, yes, home), json)


@app.command()
def refer(
    records: Records,
    officer: Officer,
    org: Org,
    basis: Basis,
    yes: YesOption = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Write down that an authority was asked; name it, and by when, in --basis. The records go on waiting."""
    _print(_decide("refer", records, officer, org, basis, yes, home), json)


def _decide(
    decision: str, records: Sequence[str], officer: str, org: str, basis: str, yes: bool, home: HomeOption
) -> list[Decided]:
    if not (officer.strip() and org.strip() and basis.strip()):
        raise ChengguoError("a review names its officer, the body that reviewed, and its basis (E05)")
    with asked(), Node(*opened(home)) as node:
        desk = node.ledger.desk
        marks = {desk.waits(iri): address.partition("#")[2] for address in records for iri in iris_of(node, [address])}
        for one, mark in marks.items():
            _check(one, mark, needed=yes and decision == "approve")
        chosen = sorted(marks, key=_source)
        rules = {name: (source := node.source(name), node.mappings(source)) for name in map(_source, chosen)}
        if not yes:
            for case in _cases(node, chosen):
                for line in _lines(case):
                    remarks().print(line, soft_wrap=True)
            agree(f"{decision.capitalize()} {len(chosen):,}, as {officer} of {org}?", yes)
        for one in chosen:
            desk.decide(one, decision, officer=officer, org=org, basis=basis)
        for name, some in groupby(chosen, key=_source):
            source, mappings = rules[name]
            judge_again(source, [one.key for one in some], node.ledger, mappings, node.pipeline)
        after = [desk.standing(one.iri) for one in chosen]
    return [Decided(one.iri, one.state, one.reason) for one in after]


def _check(one: Waiting, mark: str, *, needed: bool) -> None:
    """That what is decided is what was looked at. Raises ChengguoError."""
    if not mark and not needed:
        return
    if len(mark) < MARK or not one.content.startswith(mark):
        why = (
            f"has changed since it had the mark {mark!r}" if mark else "needs the mark of what was looked at (IRI#MARK)"
        )
        raise ChengguoError(
            f"{one.iri} {why}: look at it again with `chengguo review show {one.iri}`. Nothing was done."
        )


def _cases(node: Node, waiting: Sequence[Waiting]) -> list[Case]:
    found: dict[str, Case] = {one.iri: unheard(one) for one in waiting}
    for name, some in groupby(sorted(waiting, key=_source), key=_source):
        if name in node.registry.sources:
            found.update((one.case.iri, one.case) for one in _heard(node, name, list(some)))
    return list(found.values())


def _hearing(node: Node, waiting: Waiting) -> Hearing:
    return next(_heard(node, waiting.source, [waiting]))


def _heard(node: Node, name: str, waiting: Sequence[Waiting]) -> Iterator[Hearing]:
    source = node.source(name)
    return hearings(waiting, source, node.ledger, node.mappings(source), node.pipeline)


def _source(one: Waiting) -> str:
    return one.source


def _lines(case: Case) -> Iterator[str]:
    since = case.since[:16].replace("T", " ")
    yield f"{since}  {escape(case.source)}  [yellow]{case.reason}[/]  [bold]{escape(case.title or case.identifier)}[/]"
    yield f"    {escape(case.iri)}#{case.mark}"
    if case.then == CHANGED:
        yield f"    its mapping or policy has changed since it was judged: chengguo remap {escape(case.source)}"
    elif case.then == LOST:
        yield "    nothing is kept to judge: its source has no file any more, or has to be harvested again"
    elif case.then != "published":
        yield f"    an approval alone does not publish it: it would be {case.then} ({case.still})"


def _told(hearing: Hearing) -> Iterator[str]:
    for field in diff(None, hearing.record):
        yield f"  [green]+ {escape(f'{field.field}: {field.after}')}[/]"
    for problem in hearing.problems:
        yield f"  {problem.severity.value} {escape(problem.path)}: {escape(problem.message)}"
    for one in hearing.decided:
        earlier = "" if one.of_this_content else ", of another content"
        yield f"  {one.at[:16].replace('T', ' ')} {one.decision}{earlier}: {escape(f'{one.officer}, {one.org}: {one.basis}')}"


def _print(decided: Sequence[Decided], json: bool) -> None:
    if json:
        print_json(decided)
        return
    for one in decided:
        reason = f" ({one.reason})" if one.reason else ""
        results().print(f"{escape(one.iri)}: {one.state}{reason}", soft_wrap=True)
