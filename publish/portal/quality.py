"""`/source/{id}/quality`: how good a source's published records are, and what would help most; as page and as linked data."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from publish import conditional
from publish.api.sources import known
from publish.errors import NotFound
from publish.formats import BY_SUFFIX, FORMATS
from publish.links import with_query
from publish.portal.reader import Reader
from publish.portal.site import Site
from vocab.quality import RULES, Dimension, Report
from vocab.rdf import serialise
from vocab.rdf.quality import NAMES, quality_triples

MOST = 3  # mendings named on the source's own page
MONTHS = 12  # months listed


@dataclass(frozen=True, slots=True)
class Mending:
    """What a source can do, and what it would gain."""

    name: str
    fix: str
    records: int
    gain: float


@dataclass(frozen=True, slots=True)
class Line:
    """One rule and how often it is kept; `share` is None when it applies to no record."""

    name: str
    passed: int
    applicable: int
    share: float | None


def mendings(report: Report, reader: Reader, limit: int | None = None) -> list[Mending]:
    """What would help most, first."""
    return [
        Mending(getattr(rule.name, reader.lang), getattr(rule.fix, reader.lang), count.applicable - count.passed, gain)
        for rule, count, gain in report.fixes[:limit]
    ]


class QualityPages:
    def __init__(self, site: Site) -> None:
        self.site = site

    def page(self, request: Request) -> Response:
        services, reader = self.site.services, self.site.reader(request)
        source = known(services, request.path_params["id"])
        report, month = self._report(request, source.id)
        query = {"month": month}
        context = {
            "source": source,
            "title": reader.source(source.id),
            "report": report,
            "month": month,
            "kept": services.sources_view.quality_months(source.id),
            "dimensions": _dimensions(report, reader),
            "mendings": mendings(report, reader),
            "lines": {dimension: _lines(report, dimension, reader) for dimension in Dimension},
            "months": list(reversed(report.months))[:MONTHS],
            "formats": [
                (f.name, f.media_type, with_query(f"/source/{source.id}/quality.{f.suffix}", query))
                for f in FORMATS
                if f.rdf
            ],
        }
        return self.site.page(request, "source_quality.html", context)

    def data(self, request: Request) -> Response:
        services = self.site.services
        form = BY_SUFFIX.get(request.path_params["suffix"])
        if form is None or not form.rdf:
            raise NotFound("Quality reports come as " + ", ".join(f".{f.suffix}" for f in FORMATS if f.rdf) + ".")
        source = known(services, request.path_params["id"])
        report, month = self._report(request, source.id)
        body = serialise(quality_triples(report, services.namespaces, month), form.media_type, services.namespaces)
        return conditional.answer(request, body, form.media_type)

    def _report(self, request: Request, source: str) -> tuple[Report, str]:
        """The present report, or that of the past month that is asked for. Raises NotFound."""
        view, month = self.site.services.sources_view, request.query_params.get("month", "")
        report = view.quality_of(source, month) if month else view.quality(source)
        if report is None:
            raise NotFound("No report of this month is kept; the quality page lists those that are.")
        return report, month


def _dimensions(report: Report, reader: Reader) -> list[tuple[Dimension, str, float]]:
    found = report.score.dimensions
    return [(one, getattr(NAMES[one], reader.lang), found[one]) for one in Dimension if one in found]


def _lines(report: Report, dimension: Dimension, reader: Reader) -> list[Line]:
    return [
        Line(getattr(rule.name, reader.lang), count.passed, count.applicable, count.share)
        for rule, count in zip(RULES, report.rules, strict=True)
        if rule.dimension is dimension and count.applicable
    ]
