"""`POST /api/v1/validate` and `/standard/validate`: a file is checked against the standard, and forgotten.

Nothing of it is stored or logged: it is read from memory, and a browser's upload does not touch the disk either, for people may
send what they should not.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from ipaddress import ip_network
from typing import Annotated

import anyio
import msgspec
from anyio.to_thread import run_sync
from msgspec import Meta
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.checking import check
from federation.errors import UnreadableFile
from publish import languages, params
from publish.errors import BadParameter, TooManyRequests, Unavailable, UnreadableBody, WrongMediaType
from publish.formats import JSON
from publish.languages import Lang
from publish.middleware.rate import Buckets, client_of
from publish.own_form import expect_own_form
from publish.portal.site import Site
from publish.settings import RateLimit
from publish.standard.told import CheckAnswer, told
from vocab.kinds import KINDS
from vocab.standard.versions import current

API, PAGE = "/api/v1/validate", "/standard/validate"
PACE = RateLimit(per_second=0.2, burst=10)  # files of one client
AT_ONCE = 2  # files checked at the same time: each is some seconds of one processor
WAITING = 8  # further ones that are held in memory until their turn comes
UNPACKED = 4  # times the size of a file that a workbook may have unpacked
PRIVATE = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}


class ValidateParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file itself is the body. `kind`, when it is not found out by headings; `lang`: the language of the answer."""

    kind: Annotated[str, Meta(extra_json_schema={"enum": list(KINDS)})] | None = None
    lang: Lang | None = None


def routes(site: Site) -> list[Route]:
    desk = Desk(site)
    return [
        Route(API, desk.answer, methods=["POST"], name="validate"),
        Route(PAGE, desk.form, methods=["GET"], name="standard-check"),
        Route(PAGE, desk.sent, methods=["POST"], name="standard-checked"),
    ]


class _Upload(msgspec.Struct, frozen=True):
    """The file of a form, and the kind that was chosen."""

    body: bytes
    name: str
    media_type: str
    kind: str


class _InMemory(MultiPartParser):
    spool_max_size = 1 << 30  # above any body that comes through: nothing goes to the disk


class Desk:
    def __init__(self, site: Site) -> None:
        self._site, self._settings = site, site.services.settings
        self._trusted = tuple(map(ip_network, self._settings.trusted_proxies))
        self._pace = Buckets(PACE)
        self._turns = anyio.CapacityLimiter(AT_ONCE)
        self._inside = 0
        self._encode = msgspec.json.Encoder().encode

    async def answer(self, request: Request) -> Response:
        """Raises BadParameter, TooManyRequests, Unavailable, UnreadableBody, WrongMediaType."""
        given = params.read(request, ValidateParams)
        self._take(request)
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type.startswith("multipart/"):
            raise WrongMediaType("The body is the file itself, no form: curl sends it with --data-binary @FILE.")
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            raise WrongMediaType("A compressed body is not read.")
        lang = given.lang or languages.of(request)
        try:
            with self._place():
                found = await self._check(await request.body(), "", media_type, _kind(given.kind), lang)
        except UnreadableFile as error:
            raise UnreadableBody(str(error)) from error
        return Response(self._encode(found), headers={**PRIVATE, "Content-Language": lang.tag}, media_type=JSON)

    def form(self, request: Request) -> Response:
        return self._page(request)

    async def sent(self, request: Request) -> Response:
        """Raises Forbidden for a form of another site, TooManyRequests, Unavailable, BadParameter, UnreadableBody."""
        expect_own_form(request, self._settings.base_url)
        self._take(request)
        with self._place():
            upload = await _upload(request)
            if not upload.body:
                return self._page(request, fault="no-file", status=422)
            chosen, lang = _kind(upload.kind or None), languages.of(request)
            try:
                found = await self._check(upload.body, upload.name, upload.media_type, chosen, lang)
            except UnreadableFile as error:
                return self._page(request, fault=str(error), status=422)
        return self._page(request, answer=found)

    @contextmanager
    def _place(self) -> Iterator[None]:
        """A place among the files that are held in memory. Raises Unavailable."""
        if self._inside >= AT_ONCE + WAITING:
            raise Unavailable("More files are waiting to be checked than can be answered soon. Try again in a minute.")
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    async def _check(self, body: bytes, name: str, media_type: str, kind: str | None, lang: Lang) -> CheckAnswer:
        limits, today = self._settings.limits, datetime.now(UTC).date()

        def work() -> CheckAnswer:
            report = check(
                BytesIO(body),
                today=today,
                max_rows=limits.check_rows,
                max_bytes=UNPACKED * limits.check,
                name=name,
                media_type=media_type,
                kind=kind,
            )
            return told(report, lang, self._settings.base_url)

        return await run_sync(work, limiter=self._turns)

    def _take(self, request: Request) -> None:
        if seconds := self._pace.take(client_of(request.scope, self._trusted)):
            raise TooManyRequests(math.ceil(seconds))

    def _page(
        self, request: Request, *, answer: CheckAnswer | None = None, fault: str = "", status: int = 200
    ) -> Response:
        context = {
            "answer": answer,
            "fault": fault,
            "kinds": KINDS.values(),
            "version": current(),
            "rows": self._settings.limits.check_rows,
            "megabytes": self._settings.limits.check // 2**20,
        }
        return self._site.page(request, "standard_check.html", context, status=status, headers=PRIVATE)


def _kind(given: str | None) -> str | None:
    if given is not None and given not in KINDS:
        raise BadParameter("kind", "There is no such kind of record.", [*KINDS], given[:100])
    return given


async def _upload(request: Request) -> _Upload:
    """What the form holds; an empty body where there is no file. Raises WrongMediaType, UnreadableBody."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise WrongMediaType("The form is sent as multipart/form-data.")
    try:
        fields = await _InMemory(request.headers, request.stream(), max_files=1, max_fields=8).parse()
    except MultiPartException as error:
        raise UnreadableBody(f"The form cannot be read: {error.message}") from error
    try:
        kind, file = str(fields.get("kind", "")), fields.get("file")
        if not isinstance(file, UploadFile):
            return _Upload(b"", "", "", kind)
        return _Upload(await file.read(), file.filename or "", file.content_type or "", kind)
    finally:
        await fields.close()
