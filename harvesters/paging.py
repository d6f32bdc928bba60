"""How the next page of a listing is asked for, and when the listing has come to its end."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from requests.utils import parse_header_links

from harvesters.listing import Listing

_POSITION = re.compile(r"([0-9]{1,9}) ([0-9]{1,12}) (.*)")
Way = Literal["page", "offset", "cursor", "link", "none"]


class Circle(ValueError):
    """The source's cursor leads back to where it has been."""


@dataclass(frozen=True, slots=True)
class Paging:
    """The words a source has for its pages. `first_offset` is the number of the first record, `size` the records a page."""

    way: Way
    page_param: str
    first_page: int
    offset_param: str
    first_offset: int
    cursor_param: str
    size_param: str
    size: int


class Course:
    """Where a pass stands in its listing."""

    def __init__(self, paging: Paging, listing: Listing) -> None:
        self._paging, self._listing = paging, listing
        self.number = 0
        self.cursor = ""  # what the page before said
        self._listed = 0
        self._cursors = {""}
        self._last = b""
        self._again = False
        self._before = (0, 0)

    @property
    def position(self) -> str:
        """Where the page begins that is being read; empty on the first."""
        return f"{self.number} {self._listed} {self.cursor}" if self.number else ""

    def go_on(self, position: str) -> None:
        """Begin at a `position`; one that is none begins anew."""
        if (match := _POSITION.fullmatch(position)) is not None:
            self.number, self._listed, self.cursor = int(match[1]), int(match[2]), match[3]
            self._cursors.add(self.cursor)

    def params(self) -> dict[str, str | int | bool]:
        """What asks for the page that comes now. A link (RFC 8288) says it all by itself."""
        p = self._paging
        if p.way == "page":
            return {p.page_param: p.first_page + self.number, p.size_param: p.size}
        if p.way == "offset":
            return {p.offset_param: p.first_offset + self._listed, p.size_param: p.size}
        if p.way == "cursor":
            return {p.size_param: p.size} | ({p.cursor_param: self.cursor} if self.cursor else {})
        return {p.size_param: p.size} if p.way == "link" and not self.cursor else {}

    def arrive(self, rows: Sequence[bytes]) -> bool:
        """A page is there; False when it is the one before once more, which need not be read again."""
        digest = hashlib.sha256(b"\n".join(rows)).digest()
        self._again, self._last = digest == self._last, digest
        self._before = (self._listing.distinct, self._listing.nameless)
        return not self._again

    def ended(self, size: int, total: int | None, cursor: str) -> bool | None:
        """After a page of `size` records: None when there are more, else whether the listing held what it announced.

        `total` is what the source announces; 0 beside records is a known lie. Raises Circle.
        """
        listing, (distinct, nameless) = self._listing, self._before
        stale = self._again or (listing.distinct == distinct and listing.nameless - nameless < size)
        enough = not total or listing.distinct + listing.nameless >= total
        if not size or self._paging.way == "none":
            return enough
        if self._paging.way in ("cursor", "link"):
            if not cursor:
                return enough
            if cursor in self._cursors or stale:
                raise Circle
            self._cursors.add(cursor)
            self.cursor = cursor
        elif stale:  # the last page again, or a source that ignores our paging: only a short page proves the former
            return enough and (bool(total) or size < self._paging.size)
        elif total and enough and size < self._paging.size:
            return True
        self.number, self._listed = self.number + 1, self._listed + size
        return None


def next_link(header: str) -> str:
    """The target of rel="next" in a Link header (RFC 8288); empty when there is none."""
    links = parse_header_links(header[:8000]) if header else []
    return next((link["url"] for link in links if "next" in link.get("rel", "").lower().split()), "")
