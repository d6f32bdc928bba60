"""What can go wrong while answering, and the one table that says with which HTTP status.

    PublishError                 the message is public
    +-- BadParameter             a query parameter is unknown, repeated or out of range: names it and what is allowed
    +-- NotFound                 nothing public lives at this address
    +-- Gone                     something did, and was withdrawn: carries its tombstone
    |   +-- VersionGone          a past version was removed, its record is public
    +-- OfferEnded               a technology offer was here, and is offered no longer
    +-- Moved                    the record goes on under another address: the answer leads there
    +-- NotAcceptable            none of the forms there are is acceptable: lists them
    +-- TooManyRequests          this client's bucket is empty
    +-- Unauthorised             no token, or one that is wrong or revoked
    +-- Forbidden                the token is for something else
    +-- StateChanged             If-Match or If-None-Match does not hold
    +-- WrongMediaType           the body is of a form that is not read here
    +-- ContentTooLarge          the request is larger than this address takes: names the limit
    +-- UnreadableBody           the body is not what its media type says, or holds too much
    +-- NotTaken                 a record that was sent is not published: carries why
    +-- DumpGone                 something in this dump was withdrawn since it was written
    +-- DumpWritten              so it is with the newest one: it is being written again
    +-- Unavailable              the ledger cannot be written now

Errors of the search engine and the graph are in `search/base.py` and `federation/graph/base.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from federation.graph.base import GraphBusy, GraphError, GraphUnavailable, QueryRefused, QueryTimeout, QueryTooLarge
from federation.graph.base import NotAcceptable as GraphNotAcceptable
from federation.views import Tombstone
from search.base import BadQuery, SearchError, SearchUnavailable
from vocab.problem import Problem


class PublishError(Exception):
    """An answer that is not the one asked for; the message may be shown to anybody."""


class BadParameter(PublishError):
    """A text that is too long says how many characters it may have (`most`), so that a page says it in the reader's language."""

    def __init__(
        self, name: str, message: str, allowed: Sequence[str] = (), value: str | None = None, most: int | None = None
    ) -> None:
        super().__init__(message)
        self.name, self.allowed, self.value, self.most = name, tuple(allowed), value, most


class NotFound(PublishError):
    """`known` is what lives there instead, where that is a short list."""

    def __init__(self, message: str, known: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.known = tuple(known)


class Gone(PublishError):
    def __init__(self, tombstone: Tombstone) -> None:
        super().__init__("The record was withdrawn from publication.")
        self.tombstone = tombstone


class OfferEnded(PublishError):
    pass


class VersionGone(Gone):
    """A past version was removed; the record is public."""

    def __init__(self, tombstone: Tombstone) -> None:
        super().__init__(tombstone)
        self.args = ("This version was removed from publication; the record has others.",)


class Moved(PublishError):
    """`living` is the IRI under which the record goes on."""

    def __init__(self, living: str) -> None:
        super().__init__("The record has another address now.")
        self.living = living


class NotAcceptable(PublishError):
    def __init__(self, available: Sequence[str]) -> None:
        super().__init__("None of the media types asked for is available: " + ", ".join(available))
        self.available = tuple(available)


class TooManyRequests(PublishError):
    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many requests from this address; try again in {retry_after} s.")
        self.retry_after = retry_after


class Unauthorised(PublishError):
    pass


class Forbidden(PublishError):
    pass


class StateChanged(PublishError):
    pass


class WrongMediaType(PublishError):
    pass


class ContentTooLarge(PublishError):
    pass


class UnreadableBody(PublishError):
    pass


class DumpGone(PublishError):
    pass


class DumpWritten(PublishError):
    pass


class Unavailable(PublishError):
    pass


class NotTaken(PublishError):
    """`status` is the record's; `reason` the code of what keeps it from being public; `headers` go with the answer."""

    def __init__(
        self, status: str, code: int, reason: str, problems: Sequence[Problem], headers: Mapping[str, str]
    ) -> None:
        super().__init__(f"The record was {status}: {reason}." if reason else f"The record was {status}.")
        self.status, self.code, self.reason = status, code, reason
        self.problems, self.headers = tuple(problems), dict(headers)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a kind of error is answered. `slug` ends its problem type; `public` is said instead of the error's message."""

    status: int
    slug: str
    title: str
    public: str | None = None
    retry_after: int | None = None


INTERNAL = Outcome(
    500, "internal", "Internal error", "Something failed here. It was logged; the request may be repeated."
)

OUTCOMES: dict[type[Exception], Outcome] = {
    BadParameter: Outcome(400, "bad-parameter", "Bad parameter"),
    BadQuery: Outcome(400, "bad-query", "Bad query"),
    QueryRefused: Outcome(400, "query-refused", "Query refused"),
    UnreadableBody: Outcome(400, "unreadable-body", "Unreadable body"),
    Unauthorised: Outcome(401, "unauthorised", "Token needed"),
    Forbidden: Outcome(403, "forbidden", "Not allowed"),
    NotFound: Outcome(404, "not-found", "Not found"),
    NotAcceptable: Outcome(406, "not-acceptable", "Not acceptable"),
    GraphNotAcceptable: Outcome(406, "not-acceptable", "Not acceptable"),
    Gone: Outcome(410, "gone", "Withdrawn"),
    OfferEnded: Outcome(410, "offer-ended", "No longer offered"),
    DumpGone: Outcome(
        410,
        "dump-gone",
        "Dump withdrawn",
        "Something in this dump was withdrawn since it was written. The present one is at /dumps/.",
    ),
    StateChanged: Outcome(412, "precondition-failed", "Precondition failed"),
    ContentTooLarge: Outcome(413, "too-large", "Content too large"),
    WrongMediaType: Outcome(415, "wrong-media-type", "Unsupported media type"),
    NotTaken: Outcome(422, "record-not-taken", "Record not published"),
    TooManyRequests: Outcome(429, "too-many-requests", "Too many requests"),
    QueryTooLarge: Outcome(422, "answer-too-large", "Answer too large"),
    QueryTimeout: Outcome(504, "query-timeout", "Query took too long"),
    SearchUnavailable: Outcome(
        503, "search-unavailable", "Search unavailable", "Search is being rebuilt or restarted. Try again soon.", 5
    ),
    SearchError: Outcome(
        503, "search-unavailable", "Search unavailable", "Search could not answer. Try again soon.", 5
    ),
    GraphBusy: Outcome(503, "graph-busy", "Too many queries at once", None, 5),
    GraphUnavailable: Outcome(
        503, "graph-unavailable", "Graph unavailable", "The graph store is starting. Try again soon.", 5
    ),
    GraphError: Outcome(503, "graph-unavailable", "Graph unavailable", "The graph store could not answer.", 5),
    DumpWritten: Outcome(
        503,
        "dump-written",
        "Dump being written",
        "Something was withdrawn, so the dump is being written again. Try again soon; the data are in the API meanwhile.",
        60,
    ),
    Unavailable: Outcome(503, "unavailable", "Not possible now", None, 30),
    Exception: INTERNAL,
}

HTTP_OUTCOMES: dict[int, Outcome] = {
    400: Outcome(400, "bad-request", "Bad request"),
    404: Outcome(404, "not-found", "Not found", "Nothing public lives at this address."),
    405: Outcome(405, "method-not-allowed", "Method not allowed", "This address does not know that method."),
    413: Outcome(413, "too-large", "Content too large", "The request is larger than this site accepts."),
    414: Outcome(414, "address-too-long", "Address too long", "The address is longer than this site accepts."),
}


def outcome_of(error: Exception) -> Outcome:
    """The row for an error: that of its nearest class in the table."""
    return next(OUTCOMES[cls] for cls in type(error).__mro__ if cls in OUTCOMES)
