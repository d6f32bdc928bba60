"""The SPARQL endpoint `/sparql`: SPARQL 1.1 Protocol, queries only, with limits and honest errors."""

from starlette.routing import Route

from publish.sparql.endpoint import METHODS, Endpoint, SparqlServices

__all__ = ["SparqlServices", "routes"]


def routes(services: SparqlServices) -> list[Route]:
    """The routes of the endpoint; blocking calls of the store run in threads."""
    return [Route("/sparql", Endpoint(services).__call__, methods=METHODS, name="sparql")]
