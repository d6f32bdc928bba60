"""The standard's example of each kind: one invented record, written cell by cell and read by the standard's own mapping."""

import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from vocab.kind import Kind
from vocab.kinds import encode_record
from vocab.mapping import Context
from vocab.mapping.target import OURS
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord, public_view
from vocab.record import Record
from vocab.standard.columns import RECORD_KEY, columns
from vocab.standard.mapping import standard_mapping

SOURCE = "example"
AT = "2025-11-20T02:00:00Z"


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    text = (files("vocab") / "standard" / "examples.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, dict[str, str]])


def shown(kind: Kind) -> dict[str, str]:
    """An example of every column, by its key."""
    tables = _tables()
    return {**tables["shown"], **cells(kind)}


def cells(kind: Kind) -> dict[str, str]:
    """The cells of the example record that are filled, by the key of their column."""
    tables = _tables()
    if kind.name not in tables:
        raise KeyError(f"vocab/standard/examples.toml has no example of {kind.name}: every kind needs one")
    return {**tables["shared"], **tables[kind.name]}


def row(kind: Kind) -> dict[str, str]:
    """The example record as a row of the table form: heading -> cell."""
    filled = cells(kind)
    return {column.zh: filled.get(column.key, "") for column in columns(kind)}


def record(kind: Kind, version: str, ns: Namespaces) -> Record:
    """The record that the row becomes."""
    key = cells(kind)[RECORD_KEY]
    context = Context(
        source=SOURCE,
        local_id=key,
        base=ns.base,
        region="",
        publisher_zh="",
        licence="",
        fetched=AT,
        sha256=hashlib.sha256(msgspec.json.encode(row(kind))).hexdigest(),
    )
    mapped = standard_mapping(kind.name, version).apply(dict(row(kind)), context)
    assert mapped.record is not None, mapped.problems
    return mapped.record


def public(kind: Kind, version: str, ns: Namespaces) -> PublicRecord:
    """What the platform makes of it for the public."""
    view = public_view(msgspec.structs.replace(record(kind, version, ns), status="cl21/published"))
    digest = hashlib.sha256(encode_record(view)).hexdigest()
    return PublicRecord(view.identifier, kind.name, SOURCE, 1, 1, AT, AT, digest, view)


def handed_in(kind: Kind, version: str, ns: Namespaces) -> dict[str, object]:
    """The record as a source hands it in: without what the platform fills in."""
    whole = msgspec.json.decode(encode_record(record(kind, version, ns)), type=dict[str, object])
    return {key: value for key, value in whole.items() if key not in OURS}
