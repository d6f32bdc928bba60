"""The SPARQL endpoint `/sparql`: SPARQL 1.1 Protocol, queries only, with limits and honest errors."""

from starlette.routing import Route

from publish.portal.site import Site
from publish.sparql.endpoint import METHODS, Endpoint

__all__ = ["routes"]


def routes(site: Site) -> list[Route]:
    """The routes of the endpoint; blocking calls of the store run in threads. Its pages stand in the site's frame."""
    return [Route("/sparql", Endpoint(site).__call__, methods=METHODS, name="sparql")]
