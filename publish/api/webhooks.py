"""`/api/v1/webhooks`: a program asks to be told of what a search finds, and manages that by the key it was given once."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.alerts.callback import LONGEST, PORTS, BadAddress
from federation.alerts.hooks import Hook, State, TooMany
from federation.alerts.subscriptions import LONGEST_SEARCH
from publish.alerts.asking import Porter, parsed
from publish.alerts.opening import ACTIONS, HOOKS, Opener, TooWide
from publish.api.shapes import Uri
from publish.errors import BadParameter, Forbidden, NotFound, UnreadableBody, WrongMediaType
from publish.formats import JSON
from publish.portal.asked import LONGEST_NUMBER, PATH, Asked, asked
from publish.services import Services
from search.base import FACETS

MANY, ONE = "/webhooks", "/webhooks/{key}"
NO_STORE = {"Cache-Control": "no-store"}
# What an address of the search page may hold; the last ones do not decide what is found.
KNOWN = ("q", *FACETS, *LONGEST_NUMBER, "sort", "each", "cursor", "lang")


class WebhookAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be followed, and the address to be told at."""

    address: Annotated[
        str,
        msgspec.Meta(
            max_length=LONGEST, description=f"https://host/path, at port {', '.join(map(str, sorted(PORTS)))}."
        ),
    ]
    search: Annotated[
        str,
        msgspec.Meta(
            max_length=LONGEST_SEARCH,
            description="The address of a search page, or its query alone: q=...&kind=...&region=... Empty: everything.",
        ),
    ] = ""


class WebhookState(msgspec.Struct, frozen=True):
    """How a webhook stands. `failure`: refused (no public address), insecure, slow, unreachable, echo (the challenge did not come
    back), wide (the search finds too much) or `status` and what was answered; empty when nothing failed."""

    id: str
    state: State
    address: str
    search: Uri
    created: str
    waiting: Annotated[int, msgspec.Meta(description="Changes that are to be told.")]
    told: Annotated[str | None, msgspec.Meta(description="When it last took something.")]
    attempts: Annotated[int, msgspec.Meta(description="Calls that failed since one did not.")]
    failing: Annotated[str | None, msgspec.Meta(description="Since when.")]
    failure: str
    due: Annotated[str, msgspec.Meta(description="The next call, when there is something to tell.")]
    until: Annotated[str | None, msgspec.Meta(description="When it is deleted by itself.")]


class WebhookOpened(WebhookState, frozen=True, kw_only=True):
    """A new webhook. `key`, which manages it, and `secret`, which signs what it is sent, are shown this once."""

    key: str
    secret: str
    page: Annotated[Uri, msgspec.Meta(description="Where a person manages it.")]

    def __repr__(self) -> str:
        return f"WebhookOpened({self.id}, ***)"


def routes(services: Services) -> list[Route]:
    """Without a `Hooks` service every one answers that there is none."""
    counter = Counter(services)
    one = "/api/v1" + ONE
    return [
        Route("/api/v1" + MANY, counter.open, methods=["POST"], name="openWebhook"),
        Route(one, counter.one, methods=["GET", "DELETE"], name="getWebhook"),
        *(Route(f"{one}/{act}", counter.acting(act), methods=["POST"], name=f"{act}Webhook") for act in ACTIONS),
    ]


class Counter:
    """The endpoints."""

    def __init__(self, services: Services) -> None:
        self._settings = services.settings
        self._opener, self._porter = Opener(services), Porter(services.settings)

    async def open(self, request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            raise WrongMediaType(f"The body must be {JSON}.")
        given = _given(await request.body())
        return await run_in_threadpool(self._open, request, given)

    def _open(self, request: Request, given: WebhookAsked) -> Response:
        self._porter.admit(request)
        wanted = self._wanted(given.search)
        try:
            opened = self._opener.open(given.address, wanted)
        except BadAddress as error:
            raise BadParameter("address", f"{error}.", value=given.address[:100]) from error
        except TooWide as error:
            raise BadParameter("search", f"{error}.", value=given.search[:100]) from error
        except TooMany as error:
            raise Forbidden(f"{error}.") from error
        state = msgspec.structs.asdict(self._state(opened.hook))
        page = f"{self._settings.base_url}{HOOKS}/{opened.key}"
        answer = WebhookOpened(**state, key=opened.key, secret=opened.secret, page=page)
        location = {"Location": f"{self._settings.base_url}/api/v1/webhooks/{opened.key}"}
        return Response(msgspec.json.encode(answer), 201, {**NO_STORE, **location}, JSON)

    def one(self, request: Request) -> Response:
        if request.method == "DELETE":
            return self._end(request)
        return self._answer(self._opener.get(request.path_params["key"]))

    def acting(self, action: str) -> Callable[[Request], Response]:
        def act(request: Request) -> Response:
            self._porter.require_own_form(request)
            return self._answer(self._opener.act(request.path_params["key"], action))

        return act

    def _end(self, request: Request) -> Response:
        self._porter.require_own_form(request)
        if not self._opener.end(request.path_params["key"]):
            raise NotFound(GONE)
        return Response(None, 204, NO_STORE)

    def _answer(self, found: Hook | None) -> Response:
        if found is None:
            raise NotFound(GONE)
        return Response(msgspec.json.encode(self._state(found)), 200, NO_STORE, JSON)

    def _state(self, hook: Hook) -> WebhookState:
        names = [f.name for f in msgspec.structs.fields(WebhookState) if f.name != "search"]
        search = f"{self._settings.base_url}{PATH}?{hook.search}"
        return WebhookState(**{name: getattr(hook, name) for name in names}, search=search)

    def _wanted(self, search: str) -> Asked:
        """Raises BadParameter for what the search page would leave alone: a program means what it writes."""
        try:
            query = urlsplit(search).query if search.startswith(("http://", "https://", "/")) else search
        except ValueError:
            query = search
        given = parsed(query.removeprefix("?"))
        for name in given:
            if name not in KNOWN:
                raise BadParameter("search", f"{name[:100]!r} is no parameter of a search.", KNOWN, name[:100])
        return asked(given, self._settings.limits.query_text)


GONE = "There is no webhook of this key: it was ended, or has expired."


def _given(body: bytes) -> WebhookAsked:
    try:
        return msgspec.json.decode(body, type=WebhookAsked)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        wrong = f": {error}" if isinstance(error, msgspec.ValidationError) else ""
        raise UnreadableBody(f'The body must be {{"address": "https://...", "search": "q=..."}}{wrong}.') from None
