"""The portal's routes: one page per kind, so that no address of another part can be mistaken for a record."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publish.portal.home import HomePage
from publish.portal.quality import QualityPages
from publish.portal.record import OrganisationPage, RecordPage
from publish.portal.search import SearchPage
from publish.portal.site import Site
from publish.portal.sources import SourcePages
from publish.problem import all_outcomes
from vocab.kinds import KINDS


def routes(site: Site) -> list[Route]:
    def about(request: Request) -> Response:
        return site.page(request, "about.html", {"problems": all_outcomes()})

    sources, record, quality = SourcePages(site), RecordPage(site), QualityPages(site)
    return [
        Route("/", HomePage(site).show, name="home"),
        Route("/search", SearchPage(site).show, name="search-page"),
        Route("/about", about, name="about"),
        Route("/source", sources.all, name="sources"),
        Route("/source/{id}", sources.one, name="source"),
        Route("/source/{id}/quality", quality.page, name="source-quality"),
        Route("/source/{id}/quality.{suffix}", quality.data, name="source-quality-data"),
        Route("/organisation", OrganisationPage(site).show, name="organisation-name"),
        *(Route(f"/{kind}/{{id}}", record.show, name=f"page-{kind}") for kind in KINDS),
    ]
