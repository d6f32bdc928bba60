"""The dictionary of headings: how provinces name the fields of the standard (`dictionary.csv`), and words in English keys.

Evidence of a name: "observed" on provincial platforms, "form" of the registration system and the standard's tables,
"expected" where platforms of the kind are likely to use it, "label" for the standard's own labels and keys.
Fields that begin with "!" are none of the standard: the record's key, its date of change, its sort, row numbers, and
personal data, which no mapping should take over.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import msgspec

from vocab.field import fields
from vocab.kinds import KINDS
from vocab.mapping.path import Key, Step, Where
from vocab.mapping.target import OURS

PERSONAL, RECORD_KEY, MODIFIED, SORT, NUMBER = "!personal", "!key", "!modified", "!sort", "!number"
WRAPPERS = frozenset({"value", "#text", "extras", "display_name", "displayname", "dc:dc", "data", "text"})
TRUST = {"observed": 0.95, "form": 0.9, "label": 0.9, "expected": 0.8}
SUFFIX = 0.65  # a known name at the end of a longer heading
HEAD = 0.9  # of a heading of two levels, the upper one alone
SHORTEST = 3  # characters of a name that counts at the end of another

_UNIT = re.compile(r"[(（\[【]\s*([^()（）\[\]【】]{1,8})\s*[)）\]】]\s*$")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LATIN = re.compile(r"[\x00-\x7f]+")


class Match(msgspec.Struct, frozen=True):
    """A field that a heading may mean, how sure its name alone makes us (0 to 1), and why."""

    field: str
    trust: float
    why: str


class Entry(msgspec.Struct, frozen=True):
    field: str
    name: str
    evidence: str


def heading(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """The words a place goes by, outermost first: keys, and the entries of lists that are dictionaries in disguise."""
    words = [step.name if isinstance(step, Key) else step.value for step in steps if isinstance(step, Key | Where)]
    if any(isinstance(step, Where) and step.key == "@lang" for step in steps):
        words = words[:-1]
    return tuple(w for w in words if w.lower() not in WRAPPERS) or tuple(words[-1:])


def unit_of(name: str) -> str:
    """The unit in brackets at the end of a heading: 拟转让价格(万元); empty when there is none."""
    found = _UNIT.search(name)
    return unicodedata.normalize("NFKC", found[1]) if found else ""


def is_personal(steps: tuple[Step, ...]) -> bool:
    """Whether a place is named like personal data."""
    return any(one.field == PERSONAL for kind in KINDS for one in matches(kind, heading(steps)) if one.trust > SUFFIX)


def matches(kind: str, words: tuple[str, ...]) -> list[Match]:
    """What the words of a place may mean in a kind of record, the surest first."""
    best: dict[str, Match] = {}
    for one in _candidates(kind, words):
        if one.field not in best or one.trust > best[one.field].trust:
            best[one.field] = one
    return sorted(best.values(), key=lambda m: -m.trust)


def _candidates(kind: str, words: tuple[str, ...]) -> Iterator[Match]:
    if not words:
        return
    name = words[-1]
    if len(words) > 1:
        yield from _named(kind, " ".join(words[-2:]), 1.0)
        if _tokens(name) in (("name",), ("title",), ("number",)):
            yield from _named(kind, words[-2], 0.95)
            return  # a name inside something is that thing's name
        yield from _named(kind, name, 0.7)
        return
    yield from _named(kind, name, 1.0)
    upper, _, lower = _UNIT.sub("", name).rpartition("/")
    if upper:
        yield from _named(kind, upper + lower, 1.0)
        yield from _named(kind, upper, HEAD)
        yield from _named(kind, lower, 0.8)


def _named(kind: str, name: str, share: float) -> Iterator[Match]:
    whole = _UNIT.sub("", name)
    for entry in _names(kind).get(_key(whole), ()):
        yield Match(entry.field, TRUST[entry.evidence] * share, f'"{entry.name}" ({entry.evidence})')
    if _LATIN.fullmatch(whole):
        for entry in _phrases(kind).get(_tokens(whole), ()):
            yield Match(entry.field, (TRUST[entry.evidence] - 0.05) * share, f'reads "{entry.name}" ({entry.evidence})')
        return
    key = _key(whole)
    ends = [n for n in _names(kind) if SHORTEST <= len(n) < len(key) and key.endswith(n)]
    if ends:
        longest = max(ends, key=len)
        for entry in _names(kind)[longest]:
            yield Match(entry.field, SUFFIX * share, f'ends with "{entry.name}" ({entry.evidence})')


def _key(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split()).replace("_", "").replace("-", "")


def _tokens(name: str) -> tuple[str, ...]:
    """Latin words of a key in the dictionary's own words: achvNameEn is achievement, name, en. Units are none of them."""
    words = (_meanings().get(word.lower(), word.lower()) for word in _CAMEL.findall(name))
    return tuple(word for word in words if word not in ("wan", "list", "dm", "info"))


@cache
def _meanings() -> dict[str, str]:
    rows = csv.DictReader((files("vocab") / "suggest" / "tokens.csv").read_text("utf-8").splitlines())
    return {token: row["word"] for row in rows for token in row["tokens"].split("|")}


@cache
def _entries(kind: str) -> tuple[Entry, ...]:
    rows = csv.DictReader((files("vocab") / "suggest" / "dictionary.csv").read_text("utf-8").splitlines())
    listed = [
        Entry(row["field"], name, row["evidence"])
        for row in rows
        if row["kind"] in ("*", kind)
        for name in row["names"].split("|")
    ]
    declared = [b for b in fields(KINDS[kind].record) if b.key not in OURS]
    labels = [Entry(b.key, name, "label") for b in declared for name in (b.field.zh, b.key)]
    known = {b.key for b in declared}
    return tuple(e for e in (*listed, *labels) if e.field.startswith("!") or e.field.partition(".")[0] in known)


@cache
def _names(kind: str) -> dict[str, tuple[Entry, ...]]:
    found: dict[str, tuple[Entry, ...]] = {}
    for entry in _entries(kind):
        found[_key(entry.name)] = (*found.get(_key(entry.name), ()), entry)
    return found


@cache
def _phrases(kind: str) -> dict[tuple[str, ...], tuple[Entry, ...]]:
    found: dict[tuple[str, ...], tuple[Entry, ...]] = {}
    for entry in _entries(kind):
        if _LATIN.fullmatch(entry.name) and (tokens := _tokens(entry.name)):
            found[tokens] = (*found.get(tokens, ()), entry)
            if tokens[-1] == "code":
                continue
            coded = (*tokens, "code")  # techFieldCode is the field, written as a code
            found[coded] = (*found.get(coded, ()), entry)
    return found
