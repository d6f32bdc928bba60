"""Problems of a source's records as its people read them: titles and advice from `problems.toml`, fields by their labels."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from federation.views import ProblemCount
from publish.messages import Message
from publish.portal.reader import Reader
from vocab.field import BoundField, fields
from vocab.kinds import KINDS

INDEX = re.compile(r"\[\d*\]")
CAPITAL = re.compile(r"(?=[A-Z])")
EXAMPLES = 5  # offending values shown of one problem
WHOLE, RAW = "*", "$"  # paths of the whole record and of the raw one


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A problem's name, and what its source can do about it."""

    title: Message
    advice: Message


@cache
def entries() -> dict[str, Entry]:
    """The catalogue: problem code -> entry."""
    tables = tomllib.loads((files("publish") / "problems.toml").read_text("utf-8"))
    return msgspec.convert(tables, dict[str, Entry])


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the list: a problem in one field, however many ways it was met in."""

    code: str
    title: str
    advice: str
    field: str
    key: str
    values: tuple[str, ...]
    count: int


def shown(counts: Sequence[ProblemCount], kinds: Iterable[str], reader: Reader) -> list[Shown]:
    """The problems of a source that publishes these kinds, most frequent first, those of one field together."""
    together: dict[tuple[str, str], list[ProblemCount]] = {}
    for problem in counts:
        together.setdefault((problem.code, INDEX.sub("", problem.path)), []).append(problem)
    labels = _labels(tuple(kinds))
    found = [_shown(code, key, same, labels, reader) for (code, key), same in together.items()]
    return sorted(found, key=lambda one: -one.count)


def _shown(code: str, key: str, same: Sequence[ProblemCount], labels: dict[str, BoundField], reader: Reader) -> Shown:
    entry = entries().get(code)
    values = dict.fromkeys(problem.value for problem in same if problem.value)
    return Shown(
        code=code,
        title=entry.title.text(reader.lang) if entry else same[0].message,
        advice=entry.advice.text(reader.lang) if entry else "",
        field=_label(key, labels, reader),
        key=key,
        values=tuple(values)[:EXAMPLES],
        count=sum(problem.count for problem in same),
    )


def _label(key: str, labels: dict[str, BoundField], reader: Reader) -> str:
    """`ipr.no` -> 知识产权 · 编号; the label of the record where the problem is of the whole of it."""
    if key in ("", WHOLE) or key.startswith(RAW):
        return reader.text("source.whole_record")
    root, *parts = key.split(".")
    bound = labels.get(root)
    words = [(bound.field.en if reader.lang == "en" else bound.field.zh) if bound else root]
    words += [reader.text(name) for part in parts if (name := f"part.{_snake(part)}") in reader.catalogue.keys]
    return " · ".join(words)


def _snake(key: str) -> str:
    return CAPITAL.sub("_", key).lower()


@cache
def _labels(kinds: tuple[str, ...]) -> dict[str, BoundField]:
    """Fields by attribute and by JSON key; where kinds name one differently, those of the given kinds come first."""
    ordered = [*(KINDS[k] for k in kinds if k in KINDS), *KINDS.values()]
    found: dict[str, BoundField] = {}
    for kind in ordered:
        for bound in fields(kind.record):
            found.setdefault(bound.name, bound)
            found.setdefault(bound.key, bound)
    return found
