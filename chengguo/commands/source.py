"""`chengguo source list | check`: the configured listings, and what is wrong with their files."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.errors import UnknownSource
from chengguo.node import NO_SOURCES, Node
from chengguo.settings import nearest
from chengguo.terminal import print_json, remarks, results, table
from federation.errors import ConfigurationError
from federation.registry import read_registry, read_source
from federation.source import Source
from harvesters.base import HarvestError, Unreadable


class Listed(msgspec.Struct, frozen=True):
    """A source and how it is doing."""

    id: str
    title: str
    protocol: str
    url: str
    schedule: str
    published: int
    last_run: str
    last_success: str | None


class Checked(msgspec.Struct, frozen=True):
    """What is wrong with a source; empty when nothing is."""

    id: str
    problem: str = ""


def list_sources(home: HomeOption = None, json: JsonOption = False) -> None:
    """List the sources and how their last harvests ended."""
    with Node(*opened(home)) as node:
        found = [_listed(node, source) for source in node.registry.sources.values()]
    if json:
        print_json(found)
        return
    if not found:
        remarks().print(NO_SOURCES)
        return
    columns = ("id", "title", "protocol", "schedule", "#published", "last run", "last success")
    rows = [
        (s.id, s.title, s.protocol, s.schedule or "by hand", s.published, s.last_run, s.last_success or "never")
        for s in found
    ]
    results().print(table(columns, rows))


def check(
    source: Annotated[
        str | None, typer.Argument(metavar="ID", help="The source; all when not given.", show_default=False)
    ] = None,
    connect: Annotated[bool, typer.Option("--connect", help="Also ask each source for its first record.")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Check source and mapping files. Ends with 2 when one is wrong, with 1 when a source does not answer."""
    folder, settings = opened(home)
    with Node(folder, settings) as node:
        wrong = [c for path in _files(folder.sources, source) if (c := _file_checked(path)).problem]
        if not wrong:  # the mapping files, and both kinds against each other; raises for the first
            read_registry(folder.root)
        checked = wrong or [_built(node, s, connect) for s in node.registry.sources.values() if source in (None, s.id)]
    if json:
        print_json(checked)
    else:
        if not checked:
            remarks().print(NO_SOURCES)
        for one in checked:
            results().print(f"[red]{one.id}[/]: {escape(one.problem)}" if one.problem else f"[green]{one.id}[/]: good")
    if any(one.problem for one in checked):
        raise typer.Exit(2 if wrong or not connect else 1)


def _listed(node: Node, source: Source) -> Listed:
    state = node.ledger.source(source.id)
    run = state.last_run
    return Listed(
        source.id,
        source.title.zh,
        source.protocol,
        source.url,
        source.schedule,
        sum(state.published.values()),
        run.status.value if run else "never",
        state.last_success,
    )


def _files(folder: Path, chosen: str | None) -> list[Path]:
    files = {path.stem: path for path in sorted(folder.glob("*.toml"))}
    if chosen is None:
        return list(files.values())
    if chosen not in files:
        raise UnknownSource(f'there is no source "{chosen}" in {folder}. {nearest(chosen, files)}')
    return [files[chosen]]


def _file_checked(path: Path) -> Checked:
    try:
        read_source(path)
    except ConfigurationError as error:
        return Checked(path.stem, str(error))
    return Checked(path.stem)


def _built(node: Node, source: Source, connect: bool) -> Checked:
    try:
        harvester = node.harvester(source)
        if connect:
            first = next(iter(harvester.records()), None)
            if first is None:
                return Checked(source.id, "it answers, and lists nothing")
            if isinstance(first, Unreadable):
                return Checked(source.id, f"its first record cannot be read: {first.reason}")
    except HarvestError as error:
        return Checked(source.id, str(error))
    return Checked(source.id)
