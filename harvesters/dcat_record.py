"""What a described dataset says of itself as a record: its identifier, its date, its page, and whether it is gone."""

from datetime import datetime, timezone
from typing import Literal, TypeAlias

from harvesters import when
from harvesters.base import JSON, Harvested
from harvesters.listing import Listing
from harvesters.names import record_url
from harvesters.rdf_tree import TYPE, Graph, TooLarge, Trees, compact, expand, is_blank

Identity: TypeAlias = Literal["auto", "iri", "dct:identifier"]

CATALOGUE = expand("dcat:Catalog")
DATASETS = ("dcat:Dataset", "dcat:DatasetSeries")
NAMED = frozenset(
    expand(name) for name in (*DATASETS, "dcat:Catalog", "dcat:CatalogRecord", "dcat:DataService", "skos:ConceptScheme")
)
GONE = ("withdrawn", "deleted")
_LISTS = frozenset(
    expand(name) for name in ("dcat:dataset", "dcat:service", "dcat:record", "hydra:member", "foaf:primaryTopic")
)


class Records:
    """Makes records of the nodes of graphs. Two nodes that share one identifier are two datasets, and one is reported."""

    def __init__(
        self, listing: Listing, longest: int, identity: Identity, gone: tuple[str, ...], zone: timezone, page: str
    ) -> None:
        self._listing = listing
        self._longest = longest
        self._identity = identity
        self._gone = frozenset(word.lower() for word in gone)
        self._zone = zone
        self._page = page
        self._owner: dict[int, int] = {}  # of an identifier: the node it was first seen on, both as hashes

    def trees(self, graph: Graph, classes: frozenset[str]) -> Trees:
        return Trees(graph, NAMED | classes, self._longest)

    def one(self, graph: Graph, trees: Trees, node: str, position: str) -> Harvested:
        """The record of a node. Raises LimitExceeded, rdf_tree.Tangled."""
        identifier = self._identifier(graph, node)
        if not identifier:
            what = "IRI" if self._identity == "iri" else "dct:identifier"
            return self._listing.unreadable(position, f"it has no {what}, and a title is not taken for one")
        mark = hash(position if is_blank(node) else node)
        if self._owner.setdefault(hash(identifier), mark) != mark:
            return self._listing.named_unreadable(identifier, f"another dataset has the same identifier ({position})")
        deleted = self._is_gone(graph, node)
        try:
            body = b"" if deleted else trees.tree(node)
        except TooLarge as error:
            return self._listing.named_unreadable(identifier, str(error))
        return self._listing.record(
            identifier,
            JSON,
            body,
            modified=self._modified(graph, node),
            deleted=deleted,
            url=record_url(self._page, identifier) or _address(graph, node),
            position=position,
        )

    def _identifier(self, graph: Graph, node: str) -> str:
        """Of several dct:identifier the first in the order of the alphabet: the order they come in means nothing."""
        if self._identity != "dct:identifier" and not is_blank(node):
            return node
        if self._identity == "iri":
            return ""
        return min((text.strip() for text in graph.texts(node, "dct:identifier") if text.strip()), default="")

    def _is_gone(self, graph: Graph, node: str) -> bool:
        """adms:status as IRI or word (http://purl.org/adms/status/Withdrawn, .../dataset-status/WITHDRAWN), owl:deprecated."""
        if any(text.strip() in ("true", "1") for text in graph.texts(node, "owl:deprecated")):
            return True
        words = {text.rstrip("/#").rpartition("/")[2].rpartition("#")[2] for text in graph.texts(node, "adms:status")}
        return bool(self._gone & {word.strip().lower() for word in words})

    def _modified(self, graph: Graph, node: str) -> datetime | None:
        stamps = (when.parse(text, "iso", self._zone) for text in graph.texts(node, "dct:modified"))
        return max((stamp for stamp in stamps if stamp), default=None)


def listed(graph: Graph) -> set[str]:
    """What catalogues on this page name as their datasets, described here or elsewhere."""
    return {
        node for owner in graph for node in graph.nodes(owner, "dcat:dataset", "hydra:member") if not is_blank(node)
    }


def found(graph: Graph, classes: frozenset[str]) -> list[str]:
    """The nodes that are records: of one of the classes, or listed as a dataset; and no catalogue.

    A blank node that another thing than a catalogue points at (dct:source [a dcat:Dataset]) is a part of that thing.
    A node that is only given a class is named here and described elsewhere.
    """
    members = listed(graph) if expand("dcat:Dataset") in classes else set()
    parts = {
        term
        for node in graph
        for predicate, terms in graph.properties(node).items()
        if predicate not in _LISTS
        for term in terms
        if isinstance(term, str) and is_blank(term)
    }
    return [
        node
        for node in graph
        if (classes & (types := graph.types(node)) or (node in members and not types & NAMED))
        and CATALOGUE not in types
        and node not in parts
        and is_described(graph, node)
    ]


def is_described(graph: Graph, node: str) -> bool:
    """Whether more is said of it than its class."""
    return bool(graph.properties(node).keys() - {TYPE})


def kinds_described(graph: Graph) -> str:
    """The classes a page describes, for people."""
    types = sorted({compact(each) for node in graph if is_described(graph, node) for each in graph.types(node)})
    return ", ".join(types[:8]) or "nothing with a class"


def _address(graph: Graph, node: str) -> str | None:
    """A landing page, else the IRI itself, if it is one that a browser opens."""
    pages = sorted(text for text in graph.texts(node, "dcat:landingPage") if text.startswith(("http://", "https://")))
    if pages:
        return pages[0]
    return node if node.startswith(("http://", "https://")) else None
