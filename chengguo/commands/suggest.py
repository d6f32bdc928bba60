"""`chengguo source suggest FILE|URL`: a source file and a mapping for a listing nobody knows yet."""

import re
import tomllib
from pathlib import Path, PurePosixPath
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
import typer
from rich.markup import escape

from chengguo.commands.options import JsonOption
from chengguo.errors import ChengguoError
from chengguo.terminal import print_json, remarks, results
from federation.workbench import suggest as workbench
from federation.workbench.sniff import sniff
from harvesters import HARVESTERS
from harvesters.base import Limits
from vocab.kinds import KINDS

IMPATIENT = Limits(retries=1, timeout=15.0)  # a person is waiting


class Field(msgspec.Struct, frozen=True):
    """A proposed field."""

    field: str
    path: str
    confidence: float
    evidence: tuple[str, ...]


class Proposed(msgspec.Struct, frozen=True):
    """What was proposed: the texts of the files, and the evidence by mapping."""

    id: str
    source: str
    mappings: dict[str, str]
    fields: dict[str, list[Field]]
    unknown: dict[str, list[str]]
    notes: tuple[str, ...]


def suggest(
    where: Annotated[
        str, typer.Argument(metavar="FILE|URL", help="The listing: a file of this machine or an address.")
    ],
    protocol: Annotated[
        str, typer.Option(metavar="P", help=f"How it is read: {', '.join(HARVESTERS)}; found out when not given.")
    ] = "",
    name: Annotated[str, typer.Option("--id", metavar="ID", help="Name of the source; made of the address else.")] = "",
    kind: Annotated[
        str, typer.Option(metavar="KIND", help=f"What its records are: {', '.join(KINDS)}; found out when not given.")
    ] = "",
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="NAME=VALUE", help="An option of the protocol, its value as TOML."),
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="The address may be private or of this machine.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Write sources/ID.toml and mappings/ID.toml there.", show_default=False
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Propose a source file and a mapping, with the evidence for each field, ready to edit.

    What may be published and under which licence is never guessed: it is left to fill in.
    """
    if kind and kind not in KINDS:
        raise ChengguoError(f"--kind {kind!r} is not allowed; {', '.join(KINDS)}.")
    if protocol and protocol not in HARVESTERS:
        raise ChengguoError(f"--protocol {protocol!r} is not allowed; {', '.join(HARVESTERS)}.")
    limits = msgspec.structs.replace(IMPATIENT, allow_private=allow_private)
    chosen = name or _name(where)
    found = sniff(where, chosen, limits, protocol, _options(option or []))
    made = workbench.suggest(found, chosen, limits, kind=kind or None)
    if out is not None:
        _write(out, made)
    if json:
        print_json(_proposed(made))
    elif out is None:
        _print(made)
    for note in made.notes:
        remarks().print(escape(note))


def _name(where: str) -> str:
    """A name of small letters out of an address or a file's name."""
    parts = urlsplit(where)
    text = parts.hostname if parts.scheme in ("http", "https") else PurePosixPath(where).stem
    return re.sub(r"[^a-z0-9]+", "-", (text or "").lower()).strip("-")[:40] or "new-source"


def _options(given: list[str]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for one in given:
        key, sign, value = one.partition("=")
        try:
            if not sign:
                raise ValueError("has no =")
            options |= tomllib.loads(f"{key} = {value}")
        except ValueError as error:
            raise ChengguoError(
                f"--option {one!r} is not NAME=VALUE with a value of TOML ({error}); such as size=50."
            ) from None
    return options


def _write(folder: Path, made: workbench.Suggested) -> None:
    files = {folder / "sources" / f"{made.id}.toml": made.source}
    files |= {folder / "mappings" / f"{each}.toml": text for each, text in made.mappings.items()}
    if there := [path for path in files if path.exists()]:
        raise ChengguoError(f"{there[0]} exists already and is not overwritten; choose another --id or --out.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for path in files:
        remarks().print(f"Wrote {escape(str(path))}")
    remarks().print(f"Next: fill in what is empty, then chengguo source check {made.id}")


def _print(made: workbench.Suggested) -> None:
    out = results()
    for path, text in {
        f"sources/{made.id}.toml": made.source,
        **{f"mappings/{n}.toml": t for n, t in made.mappings.items()},
    }.items():
        out.print(f"# ---- {path}", style="bold")
        out.print(text, markup=False, soft_wrap=True)


def _proposed(made: workbench.Suggested) -> Proposed:
    named = dict(zip(made.mappings, made.proposals, strict=True))
    return Proposed(
        made.id,
        made.source,
        made.mappings,
        {
            each: [Field(s.slot.key, s.column.path, round(s.confidence, 2), s.why) for s in one.suggestions]
            for each, one in named.items()
        },
        {each: [column.path for column in one.unknown] for each, one in named.items()},
        made.notes,
    )
