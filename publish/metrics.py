"""`/metrics`: counts of this process's requests, and published counts, lag and the health of sources as they are now.

Of sources it says what their public pages say, and nothing else: `/metrics` is as public as they are.
"""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.clock import moment
from federation.watch.health import Condition
from publish.health import readiness
from publish.portal.sources import public_health
from publish.services import Services

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


PUBLIC = tuple(condition for condition in Condition if condition is not Condition.HELD)


class Metrics:
    """A registry of one process's own. Every worker is scraped for itself or through whichever answers: gauges agree."""

    def __init__(self, services: Services) -> None:
        self.registry = CollectorRegistry()
        labels = ("route", "method", "status")
        self.requests = Counter("chengguo_http_requests", "Requests answered", labels, registry=self.registry)
        self.seconds = Histogram(
            "chengguo_http_request_seconds", "Time to answer", ("route",), registry=self.registry, buckets=BUCKETS
        )
        self.registry.register(State(services))

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        self.requests.labels(route, method, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def routes(self) -> list[Route]:
        def metrics(_: Request) -> Response:
            body = generate_latest(self.registry)
            return Response(body, headers={"Cache-Control": "no-store", "Content-Type": CONTENT_TYPE_LATEST})

        return [Route("/metrics", metrics, name="metrics")]


class State(Collector):
    """Published counts by kind, how many records each output lacks, and how sources are, asked anew at every scrape."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Named without being measured, so that registering asks nothing of the services."""
        return (_published(), _up(), _behind(), _condition(), _reliability(), _success())

    def collect(self) -> Iterable[GaugeMetricFamily]:
        published, up, behind = _published(), _up(), _behind()
        found = readiness(self.services).checks
        if found["ledger"].ok:
            for kind, count in self.services.view.counts().items():
                published.add_metric([kind], count)
        for name, check in found.items():
            up.add_metric([name], float(check.ok))
            if check.behind is not None:
                behind.add_metric([name], check.behind)
        sources = self._sources() if found["ledger"].ok else ()
        return (published, up, behind, *sources)

    def _sources(self) -> Iterable[GaugeMetricFamily]:
        conditions, reliabilities, successes = _condition(), _reliability(), _success()
        for name, source in self.services.sources.items():
            last = self.services.sources_view.source(name).last_success
            health = public_health(source, last, self.services)
            for condition in PUBLIC:
                conditions.add_metric([name, condition.value], float(condition is health.condition))
            if health.reliability is not None:
                reliabilities.add_metric([name], health.reliability)
            if last is not None:
                successes.add_metric([name], moment(last).timestamp())
        return (conditions, reliabilities, successes)


def _published() -> GaugeMetricFamily:
    return GaugeMetricFamily("chengguo_published_records", "Public records", labels=["kind"])


def _up() -> GaugeMetricFamily:
    return GaugeMetricFamily("chengguo_part_up", "Whether a part answers", labels=["part"])


def _behind() -> GaugeMetricFamily:
    return GaugeMetricFamily("chengguo_output_behind_records", "Records an output lacks", labels=["output"])


def _condition() -> GaugeMetricFamily:
    return GaugeMetricFamily(
        "chengguo_source_health", "1 for the condition a source is in", labels=["source", "condition"]
    )


def _reliability() -> GaugeMetricFamily:
    return GaugeMetricFamily(
        "chengguo_source_reliability", "Share of the latest passes that ended well", labels=["source"]
    )


def _success() -> GaugeMetricFamily:
    return GaugeMetricFamily(
        "chengguo_source_last_success_seconds", "When a pass last ended well (Unix time)", labels=["source"]
    )
