"""The forms in which one record is served: the linked-data serialisations and its own JSON."""

from dataclasses import dataclass

import pyoxigraph

from vocab.kinds import encode_record
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord
from vocab.rdf import triples

HTML = "text/html"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Format:
    """One form: `suffix` of its address, media type, the name people know it by; `rdf` is None for plain JSON."""

    suffix: str
    media_type: str
    name: str
    rdf: pyoxigraph.RdfFormat | None = None


# In the order in which equally wanted forms are offered.
FORMATS = (
    Format("ttl", "text/turtle", "Turtle", pyoxigraph.RdfFormat.TURTLE),
    Format("jsonld", "application/ld+json", "JSON-LD", pyoxigraph.RdfFormat.JSON_LD),
    Format("json", JSON, "JSON"),
    Format("nt", "application/n-triples", "N-Triples", pyoxigraph.RdfFormat.N_TRIPLES),
    Format("rdf", "application/rdf+xml", "RDF/XML", pyoxigraph.RdfFormat.RDF_XML),
)
BY_SUFFIX = {f.suffix: f for f in FORMATS}
BY_MEDIA_TYPE = {f.media_type: f for f in FORMATS}


def body(public: PublicRecord, form: Format, namespaces: Namespaces) -> bytes:
    """The record in one form. The JSON is the very bytes that `PublicRecord.digest` is taken over."""
    if form.rdf is None:
        return encode_record(public.record)
    written = pyoxigraph.serialize(triples(public, namespaces), format=form.rdf, prefixes=dict(namespaces.prefixes))
    return written or b""
