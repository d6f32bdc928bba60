"""The addresses of the Action API, and CKAN's envelope around every answer: `help`, `success`, and `result` or `error`."""

from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publish import conditional
from publish.ckan import arguments
from publish.ckan.actions import PATH, Actions
from publish.ckan.arguments import Arguments
from publish.ckan.errors import ActionError, SearchDown, SearchQueryError
from publish.formats import JSON
from publish.services import Services
from search.base import BadQuery, SearchError

MEDIA_TYPE = f"{JSON};charset=utf-8"  # as CKAN spells it
_ENCODER = msgspec.json.Encoder(decimal_format="string")


def routes(services: Services) -> list[Route]:
    actions = Actions(services)

    async def action(request: Request) -> Response:
        body = await request.body() if request.method == "POST" else b""
        return await run_in_threadpool(_answer, actions, request, body)

    def version(request: Request) -> Response:
        return conditional.answer(request, b'{"version":3}', JSON)

    return [
        Route(PATH + "/{action}", action, methods=["GET", "POST"], name="ckan-action"),
        Route("/api/action/{action}", action, methods=["GET", "POST"], name="ckan-action-unversioned"),
        Route("/api/3", version, name="ckan-version"),
    ]


def _answer(actions: Actions, request: Request, body: bytes) -> Response:
    name = request.path_params["action"]
    try:
        result = _call(actions, name, _given(request, body))
    except ActionError as error:
        return _failure(actions, name, error)
    envelope = _ENCODER.encode({"help": actions.help(name), "success": True, "result": result})
    if request.method == "POST":
        return Response(envelope, media_type=MEDIA_TYPE)
    return conditional.answer(request, envelope, MEDIA_TYPE)


def _given(request: Request, body: bytes) -> Arguments:
    """Raises BadRequest."""
    if request.method == "POST":
        return arguments.of_body(body, request.headers.get("content-type", ""))
    return arguments.of_pairs(request.query_params.multi_items())


def _call(actions: Actions, name: str, given: Arguments) -> Any:
    """Raises ActionError."""
    try:
        return actions.call(name, given)
    except BadQuery as error:
        raise SearchQueryError(str(error)) from error
    except SearchError as error:
        raise SearchDown("The search index is being rebuilt or restarted. Try again soon.") from error


def _failure(actions: Actions, name: str, error: ActionError) -> Response:
    told = error.body()
    body = told if isinstance(told, str) else {"help": actions.help(name), "success": False, "error": told}
    headers = {"Cache-Control": "no-store", **({"Retry-After": "5"} if error.status == 503 else {})}
    return Response(_ENCODER.encode(body), error.status, headers, MEDIA_TYPE)
