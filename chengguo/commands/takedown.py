"""`chengguo takedown IRI... | list | lift`: records withdrawn at once and kept from coming back, and what undoes it."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from chengguo.commands.defaulting import Defaulting
from chengguo.commands.options import HomeOption, JsonOption, YesOption, asked, iris_of, opened
from chengguo.errors import ChengguoError
from chengguo.node import Node
from chengguo.terminal import agree, print_json, remarks, results
from federation.push import judge_again
from federation.takedowns import Standing, Takedown, reason_code
from vocab.codes import concept

Records = Annotated[
    list[str],
    typer.Argument(metavar="IRI", help="Addresses of records: the permanent one, the page, or any other of ours."),
]
Officer = Annotated[
    str, typer.Option("--officer", "--by", metavar="NAME", help="Who decided it: kept, not public.", show_default=False)
]
Note = Annotated[
    str, typer.Option("--note", metavar="TEXT", help="What else is to be kept of it: not public.", show_default=False)
]

app = typer.Typer(
    cls=Defaulting.to("now"),
    help="Taking records down: at once and for good, until somebody lifts it. `takedown IRI` is `takedown now IRI`.",
    no_args_is_help=True,
)


class Lifted(msgspec.Struct, frozen=True):
    """What became of a record whose take-down was lifted. `judged`: it was kept, and judged again at once."""

    iri: str
    source: str
    judged: bool
    state: str
    reason: str


@app.command()
def now(
    records: Records,
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            metavar="CODE",
            help="Why, as a notation or a name of the list CL-22: public.",
            show_default=False,
        ),
    ],
    officer: Officer,
    note: Note = "",
    purge: Annotated[
        bool, typer.Option("--purge", help="Destroy what is kept of them too; also later, of what is down already.")
    ] = False,
    hidden: Annotated[
        bool, typer.Option("--hidden", help="Also records that are not public: they are kept from becoming it.")
    ] = False,
    yes: YesOption = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Take records down: gone from everything at once, and kept from coming back under another key or from another source.

    All of them or, when one is refused, none. What is kept of them stays in the ledger, unless --purge destroys it.
    """
    with asked(), Node(*opened(home)) as node:
        desk, code = node.ledger.desk, reason_code(reason)
        chosen = [desk.standing(iri) for iri in iris_of(node, records)]
        if wrong := [said for one in chosen if (said := _refusal(one, purge=purge, hidden=hidden))]:
            raise ChengguoError("\n".join([*wrong, "Nothing was done."]))
        for line in _plan(node, chosen, code, purge):
            remarks().print(line, soft_wrap=True)
        agree(f"Take {len(chosen):,} down?" if not purge else f"Take {len(chosen):,} down and destroy them?", yes)
        iris = [one.iri for one in chosen]
        desk.take_down(iris, code, officer=officer, note=note, purge=purge)
        done = [down for iri in iris if (down := desk.standing(iri).down)]
    if json:
        print_json(done)
        return
    for down in done:
        results().print(f"{'Destroyed' if purge else 'Taken down'}: {escape(down.iri)}", soft_wrap=True)
    remarks().print(
        "Pages, interfaces, feeds and dumps are without it now; search and graph follow within seconds while chengguo serve "
        "runs, else with: chengguo project"
    )


@app.command("list")
def list_takedowns(home: HomeOption = None, json: JsonOption = False) -> None:
    """List every take-down, the newest first: who decided it, when and why, what was destroyed, what was lifted."""
    with Node(*opened(home)) as node:
        found = node.ledger.desk.takedowns()
    if json:
        print_json(found)
        return
    if not found:
        remarks().print("Nothing was taken down yet.")
    for one in found:
        for line in _story(one):
            results().print(line, soft_wrap=True)


@app.command()
def lift(
    records: Records,
    officer: Officer,
    note: Note = "",
    yes: YesOption = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Lift take-downs: the records are judged again, and published where nothing else speaks against it."""
    with asked(), Node(*opened(home)) as node:
        desk = node.ledger.desk
        chosen = [desk.standing(iri) for iri in iris_of(node, records)]
        if wrong := [f"{one.iri} is not taken down." for one in chosen if one.down is None]:
            raise ChengguoError("\n".join([*wrong, "`chengguo takedown list` shows what is. Nothing was done."]))
        agree(f"Let {len(chosen):,} come back?", yes)
        done = [_judged(node, desk.lift(one.iri, officer=officer, note=note)) for one in chosen]
    if json:
        print_json(done)
        return
    for one in done:
        results().print(_told(one), soft_wrap=True)


def _refusal(one: Standing, *, purge: bool, hidden: bool) -> str | None:
    """Why a record cannot be taken down so, and what to do."""
    if one.down is not None and not (purge and one.down.destroyed is None):
        ordered = one.down.ordered
        more = "" if one.down.destroyed else "; --purge destroys what is kept of it"
        return (
            f"{one.iri} is down since {_minute(ordered.at)}, decided by {ordered.officer}{more}. "
            "`chengguo takedown lift` lets it come back."
        )
    if one.state != "published" and one.down is None and not hidden:
        why = f"{one.state}, {one.reason}" if one.reason else one.state
        return f"{one.iri} is not public ({why}). To keep it from becoming public all the same: --hidden"
    return None


def _plan(node: Node, chosen: Sequence[Standing], code: str, purge: bool) -> Iterator[str]:
    """What is about to happen, and what is not meant by it."""
    public = node.ledger.records([one.iri for one in chosen])
    for one in chosen:
        record = public.get(one.iri)
        title = escape(record.record.title.zh) if record else f"not public: {one.state}"
        yield f"[bold]{title}[/] {escape(one.iri)} of {one.source}"
        if others := [iri for iri in (record.same_as if record else ()) if iri not in public]:
            yield f"    The same achievement stays public as: {escape(', '.join(others))}"
    if any(one.down is None for one in chosen):
        yield f"The public is told the reason “{_reason(code)}” and no content."
    yield (
        "Every version and the raw record will be destroyed; that cannot be undone."
        if purge
        else "Every version and the raw record stay in the ledger, where nothing public reads; --purge destroys them."
    )


def _judged(node: Node, one: Standing) -> Lifted:
    """By its source's rules of today; without them, or without its raw record, it waits for the next harvest."""
    judged = False
    if one.source in node.registry.sources:
        source = node.source(one.source)
        judged = bool(judge_again(source, [one.key], node.ledger, node.mappings(source), node.pipeline))
    after = node.ledger.desk.standing(one.iri)
    return Lifted(one.iri, one.source, judged, after.state, after.reason)


def _told(one: Lifted) -> str:
    if not one.judged:
        return f"{escape(one.iri)}: lifted; nothing is kept of it. It comes with: chengguo harvest {one.source} --full"
    if one.reason == "suppressed":
        return (
            f"{escape(one.iri)}: lifted, but another record with the same numbers is down; see chengguo takedown list"
        )
    reason = f" ({one.reason})" if one.reason else ""
    return f"{escape(one.iri)}: lifted, and now {one.state}{reason}"


def _story(one: Takedown) -> Iterator[str]:
    yield f"[bold]{escape(one.iri)}[/] {one.reason} {_reason(one.reason)}"
    for what, deed in (("taken down", one.ordered), ("destroyed", one.destroyed), ("lifted", one.lifted)):
        if deed is not None:
            note = f": {deed.note}" if deed.note else ""
            yield f"    {_minute(deed.at)} {what} by {escape(deed.officer + note)}"


def _reason(code: str) -> str:
    known = concept(code)
    return known.zh if known else code


def _minute(rfc3339: str) -> str:
    return rfc3339[:16].replace("T", " ")
