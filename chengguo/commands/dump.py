"""`chengguo dump DIR`: every public record as files."""

from pathlib import Path
from typing import Annotated

import typer

from chengguo import dumps
from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.dumps import Compression
from chengguo.node import Node
from chengguo.progress import meter
from chengguo.terminal import print_json, results
from vocab.rdf import nquads


def dump(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the files; made when it is missing.")],
    compression: Annotated[Compression, typer.Option(help="How the files are compressed.")] = Compression.ZSTD,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Write JSON Lines and N-Quads with SHA-256 checksums. The old files stay until the new ones are whole."""
    with Node(*opened(home)) as node, meter("dump") as shown:
        namespaces, total = node.namespaces, sum(node.ledger.counts().values())
        formats: dict[str, dumps.Format] = {"jsonl": dumps.json_line, "nq": lambda public: nquads([public], namespaces)}
        written = 0

        def moved(count: int) -> None:
            nonlocal written
            written += count
            shown.at("records", written, total)

        made = dumps.write(node.ledger, folder, formats, compression, moved)
        shown.end("records", written)
    if json:
        print_json(made)
        return
    for file in made.files:
        results().print(f"{folder / file.name}: {file.bytes:,} bytes")
    results().print(f"{made.records:,} records as of seq {made.seq}; checksums in {folder / dumps.CHECKSUMS}")
