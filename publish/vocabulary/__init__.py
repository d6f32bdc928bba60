"""The shared vocabulary for people and programs: code lists at `/code`, the ontology at `/ns/sta`."""

from starlette.routing import Route

from publish.portal.site import Site
from publish.vocabulary import codes, ontology

__all__ = ["routes"]


def routes(site: Site) -> list[Route]:
    return [*codes.routes(site), *ontology.routes(site)]
