"""`/source` and `/source/{id}`: who publishes here, on which basis, how fresh it is and what could be better.

The health shown is judged from what the public may know of runs: one that waits for a person looks like any other.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from federation.clock import now
from federation.source import Source
from federation.views import SourceStatus
from federation.watch.health import HISTORY, Health, health_of
from publish.api.sources import known, run_item
from publish.portal import problems, quality
from publish.portal.reader import Reader
from publish.portal.site import Site
from publish.services import Services

LATEST = 10  # runs listed on a source's page


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
    health: Health


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
        health=public_health(source, status.last_success, services),
    )


def public_health(source: Source, last_success: str | None, services: Services) -> Health:
    runs = services.sources_view.runs(source.id, HISTORY)
    return health_of(runs, source.timing(), last_success, now())


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
        report = services.sources_view.quality(source.id)
        published = {kind: n for kind, n in item.status.published.items() if n}
        context = {
            "item": item,
            "source": source,
            "runs": [run_item(run) for run in services.sources_view.runs(source.id, LATEST)],
            "problems": problems.shown(services.sources_view.problems(source.id), published, reader),
            "quality": report if report.records else None,
            "mendings": quality.mendings(report, reader, quality.MOST),
            "kinds": [(reader.kinds(kind, n), kind, n) for kind, n in published.items()],
        }
        return self.site.page(request, "source.html", context)
