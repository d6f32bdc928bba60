"""`/api/v1/sources/{id}/records`: what a source sends by itself. One record by PUT and DELETE, many by POST.

Records go through the same mapping, gate and validation as harvested ones. Requests need a bearer token (RFC 6750) of the
source; a record is named by the source's own key, so that sending it again changes nothing (RFC 9110 section 9.2.2).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from ipaddress import ip_network
from typing import TypeVar
from urllib.parse import quote

import msgspec
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.errors import FederationError, PreconditionFailed
from federation.push import Condition, Outcome, Receipt, Sent
from federation.tokens import Token
from publish.conditional import tag
from publish.errors import (
    BadParameter,
    Forbidden,
    NotFound,
    NotTaken,
    StateChanged,
    TooManyRequests,
    Unauthorised,
    Unavailable,
    UnreadableBody,
    WrongMediaType,
)
from publish.formats import JSON
from publish.middleware.rate import Buckets, client_of
from publish.services import Push, Services
from publish.settings import RateLimit
from vocab.problem import Problem

ONE, MANY = "/sources/{id}/records/{record}", "/sources/{id}/records"
LINES = ("application/x-ndjson", "application/jsonl", "application/json-lines")
RAW = (JSON, "application/xml", "text/xml")  # forms of one record
MOST = 1000  # records of one batch
LONGEST = 1000  # characters of a key
TRIES = RateLimit(per_second=0.2, burst=20)  # wrong tokens of one address
PACE = RateLimit(per_second=20.0, burst=200)  # requests of one token
CODES = {
    "published": 201,
    "changed": 200,
    "unchanged": 200,
    "withdrawn": 200,
    "held": 202,
    "embargoed": 202,
    "superseded": 200,  # a later item of the same batch has the same key
    "absent": 404,
    "rejected": 422,
    "refused": 422,
    "failed": 500,
    "unreadable": 400,
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/=-]{1,200})", re.IGNORECASE)

T = TypeVar("T")
log = structlog.get_logger("publish.push")


class PushAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one record. `code` is the HTTP status it would get alone; `etag` what If-Match takes next time.

    `status`: published, changed, unchanged, withdrawn, held, embargoed, rejected, refused, failed; in a batch also absent,
    superseded and unreadable. Of a refused record `reason` is all there is.
    """

    id: str
    status: str
    code: int
    reason: str = ""
    etag: str | None = None
    outcomes: tuple[Outcome, ...] = ()
    problems: tuple[Problem, ...] = ()


class BatchAnswer(msgspec.Struct, frozen=True):
    """One answer for each item, in the order of the items."""

    counts: dict[str, int]
    results: tuple[PushAnswer, ...]


class BatchItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A record of a batch: its key and the record as the source has it, or `deleted`. `url` is its page at the source."""

    id: str
    record: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    deleted: bool = False
    modified: datetime | None = None
    url: str | None = None


def routes(services: Services) -> list[Route]:
    """The routes; without a `Push` service every source answers that it takes nothing."""
    desk = Desk(services)
    return [
        Route("/api/v1/sources/{id}/records/{record:path}", desk.one, methods=["PUT", "DELETE"], name="pushRecord"),
        Route("/api/v1" + MANY, desk.many, methods=["POST"], name="pushRecords"),
    ]


class Desk:
    """The endpoints. Nothing of a body is read before its token is known."""

    def __init__(self, services: Services) -> None:
        self._push, self._trusted = services.push, tuple(map(ip_network, services.settings.trusted_proxies))
        self._wrong, self._pace = Buckets(TRIES), Buckets(PACE)
        self._encode = msgspec.json.Encoder(decimal_format="string").encode

    async def one(self, request: Request) -> Response:
        source, push = await run_in_threadpool(self._admitted, request)
        identifier = _identifier(request)
        if request.method == "DELETE":
            sent = Sent(identifier, deleted=True)
        else:
            kind = _media_type(request, RAW)
            sent = Sent(identifier, await request.body(), request.headers["content-type"] if kind != JSON else JSON)
        return await run_in_threadpool(self._answer_one, request, push, source, sent)

    async def many(self, request: Request) -> Response:
        source, push = await run_in_threadpool(self._admitted, request)
        lines = _media_type(request, (JSON, *LINES)) in LINES
        return await run_in_threadpool(self._answer_many, push, source, await request.body(), lines)

    def _answer_one(self, request: Request, push: Push, source: str, sent: Sent) -> Response:
        (receipt,) = _stored(push, source, [sent], _condition(request, source, sent.identifier))
        if receipt.status == "absent":
            raise NotFound("This source has no record of that key here.")
        answer = _answer(source, receipt)
        headers = {"Cache-Control": "no-store", **({"ETag": answer.etag} if answer.etag else {})}
        if answer.code >= 400:
            raise NotTaken(answer.status, answer.code, answer.reason, answer.problems, headers)
        address = next((one.iri for one in answer.outcomes if one.iri), None)
        if answer.code == 201 and address is not None:
            headers["Location"] = quote(address, safe=":/#?&=%")
        return Response(self._encode(answer), answer.code, headers, JSON)

    def _answer_many(self, push: Push, source: str, body: bytes, lines: bool) -> Response:
        items = [_item(raw) for raw in (_lines(body) if lines else _array(body))]
        last = {item.identifier: position for position, item in enumerate(items) if isinstance(item, Sent)}
        sent = [
            item for position, item in enumerate(items) if isinstance(item, Sent) and last[item.identifier] == position
        ]
        receipts = {receipt.identifier: receipt for receipt in (_stored(push, source, sent) if sent else ())}
        results = []
        for position, item in enumerate(items):
            if isinstance(item, PushAnswer):
                results.append(item)
            elif last[item.identifier] != position:
                results.append(PushAnswer(item.identifier, "superseded", CODES["superseded"]))
            else:
                results.append(_answer(source, receipts[item.identifier]))
        counts: dict[str, int] = {}
        for result in results:
            counts[result.status] = counts.get(result.status, 0) + 1
        found = self._encode(BatchAnswer(counts, tuple(results)))
        return Response(found, 207, {"Cache-Control": "no-store"}, JSON)

    def _admitted(self, request: Request) -> tuple[str, Push]:
        """The source that may be written, and what writes it. Raises Unauthorised, Forbidden, NotFound, TooManyRequests."""
        source, push = request.path_params["id"], self._push
        token = self._token(request, push)
        if not token.may_push(source):
            raise Forbidden("This token is not for this source.")
        if push is None or not push.takes(source):
            raise NotFound('No source of this id takes records (its file says protocol = "push").')
        _wait(self._pace, token.id)
        return source, push

    def _token(self, request: Request, push: Push | None) -> Token:
        match = _BEARER.fullmatch(request.headers.get("authorization", "").strip())
        if match is None:
            raise Unauthorised(
                "A bearer token is needed (Authorization: Bearer ...); the node's operators give them out."
            )
        client = client_of(request.scope, self._trusted)
        token = _guarded(lambda: push.token(match[1])) if push is not None else None
        if token is None:
            _wait(self._wrong, client)
            raise Unauthorised("This token is wrong or was revoked.")
        return token


def _wait(buckets: Buckets, who: str) -> None:
    if seconds := buckets.take(who):
        raise TooManyRequests(max(1, round(seconds)))


def _stored(push: Push, source: str, sent: Sequence[Sent], condition: Condition | None = None) -> list[Receipt]:
    return _guarded(lambda: push.put(source, sent, condition))


def _guarded(work: Callable[[], T]) -> T:
    """The ledger's messages are for the operators: a province is told to come back."""
    try:
        return work()
    except PreconditionFailed as error:
        raise StateChanged("The record is not in the state that If-Match or If-None-Match asks for.") from error
    except FederationError as error:
        log.error("push failed", reason=str(error))
        raise Unavailable("The node cannot take records in at this moment.") from error


def _answer(source: str, receipt: Receipt) -> PushAnswer:
    status, code = receipt.status, CODES[receipt.status]
    if status == "refused":  # of a secret record there are no problems either
        return PushAnswer(receipt.identifier, status, code, receipt.reason, problems=receipt.problems)
    etag = _etag(source, receipt.identifier, receipt.digest) if receipt.digest else None
    return PushAnswer(receipt.identifier, status, code, receipt.reason, etag, receipt.outcomes, receipt.problems)


def _etag(source: str, identifier: str, digest: str) -> str:
    """Of what the source sent last, whatever became of it."""
    return tag(source, identifier, digest)


def _condition(request: Request, source: str, identifier: str) -> Condition | None:
    """If-Match and If-None-Match (RFC 9110 sections 13.1.1 and 13.1.2) as a question about the kept digest."""
    wanted, unwanted = _tags(request, "if-match"), _tags(request, "if-none-match")
    if wanted is None and unwanted is None:
        return None

    def holds(digest: str | None) -> bool:
        now = None if digest is None else _etag(source, identifier, digest)
        if wanted is not None and not (now is not None and ("*" in wanted or now in wanted)):
            return False
        return unwanted is None or not (now is not None and ("*" in unwanted or now in unwanted))

    return holds


def _tags(request: Request, header: str) -> set[str] | None:
    """The entity tags of a header, without what compression adds to them; None when it is not there."""
    given = request.headers.get(header)
    return None if given is None else {part.strip().replace('-gzip"', '"') for part in given.split(",")}


def _media_type(request: Request, allowed: Sequence[str]) -> str:
    found = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if found not in allowed:
        raise WrongMediaType(f"The body must be one of {', '.join(allowed)}.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise WrongMediaType("A compressed body is not read.")
    return found


def _identifier(request: Request) -> str:
    """From the path itself: the router's pattern would leave out a line end at its end."""
    text: str = request.scope["path"].split("/", 6)[6]
    if reason := _wrong_key(text):
        raise BadParameter("record", reason)
    return text


def _wrong_key(text: str) -> str:
    if not text or text != text.strip() or len(text) > LONGEST or _CONTROL.search(text):
        return f"A key has 1 to {LONGEST} characters, no control characters, no space at its ends."
    return ""


def _array(body: bytes) -> Iterator[bytes]:
    try:
        found = msgspec.json.decode(body, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnreadableBody(
            "The body is no JSON array of items; one item a line needs application/x-ndjson."
        ) from None
    _bounded(len(found))
    return iter([bytes(one) for one in found])


def _lines(body: bytes) -> Iterator[bytes]:
    found = [line for line in body.split(b"\n") if line.strip()]
    _bounded(len(found))
    return iter(found)


def _bounded(count: int) -> None:
    if not 0 < count <= MOST:
        raise UnreadableBody(f"A batch has 1 to {MOST} items, this one has {count}.")


def _item(raw: bytes) -> Sent | PushAnswer:
    """An item of a batch, or the answer to one that cannot be read."""
    try:
        item = msgspec.json.decode(raw, type=BatchItem)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _unreadable("", 'is no {"id": ..., "record": {...}} or {"id": ..., "deleted": true}')
    if reason := _wrong_key(item.id):
        return _unreadable("", reason)
    body = bytes(item.record)
    if item.deleted == bool(body):
        return _unreadable(item.id, "needs either a record or deleted = true")
    modified = item.modified if item.modified is None or item.modified.tzinfo else None
    return Sent(item.id, body, JSON, modified, _page(item.url), item.deleted)


def _page(url: str | None) -> str | None:
    return url if url and url.startswith(("http://", "https://")) and not _CONTROL.search(url) else None


def _unreadable(identifier: str, message: str) -> PushAnswer:
    problem = Problem("unreadable-item", "$", message)
    return PushAnswer(identifier, "unreadable", CODES["unreadable"], problem.code, problems=(problem,))
