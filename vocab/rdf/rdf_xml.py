"""RDF/XML straight from the lines of a record: a third of the work of making terms first (`benchmarks/oai.py`)."""

import re
from collections.abc import Iterable
from functools import lru_cache

from vocab.namespaces import STANDARD, Namespaces

_LITERAL = re.compile(r'"(.*)"(?:@([\w-]+)|\^\^<(.*)>)?', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_MEANT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_MARKUP = re.compile('[&<>"\r]')
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}


def rdf_xml(lines: Iterable[str], ns: Namespaces) -> str:
    """Lines of N-Triples without the closing dot (`vocab.rdf.lines`) as one `rdf:RDF` element, subject by subject."""
    subjects: dict[str, list[str]] = {}
    used = {"rdf": STANDARD["rdf"]}
    for line in lines:
        subject, predicate, term = line.split(" ", 2)
        name, prefix, namespace = _name(predicate, ns)
        used[prefix] = namespace
        subjects.setdefault(subject, []).append(_property(name, term))
    declared = "".join([f' xmlns:{prefix}="{_marked(iri)}"' for prefix, iri in used.items()])
    about = [f'<rdf:Description rdf:about="{_iri(s)}">{"".join(p)}</rdf:Description>' for s, p in subjects.items()]
    return f"<rdf:RDF{declared}>{''.join(about)}</rdf:RDF>"


@lru_cache(maxsize=4_096)
def _name(predicate: str, ns: Namespaces) -> tuple[str, str, str]:
    """The element's name, its prefix and its namespace. Raises ValueError for a property of no declared vocabulary."""
    short = ns.shorten(predicate[1:-1])
    if short is None:
        raise ValueError(f"property {predicate} has no prefixed name (vocab/namespaces.py)")
    prefix = short.partition(":")[0]
    return short, prefix, ns.prefixes[prefix]


def _property(name: str, term: str) -> str:
    if term[0] == "<":
        return f'<{name} rdf:resource="{_iri(term)}"/>'
    match = _LITERAL.fullmatch(term)
    if match is None:
        raise ValueError(f"{term[:80]!r} is no term of N-Triples")
    text, language, datatype = match.groups()
    how = f' xml:lang="{language}"' if language else ""
    if datatype:
        how = f' rdf:datatype="{_marked(datatype)}"'
    return f"<{name}{how}>{_marked(_plain(text))}</{name}>"


@lru_cache(maxsize=65_536)
def _iri(term: str) -> str:
    return _marked(_plain(term[1:-1]))


def _plain(text: str) -> str:
    return text if "\\" not in text else _ESCAPE.sub(_unescaped, text)


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _MEANT.get(match[3], match[3])


def _marked(text: str) -> str:
    return text if _MARKUP.search(text) is None else _MARKUP.sub(lambda found: _ENTITIES[found[0]], text)
