"""data.json, the catalogue of DCAT-US 1.1 (https://resources.data.gov/resources/dcat-us/), or a plain list of its datasets.

conformsTo is not asked for: many catalogues leave it out, and nothing here depends on it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from harvesters import when
from harvesters.answer import printable
from harvesters.base import JSON, Endpoint, Harvested, TerminalError
from harvesters.json_text import Malformed, descend, items, scalar
from harvesters.listing import Listing
from harvesters.names import record_url
from harvesters.options import read_options
from harvesters.secrets import Secrets
from harvesters.session import Request, Session
from harvesters.validators import Conditional

_HINTS = {  # keys that tell what the document is instead
    "@graph": "it is JSON-LD: use protocol dcat",
    "dcat:dataset": "it is JSON-LD: use protocol dcat",
    "$schema": "it is a JSON Schema, not a catalogue: check url",
    "resources": "it is a CKAN package: use protocol ckan",
    "distribution": "it is a single dataset, not a catalogue: check url",
}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The address answers the whole catalogue at once."""

    record_url: str = ""  # a record's page: "https://kjcg.example/item/{id}"; empty: its landingPage


class DataJson(Conditional):
    """One pass over a catalogue. Of several datasets with one identifier the first counts, and the others are reported.

    A catalogue that has not changed is not sent again.
    """

    Options = Options

    def __init__(self, endpoint: Endpoint, secrets: Secrets) -> None:
        super().__init__(endpoint)
        self._endpoint = endpoint
        self._options = read_options(endpoint, "data_json", Options)
        self._complete = False

    @property
    def complete(self) -> bool:
        return self._complete

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        """Raises HarvestError, after what was read before the failure."""
        self._complete = False
        listing = Listing(self._endpoint)
        listing.page()
        with Session(self._endpoint) as session:
            body = self._document(session, Request(self._endpoint.url, headers={"Accept": JSON}), session.json_of)
            if body is None:
                self._unchanged = True
                return
            rows = self._rows(session, body)
        for number, row in enumerate(rows, 1):
            yield self._record(listing, row, f"dataset {number}")
        self._keep()
        self._complete = since is None and not listing.nameless

    def _rows(self, session: Session, body: bytes) -> list[bytes]:
        """The datasets, each as it stands. Raises TerminalError."""
        try:
            found = body if body.lstrip()[:1] == b"[" else descend(body, ("dataset",))
            rows = items(found) if found is not None else None
        except Malformed as error:
            raise TerminalError(
                session.say(self._endpoint.url, f"the JSON string at 'dataset' is broken: {error}")
            ) from None
        if rows is None:
            raise TerminalError(session.say(self._endpoint.url, f"no list of datasets: {_what(body)}"))
        return rows

    def _record(self, listing: Listing, row: bytes, position: str) -> Harvested:
        if row.lstrip()[:1] != b"{":
            return listing.unreadable(position, "it is no object")
        identifier = scalar(row, ("identifier",))
        if not identifier:
            return listing.unreadable(position, "it has no identifier, and a title is not taken for one")
        if listing.knows(identifier):
            return listing.named_unreadable(identifier, f"another dataset has the same identifier ({position})")
        page = scalar(row, ("landingPage",))
        return listing.record(
            identifier,
            JSON,
            row,
            modified=modified(scalar(row, ("modified",))),
            url=record_url(self._options.record_url, identifier)
            or (page if page.startswith(("http://", "https://")) else None),
            position=position,
        )


def modified(text: str) -> datetime | None:
    """The latest date in a `modified`: a date, a repetition (R/P1Y has none), or an interval (2012-01-15/2014-01-15)."""
    stamps = (
        (when.parse(part, "iso", UTC) for part in text.split("/"))
        if _is_interval(text)
        else [when.parse(text, "iso", UTC)]
    )
    return max((stamp for stamp in stamps if stamp), default=None)


def _is_interval(text: str) -> bool:
    """2012/01/15 is a date, although not one that ISO 8601 knows."""
    return any("-" in part or part.startswith(("R", "P")) for part in text.split("/"))


def _what(body: bytes) -> str:
    try:
        keys = list(msgspec.json.decode(body, type=dict[str, msgspec.Raw]))
    except msgspec.MsgspecError:
        return "the answer is neither an object nor a list"
    for key, hint in _HINTS.items():
        if key in keys:
            return hint
    return f"the answer holds: {', '.join(printable(key, 40) for key in keys[:20])}; 'dataset' is looked for"
