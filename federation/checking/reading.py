"""The rows of a file that somebody hands in to be checked: tables by the headings of the standard, or JSON."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import chain, islice
from typing import IO

import msgspec

from federation.checking import headings
from federation.checking.headings import Headings
from federation.errors import UnreadableFile
from harvesters import delimited, workbook
from harvesters.base import Limits
from harvesters.charset import detect
from harvesters.delimited import Row as Cells
from harvesters.form import Found, form_of
from harvesters.json_text import Malformed, encode, wellformed
from vocab.kinds import KINDS
from vocab.standard.columns import columns
from vocab.standard.json_schema import required
from vocab.tree import Tree

FORMS = ("csv", "tsv", "xlsx", "xls", "json", "jsonl")  # that are read
TOP = 12  # rows in which the headings are looked for
LONGEST_LINE = 1 << 20  # bytes of a line of JSON Lines
WHERE = "the file"


class Row(msgspec.Struct, frozen=True):
    """A row: its `number` in the file from 1, its `kind`, and its body as JSON; `fault`: why it cannot be read."""

    number: int
    kind: str
    body: bytes = b""
    fault: str = ""
    unknown: tuple[str, ...] = ()  # keys of an object that are none of the standard


class Sheet(msgspec.Struct, frozen=True):
    """An opened file. `headings` are those of a table; None for JSON, whose objects say each for themselves."""

    form: str
    rows: Iterator[Row]
    headings: Headings | None = None


@contextmanager
def opened(file: IO[bytes], name: str, media_type: str, kind: str | None, limits: Limits) -> Iterator[Sheet]:
    """The file, whatever it is; `kind` when its sender says it. Raises UnreadableFile, HarvestError."""
    form = form_of(Found(file, name, media_type, "", WHERE), "auto", limits)
    kinds = (kind,) if kind else tuple(KINDS)
    with ExitStack() as stack:
        if form == "json":
            yield Sheet(form, _objects(_whole(file.read()), kinds))
        elif form == "jsonl":
            yield Sheet(form, _objects(_lines(file), kinds))
        elif form in ("xlsx", "xls"):
            sheets = stack.enter_context(closing(workbook.sheets(file, "", limits, WHERE)))
            _, cells = next(sheets)
            yield _table(form, cells, kinds)
        elif form in ("csv", "tsv"):
            delimiter = "\t" if form == "tsv" else ""
            codec = detect(file, "", WHERE)
            cells = stack.enter_context(closing(delimited.rows(file, codec, delimiter, limits.max_bytes, WHERE)))
            yield _table(form, cells, kinds)
        else:
            raise UnreadableFile(
                f"{WHERE} is of the form {form}, which is not checked here; read are {', '.join(FORMS)}"
            )


def _table(form: str, rows: Iterator[Cells], kinds: tuple[str, ...]) -> Sheet:
    top = list(islice(rows, TOP))
    tried = [(headings.of_row(cells, kinds), place) for place, (_, cells) in enumerate(top)]
    best, place = max(tried, key=lambda one: (one[0].known, -one[1]), default=(None, 0))
    if best is None or not best.known:
        needed = required(KINDS[kinds[0]], published=False)
        wanted = "、".join(column.zh for column in columns(KINDS[kinds[0]]) if column.key in needed)
        raise UnreadableFile(
            f"none of its first {TOP} rows holds headings of the standard ({wanted} …): begin with the template's first row"
        )
    return Sheet(form, _under(best, chain(top[place + 1 :], rows)), best)


def _under(found: Headings, rows: Iterator[Cells]) -> Iterator[Row]:
    """The rows below the headings; empty ones are passed over."""
    width = len(found.columns)
    for number, cells in rows:
        if not any(_says(cell) for cell in cells):
            continue
        if any(_says(cell) for cell in cells[width:]):
            yield Row(number, found.kind, fault=f"{len(cells)} cells under {width} headings")
            continue
        named = zip(found.columns, cells, strict=False)
        yield Row(number, found.kind, encode({column.zh: cell for column, cell in named if column is not None}))


def _says(cell: object) -> bool:
    return cell is not None and str(cell).strip() != ""


def _objects(bodies: Iterator[tuple[int, bytes, str]], kinds: tuple[str, ...]) -> Iterator[Row]:
    for number, body, fault in bodies:
        tree = _tree(body) if not fault else None
        if not isinstance(tree, dict):
            yield Row(number, kinds[0], fault=fault or "no JSON object")
            continue
        found = headings.of_object(tree, kinds)
        if found.kind not in KINDS:
            known = ", ".join(KINDS)
            yield Row(number, kinds[0], fault=f"its kind is {found.kind[: headings.LONGEST]!r}; allowed are {known}")
        elif found.columns:
            named = zip(found.columns, tree.values(), strict=True)
            flat = {column.zh: value for column, value in named if column is not None}
            yield Row(number, found.kind, msgspec.json.encode(flat), unknown=found.unknown)
        else:
            yield Row(number, found.kind, body, unknown=found.unknown)


def _tree(body: bytes) -> Tree:
    try:
        tree: Tree = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return tree


def _whole(body: bytes) -> Iterator[tuple[int, bytes, str]]:
    """The objects of one document: a list of them, or a single one."""
    try:
        text = wellformed(body)
        many = text.lstrip()[:1] == b"["
        rows = msgspec.json.decode(text, type=list[msgspec.Raw]) if many else [text]
    except Malformed as error:
        raise UnreadableFile(f"{WHERE} is no JSON: {error}") from None
    return ((number, bytes(row), "") for number, row in enumerate(rows, 1))


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes, str]]:
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        long = len(line) > LONGEST_LINE
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE + 1)
        if long:
            yield number, b"", f"a line of more than {LONGEST_LINE} bytes"
        elif line.strip():
            yield from _line(number, line.strip())


def _line(number: int, line: bytes) -> Iterator[tuple[int, bytes, str]]:
    try:
        yield number, wellformed(line), ""
    except Malformed as error:
        yield number, b"", f"no JSON: {error}"
