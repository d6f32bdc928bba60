"""Before the first visitor: what is otherwise loaded at the first request of each sort is loaded when a worker starts."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import perf_counter

import anyio.to_thread
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from publish import formats
from publish.formats import FORMATS
from publish.languages import Lang
from publish.portal.home import HomePage
from publish.portal.record import RecordPage
from publish.portal.search import SearchPage
from publish.portal.site import Site
from publish.portal.sources import SourcePages
from vocab import codes
from vocab.kinds import KINDS

WORDS = b"q=%E7%A7%91%E6%8A%80%E6%88%90%E6%9E%9C%20technology"  # both scripts: each has an analysis of its own

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def lifespan(site: Site) -> Lifespan:
    """The application's lifespan: it answers nobody before it is warm."""

    @asynccontextmanager
    async def span(_: Starlette) -> AsyncIterator[None]:
        await anyio.to_thread.run_sync(warm, site)
        yield

    return span


def warm(site: Site) -> None:
    """Load what pages need, by making them. What fails here fails again, with its answer, when somebody asks for it."""
    started, log = perf_counter(), structlog.get_logger("publish.warm")
    for name, step in _steps(site).items():
        try:
            step()
        except Exception as error:  # a part that is down must not keep the others from starting
            log.info("not warmed", part=name, error=type(error).__name__)
    log.info("warm", ms=round((perf_counter() - started) * 1000))


def _steps(site: Site) -> dict[str, Callable[[], None]]:
    return {
        "codes": _codes,
        "home": lambda: _made(HomePage(site).show, "/"),
        "search": lambda: _made(SearchPage(site).show, "/search", WORDS),
        "sources": lambda: _sources(site),
        "record": lambda: _record(site),
    }


def _codes() -> None:
    for scheme in codes.SCHEME_IDS:
        codes.scheme(scheme).ancestors("")


def _sources(site: Site) -> None:
    for source in list(site.services.sources)[:1]:
        _made(SourcePages(site).one, f"/source/{source}", id=source)


def _record(site: Site) -> None:
    for kind in KINDS:
        for public in site.services.view.page(0, 1, kind):
            local = public.iri.rpartition("/")[2]
            _made(RecordPage(site).show, f"/{kind}/{local}", id=local)
            for form in FORMATS:
                formats.body(public, form, site.services.namespaces)


def _made(page: Callable[[Request], Response], path: str, query: bytes = b"", **parameters: str) -> None:
    """The page in every language, as for a request that nobody sent."""
    for lang in Lang:
        headers = [(b"accept-language", lang.value.encode())]
        scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": headers}
        page(Request({**scope, "path_params": parameters, "server": None, "root_path": "", "scheme": "http"}))
