"""The part of Solr's query language that `q` and `fq` may use, read into plain conditions; what is not in it is named.

graphene "heat film"                          words and phrases, all of them (`q` only)
organization:cn-33                            one value; `field:(a OR b)` and `field:a OR field:b` any of several
metadata_modified:[2026-01-01T00:00:00Z TO *] a span of time; `{` and `}` leave the end itself out; NOW, NOW-7DAYS
a AND b, a b, +a                              all of them; a space binds least, then OR, then AND; parentheses may group
-organization:a, NOT groups:b                 all but these (not of `id` and `name`)
state:active, private:false …                 what is true of everything here, and `-state:deleted`
*:*                                           everything
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from federation.clock import now, stamp

MOST_TOKENS, MOST_LEVELS = 1_000, 20
FIELDS = {  # Solr's name -> ours
    "organization": "organization",
    "owner_org": "organization",
    "groups": "groups",
    "extras_kind": "kind",
    "kind": "kind",
    "id": "dataset",
    "name": "dataset",
}
TIME = "metadata_modified"
# Fields with one value for every dataset of this site.
CONSTANT = {"state": "active", "private": "false", "capacity": "public", "dataset_type": "dataset", "type": "dataset"}
EXCLUDABLE = (*(name for name, field in FIELDS.items() if field != "dataset"), *CONSTANT)
ALLOWED = ", ".join((*FIELDS, TIME, *CONSTANT))
MILLISECOND = timedelta(milliseconds=1)
UNITS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86_400}

OPERATORS = frozenset({"AND", "OR", "&&", "||"})

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<all>\*:\*)
    | (?P<field>[A-Za-z_]\w*):(?=\S)
    | (?P<range>[\[{][^\[\]{}]*[\]}])
    | "(?P<phrase>(?:[^"\\]|\\.)*)"
    | (?P<open>\() | (?P<close>\))
    | (?P<sign>[-+!])
    | (?P<word>(?:[^\s()"\[\]{}\\:]|\\.|:)+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_RANGE = re.compile(r"\s*(\S+)\s+TO\s+(\S+)\s*")
_NOW = re.compile(r"NOW(?:/[A-Z]+)?(?:([+-])(\d{1,6})(SECOND|MINUTE|HOUR|DAY)S?)?(?:/[A-Z]+)?")


class Unsupported(ValueError):
    """What stands in the query and cannot be translated; the message names it and what may stand there."""


class Conditions(msgspec.Struct, frozen=True):
    """What has to hold, all of it: `values` and `excluded` by field; `nothing`: no dataset can meet them."""

    words: str = ""
    values: dict[str, frozenset[str]] = {}
    excluded: dict[str, frozenset[str]] = {}
    since: str = ""
    before: str = ""
    nothing: bool = False

    def and_(self, other: "Conditions") -> "Conditions":
        values = dict(self.values)
        for field, accepted in other.values.items():
            values[field] = values[field] & accepted if field in values else accepted
        excluded = dict(self.excluded)
        for field, refused in other.excluded.items():
            excluded[field] = excluded.get(field, frozenset()) | refused
        return Conditions(
            " ".join(filter(None, (self.words, other.words))),
            values,
            excluded,
            max(self.since, other.since),
            min(filter(None, (self.before, other.before)), default=""),
            self.nothing or other.nothing or not all(values.values()),
        )

    def or_(self, other: "Conditions") -> "Conditions":
        """Raises Unsupported unless both speak of the same one field."""
        fields = {field for one in (self, other) for field in one.values}
        if len(fields) != 1 or any(one != Conditions(values=one.values) or not one.values for one in (self, other)):
            raise Unsupported("OR is understood between values of one field, as in organization:(a OR b)")
        (field,) = fields
        return Conditions(values={field: self.values[field] | other.values[field]})


class Token(NamedTuple):
    kind: str
    text: str


def read(query: str, *, words: bool) -> Conditions:
    """The conditions of a query; `words`: free words are allowed in it. Raises Unsupported."""
    found = [Token(m.lastgroup or "", m[m.lastgroup or 0]) for m in _TOKEN.finditer(query) if m.lastgroup != "space"]
    if len(found) > MOST_TOKENS:
        raise Unsupported(f"the query has more than {MOST_TOKENS:,} parts")
    reader = _Reader(found, words)
    conditions = reader.whole(0)
    if reader.rest:
        raise Unsupported(f"{reader.rest[0].text[:40]!r} has no place here")
    return conditions


class _Reader:
    """Reads tokens by recursive descent."""

    def __init__(self, tokens: Sequence[Token], words: bool) -> None:
        self._tokens, self._place, self._words = tokens, 0, words

    @property
    def rest(self) -> Sequence[Token]:
        return self._tokens[self._place :]

    def whole(self, level: int) -> Conditions:
        """Parts that a space keeps apart."""
        if level > MOST_LEVELS:
            raise Unsupported(f"parentheses stand more than {MOST_LEVELS} deep")
        found = Conditions()
        while (here := self._here()) and here.kind != "close":
            found = found.and_(self._any_of(level))
        return found

    def _any_of(self, level: int) -> Conditions:
        found = self._all_of(level)
        while self._takes("OR", "||"):
            found = found.or_(self._all_of(level))
        return found

    def _all_of(self, level: int) -> Conditions:
        found = self._one(level)
        while self._takes("AND", "&&"):
            found = found.and_(self._one(level))
        return found

    def _one(self, level: int) -> Conditions:
        token = self._next()
        if token.kind == "sign" or token.text == "NOT":
            return self._one(level) if token.text == "+" else self._negated(level)
        if token.kind == "all":
            return Conditions()
        if token.kind == "open":
            inside = self.whole(level + 1)
            self._close()
            return inside
        if token.kind == "field":
            return self._field(token.text, level)
        if token.kind in ("word", "phrase") and token.text not in OPERATORS:
            return self._text(token)
        raise Unsupported(f"{token.text[:40]!r} has no place here")

    def _negated(self, level: int) -> Conditions:
        token = self._next()
        if token.kind in ("word", "phrase"):
            return Conditions(f"-{self._text(token).words}")
        if token.kind == "field" and token.text in CONSTANT:
            return Conditions(nothing=not self._field(token.text, level).nothing)
        if token.kind == "field" and FIELDS.get(token.text, "dataset") != "dataset":
            return Conditions(excluded=self._field(token.text, level).values)
        raise Unsupported(f"{token.text[:40]!r} cannot be excluded; {', '.join(EXCLUDABLE)} can")

    def _text(self, token: Token) -> Conditions:
        if not self._words:
            raise Unsupported(f"{token.text[:40]!r} has no field; allowed are {ALLOWED}")
        if token.kind == "phrase":
            return Conditions('"' + _plain(token.text).replace('"', " ") + '"')
        if re.search(r"(?<!\\)[*?~^]", token.text):
            raise Unsupported(f"{token.text[:40]!r}: wildcards, fuzzy words and boosts are not understood")
        return Conditions(_plain(token.text))

    def _field(self, name: str, level: int) -> Conditions:
        if name == TIME:
            return _span(self._next())
        if name not in FIELDS and name not in CONSTANT:
            raise Unsupported(f"field {name[:40]!r} cannot be searched; allowed are {ALLOWED}")
        here = self._here()
        values = frozenset(self._values()) if here and here.kind == "open" else frozenset({self._value()})
        if name in CONSTANT:
            return Conditions(nothing=CONSTANT[name] not in values)
        return Conditions(values={FIELDS[name]: values})

    def _values(self) -> Iterator[str]:
        """The members of `(a OR b)`."""
        self._next()
        yield self._value()
        while self._takes("OR", "||"):
            yield self._value()
        self._close()

    def _value(self) -> str:
        token = self._next()
        if token.kind not in ("word", "phrase") or (token.kind == "word" and re.search(r"(?<!\\)[*?~^]", token.text)):
            raise Unsupported(f"{token.text[:40]!r} is not a value: write it whole, in quotes if it holds spaces")
        return _plain(token.text)

    def _here(self) -> Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _next(self) -> Token:
        token = self._here()
        if token is None:
            raise Unsupported("the query ends where something is missing")
        self._place += 1
        return token

    def _takes(self, *texts: str) -> bool:
        here = self._here()
        taken = here is not None and here.kind == "word" and here.text in texts
        self._place += taken
        return taken

    def _close(self) -> None:
        if self._next().kind != "close":
            raise Unsupported("a parenthesis is not closed, or holds more than values between OR")


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _span(token: Token) -> Conditions:
    """A span of time as bounds of the ledger's times: from `since` on, until before `before`."""
    match = _RANGE.fullmatch(token.text[1:-1]) if token.kind == "range" else None
    if match is None:
        raise Unsupported(f"{TIME} needs a span of time, as in {TIME}:[2026-01-01T00:00:00Z TO *]")
    low, high = (_moment(text) for text in match.groups())
    if low and token.text.startswith("{"):
        low += MILLISECOND
    if high and token.text.endswith("]"):
        high += MILLISECOND
    return Conditions(since=stamp(low) if low else "", before=stamp(high) if high else "")


def _moment(text: str) -> datetime | None:
    if text == "*":
        return None
    if known := _NOW.fullmatch(text):
        step = timedelta(seconds=int(known[2] or 0) * UNITS[known[3] or "DAY"])
        return now() - step if known[1] == "-" else now() + step
    try:
        found = datetime.fromisoformat(text.strip('"').replace("Z", "+00:00"))
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        timedelta(days=1) + found  # room for the bounds that are made of it
    except (ValueError, OverflowError):
        raise Unsupported(f"{text[:40]!r} is no time; write 2026-01-01T00:00:00Z, NOW-7DAYS or *") from None
    return found
