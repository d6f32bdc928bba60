"""CSV, a file for each kind of record, and what its columns mean, as CSV on the Web has it (W3C: Tabular Data Model, CSVW).

The metadata name each table as it is called when it is unpacked.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from publish.dumps.columns import Cell, Column, Scalar, columns, row
from publish.dumps.manifest import STEM, Compression, File
from publish.dumps.packed import Packed, whole
from publish.dumps.sink import Batch
from publish.plain import harmless
from vocab.kinds import KINDS

SEPARATOR = ";"
INSTEAD = "；"  # what a member of a list has in the place of the separator
METADATA = f"{STEM}.csv-metadata.json"
DATE = {"base": "string", "format": "[0-9]{4}(-[0-9]{2}){0,2}"}
COMMENT = {
    "zh": f"解压后使用。一行一条记录；多值以“{SEPARATOR}”分隔，值内的“{SEPARATOR}”写作“{INSTEAD}”，同一字段各部分的列表位置对应。"
    "文本若可能被电子表格当作公式，则前加撇号（'）。",
    "en": f"Unpack the tables first. One record is one row. Members of a list are separated by '{SEPARATOR}' (within a member "
    f"'{INSTEAD}' stands for it); lists of the parts of one field have their members in the same places. "
    "A text that a spreadsheet would take for a formula has an apostrophe before it.",
}


class CsvTables:
    def __init__(self, folder: Path, compression: Compression) -> None:
        self._folder = folder
        self._tables = {kind: _Table(folder, kind, compression) for kind in KINDS}

    def put(self, batch: Batch) -> None:
        for table in self._tables.values():
            table.put(batch)

    def finish(self) -> Iterable[File]:
        yield from (table.finish() for table in self._tables.values())
        body = msgspec.json.format(msgspec.json.encode(metadata(self._tables)), indent=1) + b"\n"
        (self._folder / METADATA).write_bytes(body)
        yield whole(self._folder, File(METADATA, "application/csvm+json"))

    def close(self) -> None:
        for table in self._tables.values():
            table.close()


class _Table:
    def __init__(self, folder: Path, kind: str, compression: Compression) -> None:
        self._kind = kind
        self._file = Packed(folder, File(f"{STEM}.{kind}.csv", "text/csv", format="csv", kind=kind), compression)
        self._records = 0
        self._write([[column.name for column in columns(kind)]])

    def put(self, batch: Batch) -> None:
        rows = [list(map(_safe, row(public))) for public in batch.publics if public.kind == self._kind]
        self._records += len(rows)
        self._write(rows)

    def finish(self) -> File:
        return self._file.finish(self._records)

    def close(self) -> None:
        self._file.close()

    def _write(self, rows: Iterable[list[str]]) -> None:
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        self._file.write(text.getvalue().encode())


def _safe(cell: Cell) -> str:
    text = written(cell)
    return harmless(text) if isinstance(cell, str | tuple) else text


def written(cell: Cell) -> str:
    """A cell as a text."""
    if isinstance(cell, tuple):
        return SEPARATOR.join([_scalar(member).replace(SEPARATOR, INSTEAD) for member in cell])
    return _scalar(cell)


def _scalar(value: Scalar | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else str(value)


def metadata(kinds: Iterable[str]) -> dict[str, Any]:
    """The group of tables."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "@type": "TableGroup",
        "rdfs:comment": [{"@value": text, "@language": lang} for lang, text in COMMENT.items()],
        "tables": [_table(kind) for kind in kinds],
    }


def _table(kind: str) -> dict[str, Any]:
    return {
        "url": f"{STEM}.{kind}.csv",
        "dc:title": _labels(KINDS[kind].zh, KINDS[kind].en),
        "tableSchema": {
            "aboutUrl": "{+iri}",
            "primaryKey": "iri",
            "columns": [dict(_column(column)) for column in columns(kind)],
        },
    }


def _column(column: Column) -> Iterator[tuple[str, Any]]:
    yield "name", column.name
    yield "titles", column.name
    yield "dc:title", _labels(column.zh, column.en)
    yield "datatype", column.type
    if column.many:
        yield "separator", SEPARATOR
    if column.lang:
        yield "lang", column.lang
    if column.name == "iri":
        yield "required", True


def _labels(zh: str, en: str) -> list[dict[str, str]]:
    return [{"@value": zh, "@language": "zh"}, {"@value": en, "@language": "en"}]
