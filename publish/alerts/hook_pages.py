"""`/follow/webhook`: who runs a program asks here for it to be told, sees how that goes, and ends it. No account, no JavaScript.

The secret and the address of the page that manages a webhook are shown once, in the answer to the asking.
"""

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.alerts.callback import LONGEST, BadAddress
from federation.alerts.deliveries import WIDEST
from federation.alerts.hooks import AT_HOST, Hook, State, TooMany
from federation.alerts.subscriptions import LONGEST_SEARCH
from publish.alerts.asking import PRIVATE, Porter, fields, parsed, shown
from publish.alerts.opening import ACTIONS, HOOKS, Opener, TooWide
from publish.portal.asked import Asked, asked
from publish.portal.reader import Reader
from publish.portal.site import Site

BUTTONS = {
    State.ASKED: ("challenge",),
    State.ACTIVE: ("pause",),
    State.PAUSED: ("resume",),
    State.GIVEN_UP: ("resume",),
}
NAMED = ("refused", "insecure", "slow", "unreachable", "echo", "wide")  # failures that have words of their own


def routes(site: Site) -> list[Route]:
    pages = HookPages(site)
    one = HOOKS + "/{key}"
    return [
        Route(HOOKS, pages.form, methods=["GET"], name="webhook"),
        Route(HOOKS, pages.ask, methods=["POST"], name="webhook-ask"),
        Route(one, pages.state, methods=["GET"], name="webhook-state"),
        Route(one + "/stop", pages.stop, methods=["POST"], name="webhook-stop"),
        *(Route(f"{one}/{act}", pages.act, methods=["POST"], name=f"webhook-{act}") for act in ACTIONS),
    ]


class HookPages:
    def __init__(self, site: Site) -> None:
        self.site = site
        self._opener = Opener(site.services)
        self._porter = Porter(site.services.settings)

    def form(self, request: Request) -> Response:
        return self._form(request, self._asked(request.query_params))

    async def ask(self, request: Request) -> Response:
        """Raises Forbidden for a form of another site, TooManyRequests, NotFound, BadQuery."""
        given = fields(await request.body())
        return await run_in_threadpool(self._ask, request, given)

    def _ask(self, request: Request, given: QueryParams) -> Response:
        self._porter.admit(request)
        wanted = self._asked(parsed(given.get("search", "")[:LONGEST_SEARCH]))
        address = given.get("address", "")[: LONGEST + 1]
        try:
            opened = self._opener.open(address, wanted)
        except (BadAddress, TooMany) as error:
            return self._form(request, wanted, address, error.code)
        except TooWide as error:
            return self._form(request, wanted, address, "wide", error.total)
        manage = f"{self.site.services.settings.base_url}{HOOKS}/{opened.key}"
        more = {"hook": opened.hook, "secret": opened.secret, "manage": manage}
        return self._page(request, "opened", wanted, more)

    def state(self, request: Request) -> Response:
        return self._state(request, self._opener.get(request.path_params["key"]))

    def act(self, request: Request) -> Response:
        """The last part of the path says what is to be done."""
        self._porter.require_own_form(request)
        key, action = request.path_params["key"], request.url.path.rpartition("/")[2]
        return self._state(request, self._opener.act(key, action))

    def stop(self, request: Request) -> Response:
        """Whoever holds the key ends it, and is told the same when it had ended before."""
        self._porter.require_own_form(request)
        key = request.path_params["key"]
        found = self._opener.get(key)
        self._opener.end(key)
        return self._page(request, "stopped", self._kept(found.search) if found else Asked())

    def _state(self, request: Request, found: Hook | None) -> Response:
        if found is None:
            return self._page(request, "gone", Asked(), status=404)
        reader = self.site.reader(request)
        more = {
            "hook": found,
            "failure": said(found.failure, reader),
            "buttons": BUTTONS[found.state],
            "key": request.path_params["key"],
        }
        return self._page(request, "state", self._kept(found.search), more)

    def _form(self, request: Request, wanted: Asked, address: str = "", wrong: str = "", total: int = 0) -> Response:
        reader = self.site.reader(request)
        told = ""
        if wrong:
            numbers = {"n": AT_HOST, "most": reader.number(WIDEST), "total": reader.number(total), "long": LONGEST}
            told = reader.text(f"hook.wrong_{wrong}", **numbers)
        more = {"address": address[:LONGEST], "wrong": told, "open": self.site.services.hooks is not None}
        return self._page(request, "form", wanted, more, status=422 if wrong else 200)

    def _page(
        self,
        request: Request,
        doing: str,
        wanted: Asked,
        more: Mapping[str, object] | None = None,
        *,
        status: int = 200,
    ) -> Response:
        reader = self.site.reader(request)
        context = {
            "doing": doing,
            **shown(wanted, reader),
            "hook": None,
            **(more or {}),
        }
        return self.site.page(request, "webhook.html", context, status=status, headers=PRIVATE)

    def _asked(self, given: QueryParams) -> Asked:
        return asked(given, self.site.services.settings.limits.query_text)

    def _kept(self, search: str) -> Asked:
        return self._asked(parsed(search))


def said(failure: str, reader: Reader) -> str:
    """What went wrong last, in the reader's language; empty when nothing did."""
    if failure in NAMED:
        return reader.text(f"hook.failed_{failure}", most=reader.number(WIDEST))
    return reader.text("hook.failed_status", status=failure.removeprefix("status ")) if failure else ""
