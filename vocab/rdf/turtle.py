"""Turtle of many records without end: each described by itself, subject by subject, with the prefixes said once.

Made from the lines of N-Triples, whose terms are terms of Turtle: only properties and classes are shortened. A writer that
is given triples as objects takes ten times as long for the same.
"""

from collections.abc import Iterable, Sequence

from vocab.namespaces import Namespaces
from vocab.rdf.graph import RDF_TYPE


class TurtleText:
    def __init__(self, ns: Namespaces) -> None:
        self._short = _Short(ns)
        self.head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in ns.prefixes.items()).encode()

    def text(self, statements: Sequence[str]) -> bytes:
        """The `lines` of a record."""
        groups: dict[str, list[str]] = {}
        for line in statements:
            subject, rest = line.split(" ", 1)
            groups.setdefault(subject, []).append(rest)
        return "\n".join(self._blocks(groups)).encode()

    def _blocks(self, groups: dict[str, list[str]]) -> Iterable[str]:
        for subject, pairs in groups.items():
            yield f"\n{subject} " + " ;\n    ".join([self._pair(pair) for pair in pairs]) + " ."
        yield ""

    def _pair(self, pair: str) -> str:
        predicate, term = pair.split(" ", 1)
        if predicate == RDF_TYPE:
            return f"a {self._short[term]}"
        return f"{self._short[predicate]} {term}"


class _Short(dict[str, str]):
    """Term of a property or class -> how Turtle writes it. There are some hundred of them at most."""

    def __init__(self, ns: Namespaces) -> None:
        super().__init__()
        self._ns = ns

    def __missing__(self, term: str) -> str:
        short = self[term] = self._ns.shorten(term[1:-1]) or term
        return short
