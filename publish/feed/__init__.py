"""Change feeds: what was published, changed and withdrawn, for people and programs. All follow the change log."""

from starlette.routing import Route

from publish.feed import atom, ldes, page, resourcesync
from publish.portal.site import Site


def routes(site: Site) -> list[Route]:
    return [*page.routes(site), *atom.routes(site), *ldes.routes(site.services), *resourcesync.routes(site.services)]
