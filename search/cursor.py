"""Cursors of result pages: where the last page ended, opaque to the reader, checked when it comes back."""

import base64
import binascii
import hashlib

import msgspec

from search.attempts import Step
from search.base import BadQuery, Query

LONGEST = 2000


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """`query` is the fingerprint of its query; `offset` how many hits were given out; `key` and `iri` the last hit's.

    `step` is the attempt that found the page.
    """

    query: str
    offset: int
    key: float | int | str
    iri: str
    step: Step = Step.READ


def fingerprint(query: Query) -> str:
    filters = sorted((name, sorted(values)) for name, values in query.filters.items())
    told = msgspec.json.encode((query.text, filters, query.ranges, query.sort, query.group))
    return hashlib.sha256(told).hexdigest()[:16]


def write(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def read(text: str, query: Query) -> Cursor:
    """Raises BadQuery when it is not a cursor, or not one of this query."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        cursor = msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=Cursor)
    except (UnicodeEncodeError, binascii.Error, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise broken(text) from error
    numbers = (cursor.offset, cursor.key if isinstance(cursor.key, int) else 0)
    if len(text) > LONGEST or not all(0 <= n < 2**63 for n in numbers):
        raise broken(text)
    if cursor.query != fingerprint(query):
        reason = "cursor belongs to another query: text, filters and sort must be those of the page it came from"
        raise BadQuery(reason, "stale")
    return cursor


def broken(text: str = "") -> BadQuery:
    """`text`: as it was given; empty where it could be read and means nothing here."""
    named = f"cursor {text[:40]!r}" if text else "cursor"
    return BadQuery(f"{named} is broken: use the `next` of a page as it is", "cursor")
