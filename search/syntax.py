"""The form of a query: words, "phrases", field:value, -not, OR, parentheses. Any text has one; nothing here knows a language.

    query    one of the following after another: all of them hold
    OR       between two of them (also 或, 或者, |): one of both
    -x       (also NOT x) must not hold; -- is a dash of the text
    f:x      x in the field f (`search.fields`); x is a word, a phrase or a query in parentheses
    (...)    a query as one part

What breaks this form is left out or taken for a word, and the first such place is told as a `Misread`. Full-width marks are
the same as narrow ones. A parenthesis inside a word belongs to it: YOLO(v5) is one word. “Marks” that touch a Chinese text
are its own.
"""

import difflib
import re
import unicodedata

import msgspec

from search.analysis import CJK
from search.expression import Misread
from search.fields import NAMES, canonical

DEEPEST = 20  # parentheses inside one another
QUOTES = '"“”＂「」『』'
OPEN, CLOSE, DASH, COLON = "(（", ")）", "－−-", ":："
END = f"[\\s{QUOTES}()（）]"
OPERATOR = re.compile(f"(?:(?P<either>OR|或者?|\\|\\|?)|(?P<both>AND|并?且|&&?)|(?P<no>NOT))(?={END}|$)")
PHRASE = re.compile(f"[{QUOTES}]([^{QUOTES}]*)[{QUOTES}]")
STOP = re.compile(END)
GAP = re.compile(f"(?:\\s|[{DASH}]{{2,}})*")
# “Marks” beside a running Chinese text stress a word, as in a pasted title, and ask for nothing.
STRESSED = re.compile(
    f"(?<=[{CJK}])“(?P<first>[^{QUOTES}]*)”[{DASH}]*"
    f"|(?<![{COLON}])(?<!(?<![{DASH}])[{DASH}])“(?P<second>[^{QUOTES}]*)”(?=[{CJK}])"
)
FIELD = re.compile(f"([^\\s{QUOTES}()（）{COLON}]{{1,20}})[{COLON}]")
LIKE_A_FIELD = re.compile(r"[a-z_]{3,20}:(?!//)[^\s:]")


class Word(msgspec.Struct, frozen=True):
    """What was typed between two spaces."""

    text: str
    start: int
    end: int


class Phrase(msgspec.Struct, frozen=True):
    """What was typed in quotes."""

    text: str
    start: int
    end: int


class Fielded(msgspec.Struct, frozen=True):
    """`field` is one of `search.fields.FIELDS`."""

    field: str
    value: "Word | Phrase | Group"
    start: int
    end: int


class Group(msgspec.Struct, frozen=True):
    """All of its parts."""

    parts: "tuple[Node, ...]"
    start: int
    end: int


class Alternatives(msgspec.Struct, frozen=True):
    """One of its parts at least."""

    parts: "tuple[Node, ...]"
    start: int
    end: int


class Negated(msgspec.Struct, frozen=True):
    part: "Node"
    start: int
    end: int


Node = Word | Phrase | Fielded | Group | Alternatives | Negated


class Parsed(msgspec.Struct, frozen=True):
    query: Group
    problem: Misread | None = None


def parse(text: str) -> Parsed:
    """The form of any text, in time proportional to its length."""
    reader = _Reader(STRESSED.sub(_unmarked, _printable(text)))
    query = Group(tuple(reader.parts(0)), 0, len(text))
    return Parsed(query, reader.problem)


def written(node: Node) -> str:
    """A text that has this form."""
    match node:
        case Word(text):
            return text
        case Phrase(text):
            return f'"{text}"'
        case Fielded(field, value):
            return f"{field}:{_closed(value)}"
        case Group(parts):
            return " ".join(_closed(part) for part in parts)
        case Alternatives(parts):
            return " OR ".join(_closed(part) for part in parts)
        case Negated(part):
            return f"-{_closed(part)}"


def _closed(node: Node) -> str:
    return f"({written(node)})" if isinstance(node, Group) else written(node)


def _unmarked(match: re.Match[str]) -> str:
    """As long as it was, so that every place stays where it is."""
    return f" {match['first'] or match['second'] or ''} ".ljust(len(match[0]))


def _printable(text: str) -> str:
    """Control characters and the like as spaces: every place stays where it is."""
    return "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.problem: Misread | None = None
        self._pairs = _pairs(text)

    def parts(self, depth: int) -> list[Node]:
        """Until the parenthesis that closes this query, or the end."""
        out: list[Node] = []
        either: re.Match[str] | None = None  # an OR that waits for what follows
        while self._before_part(depth):
            if (found := OPERATOR.match(self.text, self.at)) and not found["no"]:
                self.at = found.end()
                if found["either"] and not out:
                    self._misread("dangling-or", found.start(), found[0])
                elif found["either"]:
                    either = found
                continue
            part = self._part(depth)
            if part is None:
                continue
            if either:
                out[-1] = _either(out[-1], part)
            else:
                out.append(part)
            either = None
        if either:
            self._misread("dangling-or", either.start(), either[0])
        return out

    def _before_part(self, depth: int) -> bool:
        """Passes over spaces and over what closes nothing; whether a part may follow."""
        while self._more():
            if self.text[self.at] not in CLOSE:
                return True
            if depth:
                return False
            self._misread("unopened", self.at, self.text[self.at])
            self.at += 1
        return False

    def _more(self) -> bool:
        """Passes over spaces and dashes; whether anything follows."""
        found = GAP.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at < len(self.text)

    def _part(self, depth: int) -> Node | None:
        start = self.at
        if found := OPERATOR.match(self.text, start):  # NOT, for the others are passed over
            self.at = found.end()
            if not self._more() or self.text[self.at] in CLOSE or OPERATOR.match(self.text, self.at):
                self._misread("dangling-not", start, found[0])
                return None
            return self._negated(start, depth)
        while self.at < len(self.text) and self.text[self.at] in DASH:
            self.at += 1
        if self.at == start:
            return self._positive(depth)
        if self.at == len(self.text) or self.text[self.at].isspace() or self.text[self.at] in CLOSE:
            return None  # a dash by itself is punctuation
        return self._negated(start, depth)

    def _negated(self, start: int, depth: int) -> Node | None:
        """Not not is taken for one not."""
        part = self._positive(depth) if self.text[self.at] not in DASH else self._part(depth)
        return part if part is None or isinstance(part, Negated) else Negated(part, start, self.at)

    def _positive(self, depth: int) -> Node | None:
        character = self.text[self.at]
        if character in OPEN:
            return self._group(depth)
        if character in QUOTES:
            return self._phrase()
        found = FIELD.match(self.text, self.at)
        field = canonical(found[1]) if found else None
        if found and field:
            return self._fielded(field, found, depth)
        word = self._word()
        if self.problem is None and LIKE_A_FIELD.match(word.text):
            name = word.text.partition(":")[0]
            self._misread("unknown-field", word.start, name, next(iter(difflib.get_close_matches(name, NAMES, 1)), ""))
        return word

    def _phrase(self) -> Phrase | None:
        start = self.at
        if found := PHRASE.match(self.text, start):
            self.at = found.end()
            return Phrase(found[1], start, self.at) if found[1].strip() else None
        self._unclosed("unclosed-quote", start, '"')
        self.at += 1
        return None

    def _group(self, depth: int) -> Word | Phrase | Group | None:
        start = self.at
        self.at += 1
        if depth >= DEEPEST:
            self._misread("too-deep", start, self.text[start])
            return None
        parts = tuple(self.parts(depth + 1))
        if self.at < len(self.text):
            self.at += 1
        else:
            self._unclosed("unclosed", start, ")")
        if len(parts) == 1 and isinstance(parts[0], Word | Phrase | Group):
            return parts[0]
        return Group(parts, start, self.at) if parts else None

    def _fielded(self, field: str, name: re.Match[str], depth: int) -> Node:
        start, self.at = self.at, name.end()
        value = self._value(depth)
        if value is None:
            self._misread("empty-field", start, name[0])
            return Word(name[1], start, name.end(1))
        return Fielded(field, value, start, self.at)

    def _value(self, depth: int) -> Word | Phrase | Group | None:
        """What stands behind the colon, at once or after spaces."""
        colon = self.at
        if not self._more() or self.text[self.at] in CLOSE:
            return None
        if self.text[self.at] in OPEN:
            return self._group(depth)
        if self.text[self.at] in QUOTES:
            return self._phrase()
        return None if self.at > colon and self._another_part() else self._word()

    def _another_part(self) -> bool:
        """Whether an operator, a negation or another field begins here."""
        field = FIELD.match(self.text, self.at)
        named = field is not None and canonical(field[1]) is not None
        return named or self.text[self.at] in DASH or OPERATOR.match(self.text, self.at) is not None

    def _word(self) -> Word:
        """Parentheses that open and close within a word belong to it."""
        start = self.at
        while self.at < len(self.text):
            found = STOP.search(self.text, self.at)
            self.at = found.start() if found else len(self.text)
            closing = self._pairs.get(self.at)
            if closing is None:
                break
            self.at = closing + 1
        return Word(self.text[start : self.at], start, self.at)

    def _unclosed(self, code: str, at: int, mark: str) -> None:
        rest = self.text[at:].strip()
        self._misread(code, at, rest[:20], rest + mark if len(rest) < 40 else "")

    def _misread(self, code: str, at: int, piece: str, suggestion: str = "") -> None:
        self.problem = self.problem or Misread(code, at, piece, suggestion)


def _pairs(text: str) -> dict[int, int]:
    """Where a parenthesis that opens is closed again without a space or a quote between."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for at, character in enumerate(text):
        if character in OPEN:
            opened.append(at)
        elif character in CLOSE and opened:
            pairs[opened.pop()] = at
        elif character in QUOTES or character.isspace():
            opened = []
    return pairs


def _either(first: Node, second: Node) -> Alternatives:
    """`first OR second`; of three in a row, the first two are one already."""
    parts = first.parts if isinstance(first, Alternatives) else (first,)
    return Alternatives((*parts, second), first.start, second.end)
