"""Problem details (RFC 9457): one shape for every error of the machine interfaces."""

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from federation.views import Tombstone
from publish.errors import (
    HTTP_OUTCOMES,
    INTERNAL,
    BadParameter,
    Gone,
    NotAcceptable,
    NotFound,
    NotTaken,
    Outcome,
    TooManyRequests,
    Unauthorised,
    outcome_of,
)
from vocab.problem import Problem

MEDIA_TYPE = "application/problem+json"


class ProblemDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457 section 3.1, with members of ours after `instance`."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = ""
    parameter: str | None = None  # the query parameter that is wrong
    value: str | None = None
    allowed: tuple[str, ...] = ()  # what it may be instead
    available: tuple[str, ...] = ()  # media types there are
    tombstone: Tombstone | None = None
    reason: str | None = None  # code of what keeps a record from being published
    problems: tuple[Problem, ...] = ()  # what is wrong with a record that was sent


def outcome_for(error: Exception) -> Outcome:
    """The table's row, also for the framework's own HTTP errors."""
    if isinstance(error, HTTPException):
        return HTTP_OUTCOMES.get(error.status_code, Outcome(error.status_code, "http", error.detail))
    return outcome_of(error)


def details(error: Exception, base: str, instance: str) -> ProblemDetails:
    """The problem an error is, without internals: only messages written for the public are shown."""
    outcome = outcome_for(error)
    plain = ProblemDetails(
        type=f"{base}/about#problem-{outcome.slug}",
        title=outcome.title,
        status=outcome.status,
        detail=outcome.public or str(error),
        instance=instance,
    )
    if isinstance(error, BadParameter):
        return msgspec.structs.replace(plain, parameter=error.name, value=error.value, allowed=error.allowed)
    if isinstance(error, NotFound):
        return msgspec.structs.replace(plain, allowed=error.known)
    if isinstance(error, NotAcceptable):
        return msgspec.structs.replace(plain, available=error.available)
    if isinstance(error, Gone):
        return msgspec.structs.replace(plain, tombstone=error.tombstone)
    if isinstance(error, NotTaken):
        return msgspec.structs.replace(
            plain, status=error.code, reason=error.reason or error.status, problems=error.problems
        )
    return plain


def headers(error: Exception) -> dict[str, str]:
    """Headers that belong to an error whatever its body: Retry-After, Allow."""
    found = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if isinstance(error, NotTaken):
        found |= error.headers
    if isinstance(error, Unauthorised):
        found["WWW-Authenticate"] = 'Bearer realm="records"'
    retry = error.retry_after if isinstance(error, TooManyRequests) else outcome_for(error).retry_after
    if retry is not None:
        found["Retry-After"] = str(retry)
    return {"Cache-Control": "no-store", **found}


def response(error: Exception, base: str, instance: str) -> Response:
    """The error as application/problem+json."""
    problem = details(error, base, instance)
    body = msgspec.json.encode(problem)
    return Response(body, problem.status, {**headers(error), "X-Robots-Tag": "noindex"}, MEDIA_TYPE)


def all_outcomes() -> tuple[Outcome, ...]:
    """Every problem type this site can answer with, once, for its documentation."""
    from publish.errors import OUTCOMES

    found = {o.slug: o for o in (*OUTCOMES.values(), *HTTP_OUTCOMES.values(), INTERNAL)}
    return tuple(sorted(found.values(), key=lambda o: (o.status, o.slug)))
