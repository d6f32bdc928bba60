"""`/feed/ldes` and `/feed/records`: the event streams over HTTP, by Accept or by suffix."""

from collections.abc import Callable

import pyoxigraph
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from publish import conditional, negotiate
from publish.errors import NotAcceptable, NotFound
from publish.feed import spans
from publish.feed.nodes import BLOCK, PAGE, ROOT, Tree
from publish.feed.stream import STREAMS, Stream
from publish.formats import HTML
from publish.services import Services
from vocab.rdf import TURTLE, dataset, serialise

FOR_EVER = "public, max-age=31536000, immutable"  # a year is the longest that RFC 9111 speaks of
SOON = "public, max-age=5"  # of what grows
ASK = "public, no-cache"  # of what holds content: whoever keeps a copy asks each time whether it still stands

Answer = Callable[[Request], Response]


def routes(services: Services) -> list[Route]:
    found = []
    for stream in STREAMS:
        name = stream.path.rpartition("/")[2]
        for level, path in ((ROOT, stream.path), *((one, f"{stream.path}/{one}/{{number}}") for one in (BLOCK, PAGE))):
            ending = "-".join(part for part in (name, level) if part)
            endpoint = _endpoint(stream, level, services)
            found += [Route(f"{path}.{{suffix}}", endpoint, name=f"{ending}-data"), Route(path, endpoint, name=ending)]
    return found


def _endpoint(stream: Stream, level: str, services: Services) -> Answer:
    def answer(request: Request) -> Response:
        suffix = request.path_params.get("suffix")
        form = _negotiated(request, stream) if suffix is None else stream.suffixes.get(suffix)
        if form is None:
            raise NotFound(f"This stream comes as {', '.join(f'.{name}' for name in stream.suffixes)}.")
        if form == HTML:
            return RedirectResponse(f"{services.settings.base_url}/feed", 303, {"Vary": "Accept"})
        tree = Tree(stream, services, f".{suffix}" if suffix else "")
        body, caching = _document(tree, level, request.path_params.get("number", ""))
        headers = {"Vary": "Accept", "Cache-Control": caching, "X-Robots-Tag": "noindex"}
        return conditional.answer(request, _written(body, form, services), form, headers=headers)

    return answer


def _negotiated(request: Request, stream: Stream) -> str:
    """Raises NotAcceptable."""
    offers = (*stream.suffixes.values(), HTML)  # TriG for who takes anything
    wanted = negotiate.media_type(request.headers.get("accept"), offers)
    if wanted is None:
        raise NotAcceptable(offers)
    return wanted


def _document(tree: Tree, level: str, number: str) -> tuple[bytes, str]:
    """The N-Quads of a document, and how long they may be kept."""
    if level == ROOT:
        return tree.root(), SOON
    known = spans.number(number)
    if known is None:
        raise NotFound("Pages are counted from 0.")
    body, stays = (tree.block if level == BLOCK else tree.page)(known)
    if stays:
        return body, FOR_EVER
    return body, ASK if tree.stream.whole and level == PAGE else SOON


def _written(nquads: bytes, form: str, services: Services) -> bytes:
    if form != TURTLE:
        return dataset(nquads, form, services.namespaces)
    quads = pyoxigraph.parse(nquads, format=pyoxigraph.RdfFormat.N_QUADS)
    return serialise((quad.triple for quad in quads), form, services.namespaces)
