"""`chengguo dump`: every public record as files."""

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from chengguo import dumping
from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.dumping import Keeper, Maker
from chengguo.errors import ChengguoError
from chengguo.node import Node
from chengguo.progress import Meter, meter
from chengguo.terminal import print_json, results
from publish.dumps.manifest import CHECKSUMS, FORMATS, Compression, Dump

GENTLE = 10  # niceness of the one who follows: serving, harvesting and projecting go first


def dump(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]",
            help="Folder for the files; made when it is missing. Without one: where the portal offers them at /dumps/.",
            show_default=False,
        ),
    ] = None,
    compression: Annotated[
        Compression | None, typer.Option(help="How the files are compressed, instead of the settings'.")
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", help=f"One of {', '.join(FORMATS)}; may be repeated. All the settings name, else."),
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", hidden=True, help="Follow until ended: what serve runs.")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Write all public records as JSON Lines, CSV, XLSX, N-Quads and Turtle, with SHA-256 checksums.

    The old files stay until the new ones are whole. Dumps at /dumps/ that a record was withdrawn from are taken away.
    """
    with Node(*opened(home)) as node:
        settings = node.settings.dumps
        if unknown := set(formats or ()) - set(FORMATS):
            raise ChengguoError(f"--format {min(unknown)}: allowed are {', '.join(FORMATS)}")
        chosen = {
            "formats": tuple(formats or settings.formats),
            "compression": (compression or Compression(settings.compression)).value,
        }
        settings = msgspec.structs.replace(settings, **chosen)
        maker = Maker(node.home, node.ledger, node.namespaces, settings)
        if follow:
            os.nice(GENTLE)
            dumping.follow(Keeper(maker, settings, node.home.run / "dumps.json"))
        with meter("dump") as shown:
            moved = _counted(shown, sum(node.ledger.counts().values()))
            if folder is None:
                kept = maker.make(moved)
                folder, made = kept.folder, kept.dump
            else:
                made = maker.make_in(folder, moved)
            shown.end("records", made.records)
    print_json(made) if json else _tell(folder, made)


def _counted(shown: Meter, total: int) -> dumping.Moved:
    written = 0

    def moved(count: int) -> None:
        nonlocal written
        written += count
        shown.at("records", written, total)

    return moved


def _tell(folder: Path, made: Dump) -> None:
    for file in made.files:
        results().print(f"{folder / file.name}: {file.bytes:,} bytes")
    results().print(f"{made.records:,} records as of seq {made.seq}; checksums in {folder / CHECKSUMS}")
