"""CKAN's Action API, through ckanapi on the guarded session.

Datasets are listed by `package_search`, oldest change first. A dataset that is changed while we list moves to the end and
shifts the others by one, so a pass that saw fewer than the source counts goes through the listing a second time.
"""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

import msgspec
from ckanapi import RemoteCKAN
from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound, ServerIncompatibleError, ValidationError

from harvesters import when
from harvesters.answer import Answer, html_title, is_html
from harvesters.base import JSON, Endpoint, Harvested, OptionsError, TerminalError
from harvesters.json_text import encode
from harvesters.listing import Listing
from harvesters.options import read_options
from harvesters.secrets import Secret, SecretRef, Secrets
from harvesters.session import Request, Session

_EXPLAINED = frozenset({400, 403, 404, 409})  # CKAN says why in a JSON body
_PASSES = 2
Hidden = Literal["private", "drafts", "deleted"]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`fq` is a Solr filter, for example "organization:kjt". The endpoint's URL is the site's, without /api."""

    rows: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100  # datasets on a page
    fq: str = ""  # Solr filter
    api_path: str = "api/3/action"  # of the Action API below url
    api_key: SecretRef | None = None  # sent as the site expects it
    include: tuple[
        Hidden, ...
    ] = ()  # what only api_key may see: withdrawn at the next pass, else when two full passes miss it


class Ckan:
    """One pass over a CKAN site. Deleted, draft and private datasets are yielded as deletions, without content."""

    Options = Options

    def __init__(self, endpoint: Endpoint, secrets: Secrets) -> None:
        self._endpoint = endpoint
        self._options = read_options(endpoint, "ckan", Options)
        key = self._options.api_key
        self._key: Secret | None = secrets.resolve(endpoint.source, "api_key", key) if key else None
        if self._options.include and not key:
            raise OptionsError(
                f"source {endpoint.source!r}: include needs api_key: CKAN shows {', '.join(self._options.include)}"
                f" datasets to nobody else. Edit [options] of sources/{endpoint.source}.toml"
            )
        self._complete = False
        self._start = self._resumed = 0  # datasets before the page being read, and before the one to begin with

    @property
    def complete(self) -> bool:
        return self._complete

    @property
    def position(self) -> str:
        return str(self._start) if self._start else ""

    def go_on(self, position: str) -> None:
        self._resumed = int(position) if position.isdecimal() and len(position) < 10 else 0

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        """Raises HarvestError, after what was read before the failure."""
        self._complete = False
        listing = Listing(self._endpoint)
        seen: set[int] = set()  # identifier and content: the second pass yields only what the first missed
        with Session(self._endpoint, [self._key] if self._key else []) as session:
            site = _Site(session, self._endpoint.url, self._options, self._key)
            for _ in range(1 if self._resumed else _PASSES):
                whole = yield from self._pass(site, listing, seen, since)
                if whole:
                    break
        self._complete = whole and since is None and not (self._resumed or listing.nameless)

    def _pass(
        self, site: "_Site", listing: Listing, seen: set[int], since: datetime | None
    ) -> Generator[Harvested, None, bool]:
        """Returns whether as many datasets were seen as the source counts."""
        here: set[int] = set()
        start = self._resumed
        while True:
            self._start = start
            listing.page()
            count, datasets = site.search(start, since)
            before = len(here)
            for index, dataset in enumerate(datasets, start + 1):
                identifier = dataset.get("id") if isinstance(dataset, dict) else None
                here.add(hash(identifier or index))
                yield from self._one(listing, seen, dataset, index)
            start += len(datasets)
            enough = listing.distinct + listing.nameless >= count
            if not datasets or (enough and start >= count):
                return enough
            if len(here) == before:
                raise TerminalError(site.say(f"it repeats its datasets at start={start}: paging does not work there"))

    def _one(self, listing: Listing, seen: set[int], dataset: object, index: int) -> Iterator[Harvested]:
        identifier = dataset.get("id") if isinstance(dataset, dict) else None
        if not isinstance(dataset, dict) or not isinstance(identifier, str) or not identifier.strip():
            mark = hash(("nameless", index))
            if mark not in seen:
                seen.add(mark)
                yield listing.unreadable(f"dataset {index}", "it has no id")
            return
        body = encode(dataset)
        mark = hash((identifier, body))
        if mark in seen:
            return
        seen.add(mark)
        yield listing.record(
            identifier,
            JSON,
            body,
            modified=when.parse(str(dataset.get("metadata_modified") or ""), "iso", UTC),
            deleted=dataset.get("state", "active") != "active" or dataset.get("private") is True,
            url=f"{self._endpoint.url.rstrip('/')}/dataset/{quote(str(dataset.get('name') or identifier), safe='')}",
        )


@dataclass(frozen=True, slots=True)
class _Text:
    """What ckanapi looks at of a response."""

    status_code: int
    text: str


class _Wire:
    """The part of a requests session that ckanapi uses, on the guarded session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, url: str, params: Mapping[str, object], headers: Mapping[str, str], **_: object) -> _Text:
        keep = {name: value for name, value in headers.items() if name in ("Authorization", "X-CKAN-API-Key")}
        texts = {name: str(value) for name, value in params.items()}
        return self._session.fetch(Request(url, params=texts, headers=keep, accept_status=_EXPLAINED), self._text)

    def _text(self, answer: Answer) -> _Text:
        if answer.status == 404 and is_html(
            answer.body
        ):  # CKAN's own page: its API answers in JSON that an action is unknown
            title = self._session.mask(html_title(answer.body, answer.charset))
            what = f"there is no Action API here, but a page titled '{title}': check url and api_path in [options]"
            raise TerminalError(self._session.say(answer.url, what))
        return _Text(answer.status, self._session.json_of(answer).decode())


class _Site:
    """One CKAN site."""

    def __init__(self, session: Session, url: str, options: Options, key: Secret | None) -> None:
        self._session = session
        self._url = url
        self._options = options
        self._remote = RemoteCKAN(url, apikey=key.reveal() if key else None, get_only=True, session=_Wire(session))
        self._remote.base_url = options.api_path.strip("/") + "/"

    def say(self, what: str) -> str:
        return self._session.say(self._url, what)

    def search(self, start: int, since: datetime | None) -> tuple[int, list[object]]:
        """What the source counts, and one page of datasets."""
        filters = [self._options.fq] if self._options.fq else []
        if since is not None:
            filters.append(self._changed(f"[{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} TO *]"))
        asked: dict[str, Any] = {
            "q": "*:*",
            "fq": " AND ".join(f"({each})" for each in filters),
            "sort": "metadata_modified asc, id asc",
            "rows": self._options.rows,
            "start": start,
            **{f"include_{hidden}": True for hidden in self._options.include},
        }
        result = self._call("package_search", asked)
        count = result.get("count") if isinstance(result, dict) else None
        datasets = result.get("results") if isinstance(result, dict) else None
        if not isinstance(count, int) or not isinstance(datasets, list):
            raise TerminalError(
                self.say("package_search answers without count and results: not a CKAN site, or a broken one")
            )
        return count, datasets

    def _changed(self, span: str) -> str:
        """What has changed. A deletion leaves metadata_modified as it was, so for it counts when it came into the index."""
        deleted = f" OR (state:deleted AND indexed_ts:{span})" if "deleted" in self._options.include else ""
        return f"metadata_modified:{span}{deleted}"

    def _call(self, action: str, asked: dict[str, Any]) -> object:
        try:
            return self._remote.call_action(action, asked)
        except NotAuthorized:
            raise TerminalError(self.say(f"{action} is not allowed: check api_key in [options]")) from None
        except NotFound:
            raise TerminalError(self.say(f"{action} is not there: check url and api_path in [options]")) from None
        except (ValidationError, ServerIncompatibleError, CKANAPIError, KeyError, TypeError) as error:
            # ckanapi puts the whole answer into some messages: only its kind is told
            raise TerminalError(
                self.say(f"{action} failed ({type(error).__name__}): check fq and api_path in [options]")
            ) from None
