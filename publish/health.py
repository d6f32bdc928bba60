"""`/healthz` (this process answers) and `/readyz` (what it needs answers, and how far behind it is)."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from publish.formats import JSON
from publish.services import Services
from search.base import Query

ASK = "ASK { ?s ?p ?o }"


class Check(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether a part answers; `records` it holds and `behind` the ledger's count by, where that is known."""

    ok: bool
    records: int | None = None
    behind: int | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    checks: dict[str, Check]

    @property
    def ready(self) -> bool:
        return all(check.ok for check in self.checks.values())


def routes(services: Services) -> list[Route]:
    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})

    def readyz(_: Request) -> Response:
        found = readiness(services)
        body = msgspec.json.encode({"ready": found.ready, "checks": found.checks})
        return Response(body, 200 if found.ready else 503, {"Cache-Control": "no-store"}, JSON)

    return [Route("/healthz", healthz, name="healthz"), Route("/readyz", readyz, name="readyz")]


def readiness(services: Services) -> Readiness:
    """Asks each part. A part that fails is reported by name only: messages may hold addresses and paths."""
    ledger = _checked(lambda: _ledger(services))
    published = ledger.records
    return Readiness(
        {
            "ledger": ledger,
            "search": _checked(lambda: _search(services, published)),
            "graph": _checked(lambda: _graph(services)),
        }
    )


def _checked(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception:  # any failure of a part means just this: the part is not ready
        return Check(ok=False)


def _ledger(services: Services) -> Check:
    return Check(ok=True, records=sum(services.view.counts().values()), seq=services.view.last_seq())


def _search(services: Services, published: int | None) -> Check:
    total = services.index.search(Query(size=1)).total
    return Check(ok=True, records=total, behind=None if published is None else max(0, published - total))


def _graph(services: Services) -> Check:
    services.graph.query(ASK, "application/sparql-results+json")
    return Check(ok=True)
