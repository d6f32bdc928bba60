"""`/api/v1/sources`: the listings this node federates, and how they are doing in public."""

from federation.source import Name, Source
from federation.views import ProblemCount, Run, SourceStatus
from publish.api.shapes import ProblemItem, RunItem, SourceAnswer, SourceItem, SourcesAnswer, Title
from publish.errors import NotFound
from publish.services import Services


def sources(services: Services) -> SourcesAnswer:
    found = (services.sources[name] for name in sorted(services.sources))
    return SourcesAnswer(tuple(item(s, services.sources_view.source(s.id), services) for s in found))


def source(services: Services, name: str) -> SourceAnswer:
    found = known(services, name)
    return SourceAnswer(
        source=item(found, services.sources_view.source(name), services),
        runs=tuple(run_item(run) for run in services.sources_view.runs(name)),
        problems=tuple(problem_item(problem) for problem in services.sources_view.problems(name)),
    )


def known(services: Services, name: str) -> Source:
    """The source of that id. Raises NotFound."""
    if name not in services.sources:
        raise NotFound("No source has this id; /api/v1/sources lists them.")
    return services.sources[name]


def item(found: Source, status: SourceStatus, services: Services) -> SourceItem:
    return SourceItem(
        iri=services.namespaces.source(found.id),
        id=found.id,
        title=title(found.title),
        region=found.region,
        publisher=title(found.publisher),
        homepage=found.homepage,
        licence=found.licence,
        fictional=found.fictional,
        disclosure=found.disclosure.mode,
        declaration=found.disclosure.declaration,
        published=status.published,
        last_success=status.last_success,
    )


def title(name: Name) -> Title:
    return Title(zh=name.zh, en=name.en or None)


def run_item(run: Run) -> RunItem:
    """Only what concerns published records: how many were seen would tell how many were refused."""
    return RunItem(
        id=run.id,
        status=run.status,
        started=run.started,
        ended=run.ended,
        complete=run.complete,
        published=run.counts.published,
        changed=run.counts.changed,
        withdrawn=run.counts.withdrawn,
    )


def problem_item(problem: ProblemCount) -> ProblemItem:
    return ProblemItem(problem.code, problem.path, problem.severity, problem.message, problem.count, problem.value)
