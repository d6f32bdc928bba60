"""The contract of a harvester: it reads one source by one protocol and yields bytes. It never maps.

Errors:

    HarvestError                 names the source and says what to do
    +-- TransientError           worth another try later: time-out, 429, 5xx, connection cut
    +-- TerminalError            will not go away by itself: wrong URL, refused address, not the promised protocol
        +-- LimitExceeded        an answer, archive or listing larger than the source's limits allow
        +-- AddressRefused       the address is private, loopback, link-local, multicast or reserved
        +-- OptionsError         the source file asks for something the protocol does not offer
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Protocol, TypeAlias, runtime_checkable

import msgspec

JSON = "application/json"
XML = "application/xml"
MAX_BOOKMARK = 2000  # characters


class HarvestError(Exception):
    """A source could not be read. The message is written for the province's staff."""


class TransientError(HarvestError):
    """Trying again later may help."""


class TerminalError(HarvestError):
    """Somebody has to change something first."""


class LimitExceeded(TerminalError):
    """The source sent more than its limits allow."""


class AddressRefused(TerminalError):
    """The source, or a redirect of it, points into a network that is not public."""


class OptionsError(TerminalError):
    """The options of the source file are wrong."""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one source may cost us. Sizes in bytes, times in seconds."""

    timeout: float = 30.0  # of connecting, and of each wait for bytes
    max_bytes: int = 64 * 2**20  # of one answer or file, after decompression
    max_record_bytes: int = 4 * 2**20  # of one record
    max_records: int = 2_000_000  # of one pass
    max_pages: int = 100_000  # of one pass
    retries: int = 4  # of one request
    backoff: float = 0.5  # first pause; doubles
    max_retry_after: float = 120.0  # a longer Retry-After ends the run as transient
    allow_private: bool = False  # may the source live on a private or loopback address
    deadline: float = 300.0  # of one answer, from the first byte sent to the last received
    rate: float = 0.0  # requests in a second to one host, by all passes of this process together; 0: no limit


class Endpoint(msgspec.Struct, frozen=True):
    """What a harvester is told of its source. `options` are the protocol's own, declared by the harvester's Options struct."""

    source: str
    url: str
    options: dict[str, object] = {}
    limits: Limits = Limits()
    contact: str = ""  # whom the province may ask about our requests: part of the User-Agent


class RawRecord(msgspec.Struct, frozen=True):
    """One record as its source gave it.

    `modified` is the source's own date, aware, if it gives one; `deleted` marks an explicit deletion (empty body);
    `url` is where a person can see the record at its source.
    """

    source: str
    identifier: str
    media_type: str
    body: bytes
    fetched: datetime
    modified: datetime | None = None
    deleted: bool = False
    url: str | None = None

    @property
    def digest(self) -> str:
        """sha256 (hex) of the canonical form: JSON with sorted keys and no white space, other formats as they are."""
        return hashlib.sha256(canonical(self.media_type, self.body)).hexdigest()


class Unreadable(msgspec.Struct, frozen=True):
    """A record that was there but could not be read: reported, never fatal. `identifier` may be a position ("row 17")."""

    source: str
    identifier: str
    reason: str


Harvested: TypeAlias = RawRecord | Unreadable


class Harvester(Protocol):
    """Reads a source once. Make a new one for each pass."""

    @property
    def complete(self) -> bool:
        """True once `records` has ended having listed everything the source holds: only then does absence mean something.

        An incremental pass (`since` given) is never complete. A pass that met an `Unreadable` of unknown identifier
        is not complete either.
        """

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        """Every record, or those changed since. Raises HarvestError."""


@runtime_checkable
class Bookmarked(Protocol):
    """An ability of some harvesters: the source has marks of its own (a number of its change log) that are better than dates.

    The mark of the last pass that ended well is kept for each source and handed to the next harvester. It is opaque to
    whoever keeps it, one line of at most `MAX_BOOKMARK` characters.
    """

    @property
    def bookmark(self) -> str:
        """Where the next pass may begin, once `records` has ended; empty when it has to begin anew."""

    def resume(self, bookmark: str) -> None:
        """Begin there. Called once, before `records`; empty: from the beginning, whatever `since` says."""


@runtime_checkable
class Unchanging(Protocol):
    """An ability of some harvesters with bookmarks: they can tell that the source is as the pass of the bookmark left it."""

    @property
    def unchanged(self) -> bool:
        """True once `records` has ended without any, as nothing has changed: what was listed then is what there is."""


@runtime_checkable
class Resumable(Protocol):
    """An ability of some harvesters: a pass that was cut off goes on where it was, not at the first page.

    A position is opaque to whoever keeps it, one line of at most `MAX_BOOKMARK` characters.
    """

    @property
    def position(self) -> str:
        """Where the page begins that the record given last stands on; empty on the first page."""

    def go_on(self, position: str) -> None:
        """Begin there. Called once, before `records`. The pass is then not complete; a position that the source no longer
        knows begins anew.
        """


def canonical(media_type: str, body: bytes) -> bytes:
    """The form over which records are compared: two spellings of one JSON value are one record."""
    if media_type != JSON or not body:
        return body
    return msgspec.json.encode(msgspec.json.decode(body), order="sorted")
