"""`/.well-known/void`: what the dataset is and how many records it has, as RDF (VoID 6.2; RDF Data Cube)."""

from collections.abc import Iterator

import pyoxigraph
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.clock import stamp
from publish import conditional, negotiate
from publish.dumps.offer import Offer, offer_of
from publish.errors import NotAcceptable
from publish.services import Services
from vocab.rdf import FORMATS, N_TRIPLES, serialise
from vocab.rdf.statistics import Counts, address, dataset, statistics


def routes(services: Services) -> list[Route]:
    offer = offer_of(services)

    def void(request: Request) -> Response:
        wanted = negotiate.media_type(request.headers.get("accept"), tuple(FORMATS))
        if wanted is None:
            raise NotAcceptable(tuple(FORMATS))
        return conditional.answer(request, body(services, wanted, offer), wanted, headers={"Vary": "Accept"})

    return [Route("/.well-known/void", void, name="void")]


def body(services: Services, media_type: str, offer: Offer | None = None) -> bytes:
    """What the graph has; while it has none yet, the description alone. Raises GraphError."""
    ns = services.namespaces
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{address(ns)}> {{ ?s ?p ?o }} }}"
    found = services.graph.query(query, N_TRIPLES).body or statistics(Counts(stamp(), services.view.counts()), ns)
    triples = {quad.triple for quad in pyoxigraph.parse(found, format=pyoxigraph.RdfFormat.N_TRIPLES)}
    triples.update(_dumps(services, offer))
    return serialise(sorted(triples, key=str), media_type, ns)


def _dumps(services: Services, offer: Offer | None) -> Iterator[pyoxigraph.Triple]:
    """The files of the newest dump that hold RDF (VoID 3.2)."""
    kept = offer.latest() if offer else None
    if offer is None or kept is None:
        return
    node = pyoxigraph.NamedNode(dataset(services.namespaces)[1:-1])
    name = pyoxigraph.NamedNode(services.namespaces.expand("void:dataDump"))
    for file in kept.dump.files:
        if file.format in ("nq", "ttl"):
            yield pyoxigraph.Triple(node, name, pyoxigraph.NamedNode(offer.url(kept, file.name)))
