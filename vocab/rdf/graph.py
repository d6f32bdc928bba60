"""The graph of one record while it is being written: lines of N-Triples, without the closing dot.

No blank nodes: inner nodes are named under the record (`<record#price-1>`), so two graphs compare line by line.
An inner node has a class only when the property that leads to it does not say it: every line is paid for in the store.
"""

from collections.abc import Mapping
from functools import lru_cache

from vocab.namespaces import Namespaces
from vocab.rdf.terms import XSD, external, string, tagged
from vocab.values import Agent

RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
TRUE, FALSE = f'"true"^^<{XSD}boolean>', f'"false"^^<{XSD}boolean>'


class Names(dict[str, str]):
    """Prefixed name -> term, made when first asked for: a lookup in C thereafter."""

    def __init__(self, ns: Namespaces) -> None:
        super().__init__()
        self._ns = ns

    def __missing__(self, curie: str) -> str:
        term = self[curie] = f"<{self._ns.expand(curie)}>"
        return term


class Terms:
    """Terms of one `Namespaces`, made once: predicates, concepts and organisations repeat in every record."""

    def __init__(self, ns: Namespaces) -> None:
        self.ns = ns
        self.names = Names(ns)
        self.code = lru_cache(maxsize=65_536)(self._code)
        self.region = lru_cache(maxsize=16_384)(self._region)
        self.organisation = lru_cache(maxsize=65_536)(self._organisation)

    def name(self, curie: str) -> str:
        """The term of a prefixed name."""
        return self.names[curie]

    def _code(self, code: str) -> str:
        try:
            return external_or_literal(self.ns.concept(code), code)
        except ValueError:
            return string(code)

    def _region(self, digits: str) -> str:
        try:
            return f"<{self.ns.region(digits)}>"
        except ValueError:
            return string(digits)

    def _organisation(self, agent: Agent) -> tuple[str, tuple[str, ...]]:
        """The node of an organisation and what is said of it."""
        node = external(agent.iri) if agent.iri else None
        node = node or f"<{self.ns.organisation(agent)}>"
        lines = []
        if agent.name:
            lines.append(f"{node} {self.name('foaf:name')} {tagged(agent.name, 'zh')}")
        if agent.name_en:
            lines.append(f"{node} {self.name('foaf:name')} {tagged(agent.name_en, 'en')}")
        if agent.uscc:
            lines.append(f"{node} {self.name('org:identifier')} {string(agent.uscc)}")
        return node, tuple(lines)


def external_or_literal(iri: str, text: str) -> str:
    return external(iri) or string(text)


class Graph:
    """Lines of the record `iri`; `subject` is its term."""

    __slots__ = ("_counts", "_known", "_names", "iri", "lines", "subject", "terms")

    def __init__(self, terms: Terms, iri: str) -> None:
        self.terms = terms
        self.iri = iri
        self.subject = f"<{iri}>"
        self.lines: list[str] = []
        self._counts: dict[str, int] = {}
        self._known: dict[str, str] = {}  # name -> node of the organisations that have more than a name
        self._names = terms.names

    def add(self, subject: str, predicate: str, term: str) -> None:
        """Add a line; `predicate` is a prefixed name, the others are terms."""
        self.lines.append(f"{subject} {self._names[predicate]} {term}")

    def add_all(self, subject: str, pairs: Mapping[str, str | None]) -> None:
        """Add one line per predicate that has a term."""
        names = self._names
        self.lines += [f"{subject} {names[name]} {term}" for name, term in pairs.items() if term is not None]

    def says(self, subject: str, predicate: str, term: str) -> bool:
        """Whether this line was added."""
        return f"{subject} {self._names[predicate]} {term}" in self.lines

    def type(self, subject: str, name: str) -> None:
        self.lines.append(f"{subject} {RDF_TYPE} {self._names[name]}")

    def node(self, word: str, *types: str) -> str:
        """A new inner node `<record#word-n>` of the given classes."""
        number = self._counts[word] = self._counts.get(word, 0) + 1
        node = f"<{self.iri}#{word}-{number}>"
        for name in types:
            self.type(node, name)
        return node

    def agent(self, agent: Agent) -> str:
        """The node of an organisation, described once. A bare name is the organisation of that name with a code, if the
        record has spoken of one."""
        if not (agent.uscc or agent.iri or agent.name_en) and (known := self._known.get(agent.name)):
            return known
        node, lines = self.terms.organisation(agent)
        self.lines += lines
        if agent.uscc or agent.iri:
            self._known[agent.name] = node
        return node

    def organisation(self, name: str) -> str:
        """The node of an organisation known by name alone."""
        return self.agent(Agent(name=name))
