"""Conditional requests (RFC 9110, sections 8.8 and 13): what a source said of the state of its documents, so that the next pass
is sent only what has changed.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

import msgspec

from harvesters.answer import Answer
from harvesters.base import MAX_BOOKMARK, Endpoint
from harvesters.session import Request, Session

NOT_MODIFIED = 304
_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{0,200}"')
_MOST = 100  # documents that are remembered; not even these fit into a bookmark
_SETTLED = timedelta(
    seconds=60
)  # a document that changed since may change again within the same second, and not show it

T = TypeVar("T")


class Validators(msgspec.Struct, frozen=True):
    """What the documents of one source said of themselves: ETag, else Last-Modified, by a digest of their address.

    `text` and `read` carry them from one pass to the next. They count only for what they were noted `of`.
    """

    of: str = ""
    documents: Mapping[str, str] = {}

    def condition(self, url: str) -> dict[str, str]:
        """The header that makes a request conditional: the answer may then be 304."""
        known = self.documents.get(_short(url.encode()), "")
        if not known:
            return {}
        return {"If-None-Match" if _ETAG.fullmatch(known) else "If-Modified-Since": known}

    def noted(self, url: str, answer: Answer) -> "Validators":
        """With what the answer to `url` said of itself. A 304 leaves everything as it was."""
        return self if answer.status == NOT_MODIFIED else self._with(url, _said(answer))

    def without(self, url: str) -> "Validators":
        return self._with(url, "")

    @property
    def text(self) -> str:
        """At most as long as a bookmark may be: the documents noted first are asked for anew when there are too many."""
        kept = list(self.documents.items())
        while len(text := msgspec.json.encode(Validators(self.of, dict(kept))).decode()) > MAX_BOOKMARK:
            del kept[0]
        return text if kept else ""

    @staticmethod
    def read(text: str, of: str) -> "Validators":
        """What `text` gave; nothing known for any other text, or one that was noted of something else."""
        try:
            found = msgspec.json.decode(text, type=Validators)
        except msgspec.MsgspecError:
            return Validators(of)
        return found if found.of == of else Validators(of)

    def _with(self, url: str, said: str) -> "Validators":
        place = _short(url.encode())
        kept = [(name, known) for name, known in self.documents.items() if name != place]
        return Validators(self.of, dict(kept[-_MOST:]) | ({place: said} if said else {}))


class Conditional:
    """The part of a harvester that asks for documents on condition. Its bookmark are their validators (`base.Bookmarked`).

    They count for one address with its options and limits: after a change of the source file everything is read again.
    Full passes begin without them, so nothing rests for ever on what the source says of itself.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        read = (endpoint.url, endpoint.options, endpoint.limits)
        self._of = _short(msgspec.json.encode(read, order="sorted"))
        self._known = self._noted = Validators(self._of)
        self._unchanged = False
        self._spared = 0  # documents that were not sent again

    @property
    def bookmark(self) -> str:
        """Where the next pass may begin; empty when the source says nothing of the state of its documents."""
        return self._known.text

    def resume(self, bookmark: str) -> None:
        """Ask only for what has changed since then; empty: for everything."""
        self._known = self._noted = Validators.read(bookmark, self._of)

    @property
    def unchanged(self) -> bool:
        """True once `records` has ended, when the source said of everything that was asked for that it is as it was."""
        return self._unchanged

    def _asked(self, request: Request) -> Request:
        """The request, on condition when something is known of its document."""
        condition = self._known.condition(request.url)
        if not condition:
            return request
        accepted = request.accept_status | {NOT_MODIFIED}
        return replace(request, headers={**request.headers, **condition}, accept_status=accepted)

    def _document(self, session: Session, request: Request, read: Callable[[Answer], T]) -> T | None:
        """What `read` makes of the document; None for one that is as it was."""

        def seen(answer: Answer) -> T | None:
            if answer.status == NOT_MODIFIED:
                self._spared += 1
                return None
            found = read(answer)
            self._noted = self._noted.noted(request.url, answer)
            return found

        return session.fetch(self._asked(request), seen)

    def _keep(self) -> None:
        """The pass ended well: what was noted counts from now on."""
        self._known = self._noted


def _short(text: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text).digest()[:9]).decode()


def _said(answer: Answer) -> str:
    """The validator to come back with. A date counts only when it is well past (RFC 9110, 8.8.2.2)."""
    etag, modified = (answer.headers.get(name, "").strip() for name in ("etag", "last-modified"))
    if _ETAG.fullmatch(etag):
        return etag
    try:
        settled = parsedate_to_datetime(answer.headers.get("date", "")) - parsedate_to_datetime(modified) >= _SETTLED
    except (ValueError, TypeError, OverflowError):
        return ""
    return modified if settled and len(modified) < 40 and modified.isascii() and modified.isprintable() else ""
