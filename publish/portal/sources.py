"""`/source` and `/source/{id}`: who publishes here, on which basis, how fresh it is and what could be better."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from federation.source import Source
from federation.views import SourceStatus
from publish.api.sources import known, run_item
from publish.portal import problems
from publish.portal.reader import Reader
from publish.portal.site import Site
from publish.services import Services


@dataclass(frozen=True, slots=True)
class Listed:
    """A source with its state, as lists show it."""

    source: Source
    status: SourceStatus
    title: str
    publisher: str
    region: str
    total: int
    fresh: str
    fresh_at: str | None


def listed(services: Services, reader: Reader) -> list[Listed]:
    """All sources, most records first."""
    found = [summary(s, services, reader) for s in services.sources.values()]
    return sorted(found, key=lambda item: (-item.total, item.source.id))


def summary(source: Source, services: Services, reader: Reader) -> Listed:
    status = services.sources_view.source(source.id)
    return Listed(
        source=source,
        status=status,
        title=reader.source(source.id),
        publisher=(source.publisher.en if reader.lang == "en" else "") or source.publisher.zh,
        region=reader.region(source.region),
        total=sum(status.published.values()),
        fresh=reader.ago(status.last_success) if status.last_success else reader.text("source.never"),
        fresh_at=status.last_success,
    )


class SourcePages:
    def __init__(self, site: Site) -> None:
        self.site = site

    def all(self, request: Request) -> Response:
        sources = listed(self.site.services, self.site.reader(request))
        return self.site.page(request, "sources.html", {"sources": sources})

    def one(self, request: Request) -> Response:
        services, reader = self.site.services, self.site.reader(request)
        source = known(services, request.path_params["id"])
        item = summary(source, services, reader)
        published = {kind: n for kind, n in item.status.published.items() if n}
        context = {
            "item": item,
            "source": source,
            "runs": [run_item(run) for run in services.sources_view.runs(source.id)],
            "problems": problems.shown(services.sources_view.problems(source.id), published, reader),
            "kinds": [(reader.kinds(kind, n), kind, n) for kind, n in published.items()],
        }
        return self.site.page(request, "source.html", context)
