"""Resumption tokens (section 3.5): the whole request and the place in the change log, in the token itself.

Nothing is kept here between two pages, so a token is good on every process, after every restart, for as long as the log
it was made over. It is checked, not signed: all it can ask for is public, and could as well be asked for without it.
"""

import base64
import binascii
import hashlib

import msgspec

from federation.views import PublicView
from publish.oai.errors import BadResumptionToken

LONGEST = 1_000
CHECK = 16  # characters of the checksum


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A page of a list: the request's arguments, the last `seq` given out, how many records were, and how many there are
    (0: not counted)."""

    verb: str
    prefix: str
    since: str
    until: str
    set: str
    after: int = 0
    cursor: int = 0
    size: int = 0


_DECODER = msgspec.json.Decoder(Place)


def write(place: Place, view: PublicView) -> str:
    """The token that leads on from a place."""
    text = base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")
    return text + _check(text, place.after, view)


def read(token: str, verb: str, view: PublicView) -> Place:
    """Raises BadResumptionToken."""
    text, check = token[:-CHECK], token[-CHECK:]
    try:
        place = _DECODER.decode(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise BadResumptionToken(_advice("is none of this repository")) from None
    if len(token) > LONGEST or not (0 < place.after < 2**53 and place.cursor >= 0 and place.size >= 0):
        raise BadResumptionToken(_advice("is none of this repository"))
    if place.verb != verb:
        raise BadResumptionToken(_advice(f"was given for {place.verb}, not for {verb}"))
    if check != _check(text, place.after, view):
        raise BadResumptionToken(_advice("is not whole, or its list is of a repository that was set up anew"))
    return place


def _check(text: str, after: int, view: PublicView) -> str:
    """Over the token and the change it stands at: the same number means another change where a log began anew."""
    known = view.changes(after - 1, 1)
    mark = f"{known[0].seq} {known[0].at} {known[0].event} {known[0].iri} {known[0].version}" if known else ""
    return hashlib.sha256(f"{text}\n{mark}".encode()).hexdigest()[:CHECK]


def _advice(what: str) -> str:
    return f"the resumption token {what}; begin the list again without one"
