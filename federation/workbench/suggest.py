"""Suggest: a source file and mappings for a listing nobody knows, ready to edit.

Two things are never guessed: on what its records may be published (the policy stays the strictest there is) and under
which licence. What carries a secrecy marking is not looked at.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec

from federation.errors import ConfigurationError
from federation.gate import unreadable_level
from federation.workbench.sniff import Found
from harvesters import HARVESTERS, harvester
from harvesters.base import Endpoint, Limits, RawRecord, Unreadable
from harvesters.secrets import Secrets
from vocab.decode import DecodeError, decode
from vocab.identifiers import is_defence_patent
from vocab.mapping.path import Key
from vocab.suggest.draft import draft
from vocab.suggest.profile import Column, profile
from vocab.suggest.propose import Proposal, key_of, modified_of, propose
from vocab.tree import Tree

SAMPLE = 500  # records read
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
KEYED = {"file": ("key", "modified"), "json_api": ("id_path", "modified_path")}  # options that name columns
_SECRET = re.compile(r"(?i)key|token|secret|passw|sign|auth")


class Suggested(msgspec.Struct, frozen=True):
    """The texts of `sources/<id>.toml` and of each `mappings/<name>.toml`, and remarks for the person who asked."""

    id: str
    source: str
    mappings: dict[str, str]
    proposals: tuple[Proposal, ...]
    notes: tuple[str, ...]


def suggest(found: Found, name: str, limits: Limits, sample: int = SAMPLE, kind: str | None = None) -> Suggested:
    """Read a sample and propose. Raises HarvestError, ConfigurationError."""
    if not NAME.fullmatch(name):
        raise ConfigurationError(
            f"--id {name!r} is not allowed; small letters, digits and hyphens, such as my-province"
        )
    trees, notes = _sample(found, name, limits, sample)
    if not trees:
        raise ConfigurationError(f"{found.url}: no record could be read as {found.protocol}; {'; '.join(notes)}")
    columns = profile(trees)
    proposals = propose(trees, kind)
    names = [name if n == 0 else f"{name}-{one.kind}" for n, one in enumerate(proposals)]
    mappings = {each: draft(one, each) for each, one in zip(names, proposals, strict=True)}
    return Suggested(name, _source(found, name, limits, columns, names), mappings, proposals, (*found.notes, *notes))


def _sample(found: Found, name: str, limits: Limits, count: int) -> tuple[list[Tree], list[str]]:
    if found.protocol not in HARVESTERS:
        raise ConfigurationError(f"{found.url}: {'; '.join(found.notes) or f'no protocol {found.protocol!r} here'}")
    options = dict(found.options)
    if found.protocol in KEYED and KEYED[found.protocol][0] not in options:
        options[KEYED[found.protocol][0]] = found.key
    reader = harvester(found.protocol, Endpoint(name, found.url, options, limits), Secrets())
    trees: list[Tree] = []
    faults: dict[str, None] = {}
    marked = False
    for one in islice(reader.records(), count):
        if isinstance(one, Unreadable):
            faults.setdefault(one.reason)
        elif not one.deleted and (tree := _tree(one)) is not None:
            if unreadable_level(tree) or is_defence_patent(one.body.decode("utf-8", "replace")):
                marked = True
            else:
                trees.append(tree)
    notes = [f"some records could not be read: {reason}" for reason in list(faults)[:3]]
    return trees, notes + (["records that carry a secrecy marking were not looked at"] if marked else [])


def _tree(raw: RawRecord) -> Tree:
    try:
        return decode(raw.media_type, raw.body)
    except DecodeError:
        return None


def _source(found: Found, name: str, limits: Limits, columns: Sequence[Column], mappings: Sequence[str]) -> str:
    title = _quoted(found.title)
    lines = [
        f"# Proposed for {_comment(found.url)}. Fill in what is empty: the node refuses the file until then.",
        f"id = {_quoted(name)}",
        f'title = {{ zh = {title}, en = "" }} # name of the listing',
        'publisher = { zh = "", en = "" } # who publishes it',
        'region = "" # GB/T 2260, six digits',
        'licence = "" # address of the licence its records are under; ask the publisher, nobody can guess it',
        f"protocol = {_quoted(found.protocol)}",
        f"url = {_quoted(found.url)}",
        f"mappings = [{', '.join(map(_quoted, mappings))}]",
        "",
        "[options]",
        *_options(found, name, columns),
        *(["", "[limits]", "allow_private = true"] if limits.allow_private else []),
        "",
        "# What a record needs to be published. This asks every record for its own secrecy level and its own review, and for a",
        "# programme that proves public funding. Loosen it only by a recorded decision of whoever answers for the listing:",
        '#   mode = "blanket", public_funding = "declared", declaration = { by = "", date = "", basis = "" }',
        "[disclosure]",
        'mode = "item"',
        'require = ["secretLevel", "review"]',
    ]
    return "\n".join(lines) + "\n"


def _options(found: Found, name: str, columns: Sequence[Column]) -> Iterator[str]:
    for option, value in found.options.items():
        shown = _secretless(name, value) if option in ("params", "headers") else value
        yield f"{option} = {_toml(shown)}"
    if found.protocol not in KEYED:
        return
    key_option, modified_option = KEYED[found.protocol]
    if key_option not in found.options:
        yield from _key(key_option, columns, found)
    changed = modified_of(columns)
    if changed is not None and modified_option not in found.options:
        yield f"{modified_option} = {_toml(_plain(changed, found))} # the record's own date of change"


def _key(option: str, columns: Sequence[Column], found: Found) -> Iterator[str]:
    column = key_of(columns)
    if column is not None:
        yield f"{option} = {_toml(_plain(column, found))} # {column.distinct} different in {column.records} records"
        return
    yield "# No column tells all records apart. Name one that does, or several: they make one key together; never the title."
    yield f'{option} = ""'


def _plain(column: Column, found: Found) -> str:
    """A column as harvesters name it: the heading of a table, a dotted name in JSON, in XML one below the record."""
    names = [step.name for step in column.steps if isinstance(step, Key)]
    return ".".join(names[1:] if found.options.get("format") == "xml" else names)


def _secretless(name: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """What looks like a secret is named, never written down."""
    env = name.upper().replace("-", "_")
    return {k: {"env": f"{env}_{k.upper()}"} if _SECRET.search(k) else v for k, v in params.items()}


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_quoted(str(k))} = {_toml(v)}' for k, v in value.items())} }}" if value else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return (
        str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int) else _quoted(str(value))
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    return re.sub(r"[?#].*|[\s\x00-\x1f\x7f]+", "", text)
