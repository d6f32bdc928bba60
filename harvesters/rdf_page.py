"""An RDF document from outside, read into a graph: Turtle, N-Triples, RDF/XML, JSON-LD, parsed once, in bulk.

The parser (oxigraph's) fetches nothing, but it expands XML entities, does not mind XML that stops in the middle, and
takes quadratic time over deep XML. RDF/XML is therefore looked at by libxml2 first, with its limits on.
"""

import codecs
import io
import re
from typing import Literal as OneOf
from typing import TypeAlias

import pyoxigraph as ox
from lxml import etree

from harvesters.answer import printable
from harvesters.charset import codec_name
from harvesters.json_text import Malformed, wellformed
from harvesters.rdf_tree import Graph, Literal, Term

Format: TypeAlias = OneOf["turtle", "n-triples", "rdf-xml", "json-ld"]
FORMATS: dict[Format, ox.RdfFormat] = {
    "turtle": ox.RdfFormat.TURTLE,
    "n-triples": ox.RdfFormat.N_TRIPLES,
    "rdf-xml": ox.RdfFormat.RDF_XML,
    "json-ld": ox.RdfFormat.JSON_LD,
}
ACCEPT = "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8, application/n-triples;q=0.7, */*;q=0.1"

_MOST = 1_000_000  # statements of one page: some 200 MB
_SWELL = 16  # times the size of the document: what its distinct names may grow to (prefixes make long names short)
_VAGUE = frozenset({"", "text/plain", "application/octet-stream", "text/html", "application/x-download"})
_GENID = "/.well-known/genid/"  # RDF 1.1 Concepts, 3.5: blank nodes that were given names, new ones each time
_XML_START = re.compile(rb"<(?:\?xml|!--|!DOCTYPE|[A-Za-z][\w.-]*:?RDF[\s>])", re.I)
_XML_END = re.compile(rb"(?:RDF\s*|/)>(?:\s|\0|<!--[^>]*-->)*\Z")
_JSON_START = re.compile(rb"\{|\[\s*(?:\{|\]\s*\Z)")
_UNDECLARED = re.compile(rb"\A\s*<\?xml[^>]{0,200}\?>")
_DECLARED = re.compile(rb"\A\s*<\?xml[^>]{0,150}encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_ENDS = ("Unexpected end", "not found before end of input", "unexpected end of file")


class BrokenPage(ValueError):
    """Not the RDF it should be. `truncated` when it is right as far as it goes: probably a cut answer."""

    def __init__(self, message: str, truncated: bool = False) -> None:
        super().__init__(printable(message, 300))
        self.truncated = truncated


def guess(media_type: str, body: bytes) -> Format:
    """The format, by what the server says, unless that is vague or the first bytes plainly say otherwise.

    Raises BrokenPage.
    """
    stated = None if media_type in _VAGUE else ox.RdfFormat.from_media_type(media_type)
    start = body[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start[2:].replace(b"\0", b"")
    if _XML_START.match(start):
        return "rdf-xml"
    if _JSON_START.match(start) and stated != ox.RdfFormat.TURTLE:
        return "json-ld"
    for name, form in FORMATS.items():
        if form == stated:
            return name
    if start[:1] in (b"@", b"<", b"#", b"_", b"[", b"(") or start[:4].upper() in (b"PREF", b"BASE"):
        return "turtle"
    raise BrokenPage(f"neither Turtle, N-Triples, RDF/XML nor JSON-LD (its Content-Type is {media_type or 'missing'})")


def read(body: bytes, form: Format, base: str, charset: str = "") -> Graph:
    """The graph; named graphs are taken together. `base` resolves relative IRIs. Raises BrokenPage."""
    try:
        text = _prepared(body, form, charset)
        return _graph(ox.parse(text, FORMATS[form], base_iri=base, lenient=True, rename_blank_nodes=False), len(text))
    except Malformed as error:
        raise BrokenPage(f"not JSON: {error}", error.truncated) from None
    except etree.XMLSyntaxError as error:
        raise BrokenPage(f"not XML: {error}", _XML_END.search(body[-500:]) is None) from None
    except (SyntaxError, ValueError) as error:
        if isinstance(error, BrokenPage):
            raise
        raise BrokenPage(_explained(str(error), form), any(end in str(error) for end in _ENDS)) from None


def _explained(message: str, form: Format) -> str:
    if "LoadDocumentCallback" in message:
        return (
            "its JSON-LD needs an @context from another address, which is not fetched: ask for Turtle, or see data_json"
        )
    return f"not {form}: {message}"


def _prepared(body: bytes, form: Format, charset: str) -> bytes:
    """UTF-8 without a byte order mark, and harmless."""
    if form == "json-ld":
        return wellformed(body, charset)
    if form != "rdf-xml":
        return _utf8(body, charset)
    declared = _DECLARED.match(body[:400])
    text = _UNDECLARED.sub(b"", _utf8(body, declared[1].decode() if declared else charset), count=1)
    _check_xml(text)
    return text


def _utf8(body: bytes, charset: str) -> bytes:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace").encode()
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        body.decode()
    except UnicodeDecodeError as error:
        codec = codec_name(charset)
        if codec in ("", "utf-8", "ascii"):
            cut = error.end >= len(body) and "unexpected end" in error.reason
            raise BrokenPage(f"not UTF-8 at byte {error.start}, and no other charset is stated", cut) from None
        return body.decode(codec, "replace").encode()
    return body


def _check_xml(text: bytes) -> None:
    """Well-formed to its end, of bounded depth, without a document type. Raises XMLSyntaxError, BrokenPage."""
    root = None
    for event, element in etree.iterparse(
        io.BytesIO(text), ("start", "end"), resolve_entities=False, huge_tree=False, no_network=True, load_dtd=False
    ):
        if root is None:
            root = element
            if root.getroottree().docinfo.doctype:
                raise BrokenPage("XML with a document type declaration is refused: it can hide entities")
        elif event == "end":
            element.clear(keep_tail=False)


def _graph(quads: ox.QuadParser, size: int) -> Graph:
    graph, names = Graph(), _Names(size)
    for number, quad in enumerate(quads):
        if number >= _MOST:
            raise BrokenPage(f"more than {_MOST} statements on one page: ask for smaller pages")
        subject, term = _term(quad.subject), _term(quad.object)
        if isinstance(subject, str) and term is not None:  # not a statement about a statement (RDF 1.2)
            once = names.once(term) if isinstance(term, str) else term
            graph.add(names.once(subject), names.once(quad.predicate.value), once)
    return graph


class _Names:
    """Every name once in memory, and not more of them than a document of this size may mean."""

    def __init__(self, size: int) -> None:
        self._names: dict[str, str] = {}
        self._left = _SWELL * size + 2**20

    def once(self, name: str) -> str:
        known = self._names.setdefault(name, name)
        if known is name:
            self._left -= len(name)
            if self._left < 0:
                raise BrokenPage(f"its names grow to more than {_SWELL} times its size when they are written out")
        return known


def _term(term: object) -> Term | None:
    if isinstance(term, ox.NamedNode):
        return f"_:{term.value}" if _GENID in term.value else term.value
    if isinstance(term, ox.BlankNode):
        return f"_:{term.value}"
    if isinstance(term, ox.Literal):
        return Literal(term.value, term.language or "", term.datatype.value)
    return None
