"""Namespaces: every IRI the platform mints and every prefix it writes are made here and nowhere else."""

import hashlib
import re
import unicodedata
import uuid
from collections.abc import Mapping
from types import MappingProxyType

from vocab.values import Agent

STANDARD: Mapping[str, str] = MappingProxyType(
    {
        "adms": "http://www.w3.org/ns/adms#",
        "as": "https://www.w3.org/ns/activitystreams#",
        "bibo": "http://purl.org/ontology/bibo/",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcatap": "http://data.europa.eu/r5r/",
        "dcterms": "http://purl.org/dc/terms/",
        "dqv": "http://www.w3.org/ns/dqv#",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "frapo": "http://purl.org/cerif/frapo/",
        "hydra": "http://www.w3.org/ns/hydra/core#",
        "ldes": "https://w3id.org/ldes#",
        "locn": "http://www.w3.org/ns/locn#",
        "oa": "http://www.w3.org/ns/oa#",
        "org": "http://www.w3.org/ns/org#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "prov": "http://www.w3.org/ns/prov#",
        "qb": "http://purl.org/linked-data/cube#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "schema": "http://schema.org/",
        "sh": "http://www.w3.org/ns/shacl#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "spdx": "http://spdx.org/rdf/terms#",
        "tree": "https://w3id.org/tree#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "void": "http://rdfs.org/ns/void#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)
REGION_SCHEME = "gbt2260"

_URL = hashlib.sha1(uuid.NAMESPACE_URL.bytes, usedforsecurity=False)
_BASE = re.compile(r"https?://[^\s<>\"{}|\\^`?#]+")
_CODE = re.compile(r"[^\s/<>\"{}|\\^`?#%]+/[^\s/<>\"{}|\\^`?#%]+")
_REGION = re.compile(r"[0-9]{6}")
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def _uuid5(name: bytes) -> uuid.UUID:
    """RFC 9562 section 5.5 in the URL namespace, as `uuid.uuid5` makes it, but of bytes."""
    digest = _URL.copy()  # cheaper than to begin anew
    digest.update(name)
    return uuid.UUID(bytes=digest.digest()[:16], version=5)


class UnknownPrefix(KeyError):
    """A prefixed name whose prefix is not declared; the message names the known ones."""

    def __str__(self) -> str:
        return str(self.args[0])


class Namespaces:
    """All IRIs under one `base` (an http or https address without a trailing slash). Raises ValueError for another."""

    def __init__(self, base: str) -> None:
        if not _BASE.fullmatch(base) or base.endswith("/"):
            raise ValueError(f"base {base!r} must be an http(s) address without query, fragment or trailing slash")
        self.base = base
        self.sta = f"{base}/ns/sta#"
        self.prefixes: Mapping[str, str] = MappingProxyType({**STANDARD, "sta": self.sta})
        self._prefix_of = {start: prefix for prefix, start in self.prefixes.items()}

    def __repr__(self) -> str:
        return f"Namespaces({self.base!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Namespaces) and other.base == self.base

    def __hash__(self) -> int:
        return hash(self.base)

    def expand(self, name: str) -> str:
        """The IRI of a prefixed name: `dcterms:title`. Raises UnknownPrefix."""
        prefix, colon, local = name.partition(":")
        if not colon or prefix not in self.prefixes:
            known = ", ".join(sorted(self.prefixes))
            raise UnknownPrefix(f"{name!r} has no known prefix; known are {known} (vocab/namespaces.py)")
        return self.prefixes[prefix] + local

    def shorten(self, iri: str) -> str | None:
        """The prefixed name of an IRI when one can be written without escapes, else None."""
        start = (
            max(iri.rfind("/"), iri.rfind("#")) + 1
        )  # every namespace ends with one, and no name that is written so has any
        prefix = self._prefix_of.get(iri[:start])
        return f"{prefix}:{iri[start:]}" if prefix and _LOCAL.fullmatch(iri, start) else None

    def record(self, kind: str, source: str, local_id: str) -> str:
        """The permanent IRI of a record: the same source and local id always give the same one."""
        # A lone surrogate cannot be hashed as UTF-8; "surrogatepass" keeps two such ids apart.
        name = f"{source}\n{local_id}".encode("utf-8", "surrogatepass")
        return self.named(kind, str(_uuid5(name)))

    def named(self, kind: str, name: str) -> str:
        """The IRI of a record that ends otherwise than its source and local id would have it."""
        return f"{self.base}/id/{kind}/{name}"

    def scheme(self, scheme: str) -> str:
        """The IRI of a code list: `cl04`."""
        return f"{self.base}/code/{scheme}"

    def concept(self, code: str) -> str:
        """The IRI of a code written `scheme/notation`. Raises ValueError for anything else."""
        if not _CODE.fullmatch(code):
            raise ValueError(f"{code!r} is not a code of the form scheme/notation, like 'cl04/2'")
        return f"{self.base}/code/{code}"

    def region(self, digits: str) -> str:
        """The IRI of an administrative division by its six digits (GB/T 2260). Raises ValueError for anything else."""
        if not _REGION.fullmatch(digits):
            raise ValueError(f"{digits!r} is not a division code of six digits (GB/T 2260)")
        return f"{self.base}/code/{REGION_SCHEME}/{digits}"

    def organisation(self, agent: Agent) -> str:
        """The IRI of an organisation: by its unified social credit code, else by its name."""
        if agent.uscc and re.fullmatch(r"[0-9A-Z]{18}", agent.uscc):
            return f"{self.base}/id/organisation/{agent.uscc}"
        name = " ".join(unicodedata.normalize("NFKC", agent.name).split())
        return f"{self.base}/id/organisation/{_uuid5(name.encode('utf-8', 'surrogatepass'))}"

    def source(self, source: str) -> str:
        """The IRI (and page) of a source of the federation."""
        return f"{self.base}/source/{source}"
