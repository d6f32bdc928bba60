"""The mapping that reads the standard's own forms: a row of the table form, or a record as its JSON Schema has it.

It is an ordinary mapping, so that a check judges a file by the very code of a harvest, and a source that hands in one of these
forms can be harvested with its text as mapping file.
"""

import json
from collections.abc import Iterator
from functools import cache

from vocab.kind import Kind
from vocab.kinds import KINDS
from vocab.mapping import FieldMapping, load
from vocab.standard.columns import SEPARATOR, Column, columns


def mapping_text(kind: Kind, version: str) -> str:
    """The mapping file of both forms."""
    lines = [
        f"# Reads {kind.zh} ({kind.name}) in the forms of the unified publication standard {version}: its table and its JSON.",
        f'id = "standard-{kind.name}"',
        f'version = "{version}"',
        f'kind = "{kind.name}"',
        "standard = true  # records as the JSON Schema has them are taken as they are",
    ]
    for column in columns(kind):
        if column.words:
            lines += ["", f"[tables.{_quoted(column.key)}]"]
            lines += [f"{_quoted(word)} = {_quoted(value)}" for value, every in column.words.items() for word in every]
    for column in columns(kind):
        lines += ["", f"[fields.{_quoted(column.key)}]", *_rule(column)]
    return "\n".join(lines) + "\n"


def _rule(column: Column) -> Iterator[str]:
    yield f"from = [{', '.join(_quoted(_path(name)) for name in column.headings)}]"
    if column.split:
        yield f"split = {_quoted(f'[{SEPARATOR};]')}"
    if column.words:
        yield f"lookup = {_quoted(column.key)}"
    elif column.parser is None:
        yield f"lookup = {_quoted(str(column.slot.scheme))}"
    else:
        yield f"parser = {_quoted(column.parser)}"
    if column.unit:
        yield f"unit = {_quoted(column.unit)}"


def _path(name: str) -> str:
    return _quoted(name) if "." in name else name


def _quoted(text: str) -> str:
    """As JSON, TOML's basic strings and the path language all write it."""
    return json.dumps(text, ensure_ascii=False)


@cache
def standard_mapping(kind: str, version: str) -> FieldMapping:
    """The mapping of a kind. Raises KeyError for one that there is not."""
    return load(mapping_text(KINDS[kind], version))
