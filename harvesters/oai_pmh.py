"""OAI-PMH 2.0 (https://www.openarchives.org/OAI/2.0/openarchivesprotocol.htm): ListRecords with resumption tokens.

The body of a record is the child of <metadata> in canonical XML (C14N 1.0), so that two spellings are one record.
"""

from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from typing import Literal

import msgspec

from harvesters import when
from harvesters.answer import Answer, printable
from harvesters.base import XML, Endpoint, Harvested, TerminalError
from harvesters.listing import Listing
from harvesters.names import record_url
from harvesters.oai_xml import Failure, Identity, Item, Part, Protest, Token, Verb, is_cut, parts
from harvesters.options import read_options
from harvesters.secrets import Secrets
from harvesters.session import Busy, Request, Session

LISTS = ("ListRecords", "GetRecord")  # answers that bring records
_STALE = 3  # so many pages without a new identifier: the list has no end


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`list_size = "ignore"` for sources whose completeListSize is only an estimate: it is then not checked."""

    metadata_prefix: str = "oai_dc"  # the format asked for
    set: str = ""  # only this set (setSpec)
    until: str = ""  # as the protocol writes it: 2026-01-31 or 2026-01-31T00:00:00Z
    list_size: Literal["check", "ignore"] = "check"  # whether completeListSize must be reached
    restarts: int = 1  # new beginnings after a token that is no longer valid
    record_url: str = ""  # a record's page: "https://kjcg.example/item/{id}"


class OaiPmh:
    """One pass over a repository. A restarted list yields records again; the later one wins."""

    Options = Options

    def __init__(self, endpoint: Endpoint, secrets: Secrets) -> None:
        self._endpoint = endpoint
        self._options = read_options(endpoint, "oai_pmh", Options)
        self._complete = False
        self._position = ""  # the token that asked for the page being read

    @property
    def complete(self) -> bool:
        return self._complete

    @property
    def position(self) -> str:
        return self._position

    def go_on(self, position: str) -> None:
        self._position = position

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        """Raises HarvestError, after what was read before the failure."""
        self._complete = False
        listing = Listing(self._endpoint)
        with Session(self._endpoint) as session:
            first = self._first(session, since)
            asked = _next(self._position) if self._position else first
            restarts = self._options.restarts + bool(self._position)  # the repository may have forgotten the position
            while True:
                try:
                    whole = yield from self._list(session, listing, asked)
                    break
                except _LostToken as lost:
                    if not restarts:
                        raise TerminalError(str(lost)) from None
                    restarts -= 1
                    self._position, asked = "", first
        self._complete = whole and asked is first and since is None and not self._options.until and not listing.nameless

    def _first(self, session: Session, since: datetime | None) -> dict[str, str]:
        """The arguments of the first request; the source's granularity decides how `from` is written."""
        asked = {"verb": "ListRecords", "metadataPrefix": self._options.metadata_prefix}
        if self._options.set:
            asked["set"] = self._options.set
        if self._options.until:
            asked["until"] = self._options.until
        identity = self._identify(session)
        if since is not None:
            asked["from"] = f"{since.astimezone(UTC):{'%Y-%m-%dT%H:%M:%SZ' if identity.seconds else '%Y-%m-%d'}}"
        return asked

    def _identify(self, session: Session) -> Identity:
        for part in self._ask(session, {"verb": "Identify"}):
            if isinstance(part, Identity):
                return part
            if isinstance(part, Protest):
                raise TerminalError(self._protest(session, part))
        raise TerminalError(session.say(self._endpoint.url, "Identify does not identify a repository: check url"))

    def _list(self, session: Session, listing: Listing, asked: dict[str, str]) -> Generator[Harvested, None, bool]:
        """Yields the records of all pages; returns whether as many came as were announced."""
        tokens = {asked["resumptionToken"]} if "resumptionToken" in asked else set()
        stale = announced = page = 0
        while True:
            listing.page()
            page += 1
            before, token, answered = listing.distinct, Token("", None), ""
            for index, part in enumerate(self._ask(session, asked), 1):
                if isinstance(part, Token):
                    token = part
                elif isinstance(part, Verb):
                    answered = part.name
                elif isinstance(part, Item):
                    yield self._record(listing, part, f"page {page}, record {index}")
                elif isinstance(part, Protest):
                    if part.code == "noRecordsMatch":
                        return True
                    if part.code == "badResumptionToken" and tokens:
                        raise _LostToken(self._protest(session, part))
                    raise TerminalError(self._protest(session, part))
            if answered not in LISTS:  # an empty list of something else would look like an empty repository
                what = f"it answers ListRecords with {answered or 'no list'}: the province must mend its repository"
                raise TerminalError(session.say(self._endpoint.url, what))
            announced = token.size if token.size is not None else announced
            if not token.value:
                checked = self._options.list_size == "check"
                return not checked or listing.distinct + listing.nameless >= announced
            stale = stale + 1 if listing.distinct == before else 0
            if token.value in tokens or stale >= _STALE:
                raise TerminalError(
                    session.say(
                        self._endpoint.url,
                        "its resumption tokens run in a circle: the province must mend its repository",
                    )
                )
            tokens.add(token.value)
            self._position, asked = token.value, _next(token.value)

    def _record(self, listing: Listing, item: Item, position: str) -> Harvested:
        if not item.identifier:
            return listing.unreadable(position, "its header has no identifier")
        if not item.deleted and not item.body:
            return listing.named_unreadable(item.identifier, "it has no metadata and is not marked as deleted")
        url = record_url(self._options.record_url, item.identifier)
        stamp = when.parse(item.datestamp, "iso", UTC)
        return listing.record(item.identifier, XML, item.body, modified=stamp, deleted=item.deleted, url=url)

    def _ask(self, session: Session, asked: dict[str, str]) -> Iterator[Part]:
        answer = session.fetch(
            Request(self._endpoint.url, params=asked, accept_status=frozenset({400, 404, 422})),
            lambda each: self._whole(session, each),
        )
        try:
            yield from parts(answer.body)
        except Failure as error:
            what = f"not a readable OAI-PMH answer (status {answer.status}): {printable(session.mask(str(error)), 200)}"
            raise TerminalError(session.say(answer.url, what)) from None

    def _whole(self, session: Session, answer: Answer) -> Answer:
        session.refuse_html(answer, "OAI-PMH")
        if is_cut(answer.body):
            raise Busy(session.say(answer.url, "the OAI-PMH answer stops in the middle"))
        return answer

    def _protest(self, session: Session, protest: Protest) -> str:
        hint = {
            "cannotDisseminateFormat": "check metadata_prefix in [options]",
            "noSetHierarchy": "take set out of [options]",
            "badArgument": "check set, until and metadata_prefix in [options]",
            "badVerb": "check url",
        }.get(protest.code, "ask the province")
        text = printable(session.mask(protest.text))
        return session.say(self._endpoint.url, f"the repository answers {printable(protest.code, 40)}: {text} ({hint})")


def _next(token: str) -> dict[str, str]:
    return {"verb": "ListRecords", "resumptionToken": token}


class _LostToken(Exception):
    """The repository no longer knows a token it gave us."""
