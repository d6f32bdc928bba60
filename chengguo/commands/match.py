"""`chengguo match`: which records of different sources are one achievement, and what a person says of it."""

import os
import time
from typing import Annotated

import msgspec
import structlog
import typer
from rich.markup import escape

from chengguo import locks
from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.errors import ChengguoError, Occupied
from chengguo.node import Node
from chengguo.progress import meter
from chengguo.terminal import print_json, remarks, results, table
from federation.errors import LedgerError, UnknownRecord
from federation.matching.book import Candidate, Counts
from federation.matching.evidence import Evidence
from federation.matching.grouping import Decision

One = Annotated[str, typer.Argument(metavar="A", help="IRI of a record, as the review shows it.", show_default=False)]
Other = Annotated[str, typer.Argument(metavar="B", help="IRI of the other record.", show_default=False)]
By = Annotated[
    str, typer.Option("--by", metavar="NAME", help="Who decides: kept with the decision.", show_default=False)
]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why, for those who come later.", show_default=False)]

POLL = 2.0  # seconds between two looks at the log
PATIENCE = 60.0  # longest pause after failures
GENTLE = 10  # niceness of the one who follows: serving, harvesting and projecting go first

log = structlog.get_logger("chengguo.match")

app = typer.Typer(help="Records of different sources that are one achievement.")


@app.callback(invoke_without_command=True)
def match(
    context: typer.Context,
    follow: Annotated[bool, typer.Option("--follow", hidden=True, help="Follow until ended: what serve runs.")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Follow the change log to the present: merge what is sure, find what a person should look at. `serve` does so by itself."""
    if context.invoked_subcommand is not None:
        return
    with Node(*opened(home)) as node:
        if follow:
            following(node)
        counts = followed(node)
    if json:
        print_json(counts)
        return
    columns = ("#seq", "#behind", "#records", "#merged pairs", "#candidates", "#clusters")
    results().print(table(columns, [msgspec.structs.astuple(counts)]))


def following(node: Node) -> None:
    """Until interrupted. Raises Occupied."""
    with locks.held(node.home.run / "match.lock", "A matcher"):
        os.nice(GENTLE)
        failures = 0
        while True:
            try:
                node.ledger.matches.follow(patient=True)
                failures = 0
            except LedgerError as error:  # a full disk or a busy ledger: it goes on where it was
                failures += 1
                log.warning("match.failed", failures=failures, error=str(error))
            time.sleep(min(PATIENCE, POLL * 2 ** min(failures, 10)))
    raise Occupied("the matcher ended")


def followed(node: Node) -> Counts:
    with meter("match") as shown:
        done = 0

        def moved(count: int) -> None:
            nonlocal done
            done += count
            shown.at("match", done)

        counts = node.ledger.matches.follow(moved)
        shown.end("match", done)
    return counts


@app.command()
def review(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Pairs to show.")] = 50,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """List the pairs that nobody has decided yet, the surest first, with what speaks for them."""
    with Node(*opened(home)) as node:
        found = node.ledger.matches.candidates(limit)
        titles = {iri: r.record.title.zh for iri, r in node.ledger.records(_iris(found)).items()}
    if json:
        print_json(found)
        return
    if not found:
        remarks().print("Nothing waits for a decision.")
        return
    for pair in found:
        results().print(f"{pair.score:.3f}  {pair.reason}  {escape(_evidence(pair.evidence))}")
        for iri in (pair.one, pair.other):
            results().print(f"       {escape(titles.get(iri, ''))}  {escape(iri)}", soft_wrap=True)
    remarks().print("Decide with: chengguo match accept|reject A B --by NAME")


@app.command()
def accept(one: One, other: Other, by: By, why: Why = "", home: HomeOption = None, json: JsonOption = False) -> None:
    """Say that two records are one achievement."""
    _decide(one, other, True, by, why, home, json)


@app.command()
def reject(one: One, other: Other, by: By, why: Why = "", home: HomeOption = None, json: JsonOption = False) -> None:
    """Say that two records are different achievements: they are never put together again."""
    _decide(one, other, False, by, why, home, json)


@app.command()
def undo(one: One, other: Other, by: By, why: Why = "", home: HomeOption = None, json: JsonOption = False) -> None:
    """Take back what was said of a pair: the rules decide again."""
    _decide(one, other, None, by, why, home, json)


def _decide(one: str, other: str, same: bool | None, by: str, why: str, home: HomeOption, json: bool) -> None:
    with Node(*opened(home)) as node:
        try:
            decision = node.ledger.matches.decide(one, other, same=same, by=by, why=why)
        except (ValueError, UnknownRecord) as error:
            raise ChengguoError(str(error)) from error
    print_json(decision) if json else results().print(escape(_told(decision)), soft_wrap=True)


def _told(decision: Decision) -> str:
    words = {True: "are one achievement", False: "are different", None: "are for the rules to decide"}
    return f"{decision.one} and {decision.other} {words[decision.same]}, says {decision.by}."


def _iris(found: list[Candidate]) -> list[str]:
    return sorted({iri for pair in found for iri in (pair.one, pair.other)})


def _evidence(found: Evidence) -> str:
    shared = {
        "registration": (found.registration,),
        "patents": found.patents,
        "projects": found.projects,
        "organisations": found.organisations,
        "people": found.people,
    }
    told = [f"{name} {', '.join(values)}" for name, values in shared.items() if any(values)]
    years = [] if found.years is None else [f"{found.years} years apart"]
    marks = [] if found.marks else ["other numbers in the title"]
    return "; ".join([f"title {found.title:.2f}", *told, *years, *marks])
