"""The SPARQL endpoint: question in, whole answer or honest error out."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import ip_network

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from federation.graph.answers import ALIASES, GRAPHS, RESULTS, choose
from federation.graph.base import GraphError, QueryRefused
from publish import problem
from publish.conditional import tag, unchanged
from publish.errors import NotAcceptable, PublishError
from publish.middleware.rate import client_of
from publish.portal.site import Site
from publish.sparql.description import description
from publish.sparql.guard import Admitted, admit
from publish.sparql.mark import Mark
from publish.sparql.page import ASKED, HTML, Page
from publish.sparql.protocol import Question, question
from publish.sparql.turns import CONCURRENT, Turns
from vocab.rdf import FORMATS

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Type, ETag, Retry-After",
    "Vary": "Accept, Accept-Language, Cookie",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
    "Allow": "GET, HEAD, POST, OPTIONS",
}
METHODS = ["GET", "HEAD", "POST", "OPTIONS"]


class Endpoint:
    """Handler of `/sparql`. Store calls block, so they run in threads, a few at a time."""

    def __init__(self, site: Site) -> None:
        services = site.services
        self.graph, self.ns = services.graph, services.namespaces
        self._mark = Mark(services.graph_mark) if services.graph_mark else None
        self._page = Page(site)
        self._turns = Turns()
        self._threads = ThreadPoolExecutor(CONCURRENT, "sparql")
        self._trusted = tuple(ip_network(network) for network in services.settings.trusted_proxies)

    async def __call__(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={**HEADERS, **PREFLIGHT})
        asked = Question()
        try:
            asked = await question(request)
            response = await self._answer(request, asked)
        except (GraphError, PublishError, HTTPException) as error:
            response = await anyio.to_thread.run_sync(self._refusal, request, asked, error)
        response.headers.update(HEADERS)
        return response

    async def _answer(self, request: Request, asked: Question) -> Response:
        if not asked.query.strip():
            return await anyio.to_thread.run_sync(self._without_query, request, asked)
        async with self._turns.wait(client_of(request.scope, self._trusted)):
            return await self._in_thread(partial(self._ask, request, asked))

    async def _in_thread(self, work: Callable[[], Response]) -> Response:
        """In threads of our own: a hop by anyio costs the time of a lookup. A request that is given up keeps its turn until
        its question has come back, as the store is still at it.
        """
        asking = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            return await asyncio.shield(asking)
        except asyncio.CancelledError:
            await asyncio.wait([asking])
            raise

    def _ask(self, request: Request, asked: Question) -> Response:
        """Admit the query, ask the store, write the answer; all of it in a thread, for a hop costs as much as a lookup."""
        admitted = admit(asked.query)
        media_type = self._media_type(request, asked, admitted)
        wanted = ASKED[admitted.form] if media_type == HTML else media_type
        default, named = asked.default_graphs, asked.named_graphs
        if not default and not named:  # the protocol's dataset overrides the query's own (section 2.1.4)
            default, named = admitted.default_graphs, admitted.named_graphs
        if media_type == HTML:
            return self._page.results(request, asked, self.graph.query(asked.query, wanted, default, named))
        headers = self._validators(asked, admitted, media_type)
        if "ETag" in headers and unchanged(request, headers["ETag"].removeprefix("W/"), None):
            return Response(status_code=304, headers=headers)
        answer = self.graph.query(asked.query, wanted, default, named)
        return Response(answer.body, headers={**headers, "Content-Type": _content_type(answer.media_type)})

    def _validators(self, asked: Question, admitted: Admitted, media_type: str) -> dict[str, str]:
        """A tag of the state the graph has now, read before the answer: newer data under an older tag are asked for again.

        Weak, for a store may give the same rows in another order.
        """
        if self._mark is None or not admitted.lasting:
            return {"Cache-Control": "no-store"}
        named = ("named", *asked.named_graphs)
        parts = (self._mark(), media_type, asked.query, *asked.default_graphs, *named)
        return {"Cache-Control": "no-cache", "ETag": f"W/{tag(*parts)}"}

    def _media_type(self, request: Request, asked: Question, admitted: Admitted) -> str:
        """The best media type for this form of query. Raises NotAcceptable before the store is troubled."""
        offered: Mapping[str, object] = RESULTS if admitted.form in ("SELECT", "ASK") else GRAPHS
        accept = asked.media_type or request.headers.get("accept", "*/*")
        chosen = choose(accept, {**offered, HTML: None})
        if chosen is None:
            raise NotAcceptable((*offered, HTML))
        return chosen

    def _without_query(self, request: Request, asked: Question) -> Response:
        """The form for people, the service description (SPARQL 1.1 Service Description) for programs."""
        if request.method == "POST":
            raise QueryRefused("there is no 'query' in the request")
        chosen = choose(asked.media_type or request.headers.get("accept", "*/*"), {**FORMATS, HTML: None})
        if chosen is None:
            raise NotAcceptable((*FORMATS, HTML))
        if chosen == HTML:
            return self._page.form(request, asked)
        return Response(description(self.ns, chosen), headers={"Content-Type": _content_type(chosen)})

    def _refusal(self, request: Request, asked: Question, error: Exception) -> Response:
        response = problem.response(error, self.ns.base, str(request.url.path))
        accept = ALIASES.get(asked.media_type, asked.media_type) or request.headers.get("accept", "*/*")
        if choose(accept, {problem.MEDIA_TYPE: None, HTML: None}) != HTML:
            return response
        message = problem.details(error, self.ns.base, "").detail
        return self._page.failure(request, asked, message, response.status_code, problem.headers(error))


def _content_type(media_type: str) -> str:
    """Text types say their character set; the others define it themselves."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
