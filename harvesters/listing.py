"""The listing of one pass: counts what the source showed, keeps its limits, and knows whether it was everything."""

import re
from datetime import UTC, datetime

from harvesters.base import Endpoint, Harvested, LimitExceeded, RawRecord, Unreadable

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MAX_IDENTIFIER = 1000


class Listing:
    """Identifiers are kept as hashes: 2,000,000 of them cost about 150 MB."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._source = endpoint.source
        self._limits = endpoint.limits
        self._seen: set[int] = set()
        self._pages = 0
        self._nameless = 0
        self.fetched = datetime.now(UTC)

    @property
    def distinct(self) -> int:
        """Different identifiers so far."""
        return len(self._seen)

    @property
    def nameless(self) -> int:
        """Unreadable records of unknown identifier: while there is one, absence means nothing."""
        return self._nameless

    def page(self) -> None:
        """A page is about to be read. Raises LimitExceeded."""
        self._pages += 1
        self.fetched = datetime.now(UTC)
        if self._pages > self._limits.max_pages:
            raise LimitExceeded(self._over("pages", "max_pages", self._limits.max_pages))

    def knows(self, identifier: str) -> bool:
        return hash(identifier) in self._seen

    def record(
        self,
        identifier: str,
        media_type: str,
        body: bytes,
        *,
        modified: datetime | None = None,
        deleted: bool = False,
        url: str | None = None,
        position: str = "?",
    ) -> Harvested:
        """The record, or why it cannot be read (`position` then names it). Raises LimitExceeded at one more than max_records."""
        if not identifier or len(identifier) > _MAX_IDENTIFIER or _CONTROL.search(identifier):
            return self.unreadable(
                position, "its identifier is empty, longer than 1000 characters or holds control characters"
            )
        self._count(identifier)
        if len(body) > self._limits.max_record_bytes:
            return Unreadable(
                self._source,
                identifier,
                f"{len(body)} bytes, more than limits.max_record_bytes = {self._limits.max_record_bytes}",
            )
        return RawRecord(
            self._source, identifier, media_type, b"" if deleted else body, self.fetched, modified, deleted, url
        )

    def unreadable(self, position: str, reason: str) -> Unreadable:
        """A record whose identifier is unknown; `position` says where it lies ("row 17")."""
        self._nameless += 1
        return Unreadable(self._source, position, reason)

    def named_unreadable(self, identifier: str, reason: str) -> Unreadable:
        """A record that has an identifier and no usable content: it still counts as present."""
        self._count(identifier)
        return Unreadable(self._source, identifier, reason)

    def _count(self, identifier: str) -> None:
        self._seen.add(hash(identifier))
        if len(self._seen) > self._limits.max_records:
            raise LimitExceeded(self._over("records", "max_records", self._limits.max_records))

    def _over(self, what: str, name: str, limit: int) -> str:
        return (
            f"source {self._source!r} lists more than {limit} {what} (limits.{name} in sources/{self._source}.toml);"
            " its listing may have no end"
        )
