"""Requests of the SPARQL 1.1 Protocol (section 2.1): a query by GET, by form and by body."""

from urllib.parse import parse_qsl

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request

from federation.graph.base import QueryRefused
from publish.errors import ContentTooLarge

FORM, QUERY = "application/x-www-form-urlencoded", "application/sparql-query"
MAX_BYTES = 256 * 2**10
MAX_GRAPHS = 100


class Question(msgspec.Struct, frozen=True):
    """What was asked: the query (empty: none), its dataset, and the media type for those who cannot set an Accept header."""

    query: str = ""
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    media_type: str = ""  # `format=`


async def question(request: Request) -> Question:
    """Read a request. Raises QueryRefused (400), ContentTooLarge (413) and HTTPException (415)."""
    pairs = list(request.query_params.multi_items())
    if request.method == "POST":
        pairs += await _posted(request)
    for name, _ in pairs:
        if name in ("update", "using-graph-uri", "using-named-graph-uri"):
            raise QueryRefused("this endpoint answers queries only; updates come from the sources by their change logs")
    return _question(pairs)


def _question(pairs: list[tuple[str, str]]) -> Question:
    queries = [value for name, value in pairs if name == "query"]
    if len(queries) > 1:
        raise QueryRefused("'query' may be given once only")
    default = tuple(value for name, value in pairs if name == "default-graph-uri")
    named = tuple(value for name, value in pairs if name == "named-graph-uri")
    if len(default) + len(named) > MAX_GRAPHS:
        raise QueryRefused(f"a dataset may name {MAX_GRAPHS} graphs at most")
    last = dict(pairs)
    return Question(queries[0] if queries else "", default, named, last.get("format", ""))


async def _posted(request: Request) -> list[tuple[str, str]]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in (FORM, QUERY):
        raise HTTPException(415, f"send the query as {FORM} or {QUERY}", headers={"Accept-Post": f"{FORM}, {QUERY}"})
    try:
        text = (await _body(request)).decode("utf-8")
        return [("query", text)] if media_type == QUERY else parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise QueryRefused("the request is not UTF-8") from error


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BYTES:
            raise ContentTooLarge(f"A query may have {MAX_BYTES:,} bytes at most.")
    return bytes(body)
