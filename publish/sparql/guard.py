"""The guard: what a stranger's query may be. Queries only, no calls to other servers, nothing that would break the store.

Two independent readings must agree: our own tokens, on the text as it is and with its escapes resolved; and, when the
word "service" occurs anywhere at all, a full parse by rdflib. A store may read either way, and must find nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import urljoin

import msgspec
import pyparsing
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from federation.graph.base import QueryRefused
from publish.sparql.lexer import Token, resolved, tokens

FORMS = ("SELECT", "CONSTRUCT", "ASK", "DESCRIBE")
UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"})
SERVICE = "service"
PASSING = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})  # functions whose values are new each time
QUOTES = ("'", '"')
SHORT = 8_192  # characters of a query that is remembered
PARSED = 16_384  # characters that rdflib may be asked to read: it needs half a second for them

# Measured on oxigraph 0.5.13: 1,000 levels of braces, 1,000 BINDs or 2,000 additions overflow its stack and end it; 200
# joined patterns keep its planner busy for longer than any query may take. The watchdog handles what stays below.
MAX_DEPTH = 64
MAX_JOINS = 150
MAX_OPERATORS = 500
MAX_COMMAS = 5_000
JOINS = frozenset({".", ";", "/", "OPTIONAL", "[", "MINUS", "BIND"})
OPERATORS = frozenset({"+", "-", "*", "|", "!", "^", "&&", "||", "=", "UNION", "FILTER", "EXISTS", "SELECT", "VALUES"})


class Admitted(msgspec.Struct, frozen=True):
    """A query that may go to the store: its form, and the dataset its own FROM clauses ask for."""

    form: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    lasting: bool = True  # the same answer until the data change


def admit(query: str) -> Admitted:
    """What kind of query it is. Raises QueryRefused with a message for its author."""
    return _remembered(query) if len(query) <= SHORT else _admit(query)


def _admit(query: str) -> Admitted:
    plain = resolved(query)
    for reading in dict.fromkeys((query, plain)):
        words = list(_readable(reading))
        _refuse_calls(words)
        _refuse_excess(words)
    if SERVICE in _folded(query) or SERVICE in _folded(plain):
        _refuse_parsed_calls(query)
    return _form(words)


_remembered = lru_cache(maxsize=1_024)(_admit)


def _readable(query: str) -> Iterator[Token]:
    """The tokens up to a quotation mark that begins no string: no store could read on, and looking for its end again and
    again would cost the square of the query's length.
    """
    for token in tokens(query):
        if token.kind == "sign" and token.text in QUOTES:
            raise QueryRefused("the query has a quotation mark that begins no string, or a string that does not end")
        yield token


def _folded(text: str) -> str:
    """Without regard to case, as loosely as any parser could take it: `ſ` counts as s, `ı` as i."""
    return text.upper().lower()


def _refuse_calls(words: Iterable[Token]) -> None:
    for kind, text in words:
        # A parser without tokens reads `SERVICE:x` and `trueSERVICE:x` as calls: prefixes with the word are refused too.
        start = _folded(text.partition(":")[0])
        if kind in ("word", "name") and (SERVICE in start or text.upper() == "LOAD"):
            raise QueryRefused(
                f"{text[:80]!r} is not allowed here: this endpoint calls no other server (SERVICE, LOAD)"
            )


def _refuse_excess(words: Iterable[Token]) -> None:
    depth, counts = 0, Counter[str]()
    for kind, text in words:
        if kind not in ("sign", "word"):
            continue
        if text in "{([":
            depth += 1
            if depth > MAX_DEPTH:
                raise QueryRefused(f"the query nests more than {MAX_DEPTH} levels deep")
        elif text in "})]":
            depth -= 1
        counts[text.upper()] += 1
    _refuse_more(counts, JOINS, MAX_JOINS, "joined patterns")
    _refuse_more(counts, OPERATORS, MAX_OPERATORS, "operators")
    _refuse_more(counts, frozenset({","}), MAX_COMMAS, "members in its lists")


def _refuse_more(counts: Counter[str], signs: frozenset[str], limit: int, what: str) -> None:
    if sum(counts[sign] for sign in signs) > limit:
        raise QueryRefused(f"the query has more than {limit} {what}")


class Names:
    """What the prologue declares: the base (RFC 3986, section 5.1.1) and the prefixes."""

    def __init__(self) -> None:
        self.base = ""
        self.prefixes: dict[str, str] = {}

    def resolve(self, written: str) -> str:
        iri = written.strip("<>")
        try:
            joined = urljoin(self.base, iri)
        except ValueError as error:
            raise QueryRefused(f"{written[:80]!r} is not an IRI") from error
        return joined if joined.endswith("#") or not iri.endswith("#") else f"{joined}#"  # which `urljoin` drops

    def iri(self, token: Token) -> str:
        if token.kind == "iri":
            return self.resolve(token.text)
        prefix, _, local = token.text.partition(":")
        if token.kind == "name" and f"{prefix}:" in self.prefixes:
            return self.prefixes[f"{prefix}:"] + local
        raise QueryRefused(f"{token.text[:80]!r} after FROM is not the IRI of a graph")


def _form(words: list[Token]) -> Admitted:
    """The form and the dataset, read from the prologue and the clauses before the first brace."""
    names = Names()
    position = _prologue(words, names)
    form = words[position].text.upper() if position < len(words) else ""
    if form in UPDATES:
        raise QueryRefused(f"{form} is an update; this endpoint answers queries only ({', '.join(FORMS)})")
    if form not in FORMS:
        raise QueryRefused(f"a query is one of {', '.join(FORMS)}; this begins with {form[:40]!r}")
    default, named = _dataset(words[position:], names)
    lasting = not any(kind == "word" and text.upper() in PASSING for kind, text in words)
    return Admitted(form, tuple(default), tuple(named), lasting)


def _prologue(words: list[Token], names: Names) -> int:
    """The position after BASE, PREFIX and VERSION declarations."""
    position = 0
    while position < len(words):
        keyword = words[position].text.upper()
        if keyword == "PREFIX" and position + 2 < len(words):
            names.prefixes[words[position + 1].text] = names.resolve(words[position + 2].text)
            position += 3
        elif keyword == "BASE" and position + 1 < len(words):
            names.base = names.resolve(words[position + 1].text)
            position += 2
        elif keyword == "VERSION":
            position += 2
        else:
            break
    return position


def _dataset(words: list[Token], names: Names) -> tuple[list[str], list[str]]:
    """Graphs of FROM and FROM NAMED. CONSTRUCT has its template first, so FROM may stand behind a brace."""
    graphs: tuple[list[str], list[str]] = ([], [])
    for position, (kind, text) in enumerate(words[:-1]):
        if kind == "word" and text.upper() == "FROM":
            after = position + 1
            named = words[after].text.upper() == "NAMED"
            if named and after + 1 < len(words):
                after += 1
            graphs[named].append(names.iri(words[after]))
    return graphs


def _refuse_parsed_calls(query: str) -> None:
    """rdflib's opinion, asked only where the word occurs (it needs tens of milliseconds)."""
    if len(query) > PARSED:
        raise QueryRefused(f"a query that holds the word 'service' may have {PARSED:,} characters at most")
    try:
        parsed = parseQuery(query)
    except (pyparsing.ParseBaseException, RecursionError, ValueError, KeyError) as error:
        raise QueryRefused("the query holds the word 'service' and could not be read to its end") from error
    if _calls(parsed):
        raise QueryRefused("SERVICE is not allowed here: this endpoint calls no other server")


def _calls(node: object) -> bool:
    if isinstance(node, CompValue):
        return node.name == "ServiceGraphPattern" or any(_calls(value) for value in node.values())
    if isinstance(node, list | tuple | pyparsing.ParseResults):
        return any(_calls(value) for value in node)
    return False
