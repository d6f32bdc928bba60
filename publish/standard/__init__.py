"""The unified publication standard at `/standard`: its page, its files by version, and a check of somebody's file against it."""

from starlette.routing import Route

from publish.portal.site import Site
from publish.standard import pages, validate

__all__ = ["routes"]


def routes(site: Site) -> list[Route]:
    return [*validate.routes(site), *pages.routes(site)]
