"""The forms in which one record is served: the linked-data serialisations and its own JSON."""

from dataclasses import dataclass

from vocab.kinds import encode_record
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord
from vocab.rdf import serialise, triples

HTML = "text/html"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Format:
    """One form: `suffix` of its address, media type, the name people know it by; plain JSON is not `rdf`."""

    suffix: str
    media_type: str
    name: str
    rdf: bool = True


# In the order in which equally wanted forms are offered.
FORMATS = (
    Format("ttl", "text/turtle", "Turtle"),
    Format("jsonld", "application/ld+json", "JSON-LD"),
    Format("json", JSON, "JSON", rdf=False),
    Format("nt", "application/n-triples", "N-Triples"),
    Format("rdf", "application/rdf+xml", "RDF/XML"),
)
BY_SUFFIX = {f.suffix: f for f in FORMATS}
BY_MEDIA_TYPE = {f.media_type: f for f in FORMATS}


def body(public: PublicRecord, form: Format, namespaces: Namespaces) -> bytes:
    """The record in one form. The JSON is the very bytes that `PublicRecord.digest` is taken over."""
    if not form.rdf:
        return encode_record(public.record)
    return serialise(triples(public, namespaces), form.media_type, namespaces)
