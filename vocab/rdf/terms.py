"""Terms of RDF as N-Triples text. Whatever a source sent, what comes out is valid in every serialisation.

Records are turned into text at once, because building term objects first would cost five times the whole view.
"""

import re
from functools import lru_cache
from urllib.parse import quote

import pyoxigraph

XSD = "http://www.w3.org/2001/XMLSchema#"
# Schemes that may stand as an object IRI; `javascript:` and the like stay literals, for pages turn IRIs into links.
SCHEMES = ("http:", "https:", "urn:", "doi:", "info:", "ftp:", "mailto:", "tel:")

# N-Triples must escape the first four; the rest is forbidden in XML 1.0 (section 2.2), so RDF/XML could not carry it.
_SPECIAL = re.compile('["\\\\\n\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n"}
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")


def escape(text: str) -> str:
    """Text between the quotes of an N-Triples or SPARQL literal; forbidden characters become U+FFFD, line ends LF."""
    if _SPECIAL.search(text) is None:
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    # SPARQL may resolve \\uXXXX before it reads strings (1.1, section 19.2), so a backslash never stands before a bare u.
    return _SPECIAL.sub(_escaped, lines).replace("\\\\u", "\\\\\\u0075").replace("\\\\U", "\\\\\\u0055")


def _escaped(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[0], "\ufffd")


def string(text: str) -> str:
    return f'"{escape(text)}"'


def tagged(text: str, language: str) -> str:
    return f'"{escape(text)}"@{language}'


@lru_cache(maxsize=16_384)  # the same days, counts and sums in record after record
def typed(lexical: str, datatype: str) -> str:
    """A literal of an XML Schema type given by its local name: `gYear`."""
    return f'"{escape(lexical)}"^^<{XSD}{datatype}>'


def moment(text: str) -> str:
    """A time as xsd:dateTime when it is written as one (RFC 3339), else as a plain string: never an ill-typed literal."""
    return typed(text, "dateTime") if _DATETIME.fullmatch(text) else string(text)


@lru_cache(maxsize=65_536)
def external(text: str) -> str | None:
    """An IRI from outside as a term, with what IRIs forbid percent-encoded; None when it is no IRI of a known scheme."""
    if not text.lower().startswith(SCHEMES):
        return None
    try:
        iri = quote(text.strip(), safe="%/:=&?~#+!$,;'@()*", encoding="utf-8", errors="strict")
        return f"<{pyoxigraph.NamedNode(iri).value}>"
    except (ValueError, UnicodeEncodeError):
        return None


def reference(text: str) -> str:
    """An IRI when `text` is one, else the text itself as a literal: nothing a source said is lost."""
    return external(text) or string(text)
