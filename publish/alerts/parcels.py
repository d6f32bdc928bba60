"""What is posted to a webhook: JSON that names what changed in the results of a search, and sums up the records that are public.

    {"type": "search.changed", "timestamp": "...", "data": {"webhook", "search", "changes": [...], "more"}}
    {"type": "search.challenge", "timestamp": "...", "data": {"webhook", "search", "challenge"}}

A change is {"event", "seq", "iri"} and, for a record that is public at this moment, "record". The event is new, changed, left
(public, and no longer found) or withdrawn (its address answers 410).
"""

from datetime import datetime

import msgspec

from federation.alerts.deliveries import GONE, Delivery, News
from federation.alerts.hooks import Hook
from federation.views import PublicView
from publish.alerts.standard_webhooks import enveloped
from publish.api.shapes import Title, Uri
from publish.links import record_path
from publish.portal.asked import PATH
from vocab.kinds import KINDS
from vocab.public import PublicRecord

LARGEST = 256 * 2**10  # bytes of a body; what does not fit is told by its address alone


class Summary(msgspec.Struct, frozen=True, omit_defaults=True):
    """A record in a delivery: enough to show it in a list. The whole of it is at its IRI."""

    kind: str
    version: int
    title: Title
    url: Uri
    source: str
    at: str
    date: str | None = None
    orgs: tuple[str, ...] = ()


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """One change of a search's results. `seq` is its number in the change log."""

    event: str
    seq: int
    iri: Uri
    record: Summary | None = None


class Changes(msgspec.Struct, frozen=True):
    """`more`: another delivery follows this one at once."""

    webhook: str
    search: Uri
    changes: tuple[Told, ...]
    more: bool


class Challenge(msgspec.Struct, frozen=True):
    """The answer's body has to be `challenge`, and nothing else."""

    webhook: str
    search: Uri
    challenge: str


class Parcels:
    def __init__(self, view: PublicView, base: str) -> None:
        self._view, self._base = view, base

    def challenge(self, hook: Hook, token: str, moment: datetime) -> bytes:
        return enveloped("search.challenge", moment, Challenge(hook.id, self._search(hook), token))

    def changes(self, delivery: Delivery, moment: datetime) -> bytes | None:
        """None when nothing of it may be said any more: what it told was withdrawn, and a later delivery says so."""
        records = self._view.records([news.iri for news in delivery.news])
        told, size = [], 0
        for news in delivery.news:
            if news.event not in GONE and news.iri not in records:
                continue
            one = Told(news.event.value, news.seq, news.iri, self._summary(news, records))
            size += len(msgspec.json.encode(one)) + 1
            told.append(one if size <= LARGEST else Told(one.event, one.seq, one.iri))
        if not told:
            return None
        changes = Changes(delivery.to.id, self._search(delivery.to), tuple(told), delivery.more)
        return enveloped("search.changed", moment, changes)

    def _summary(self, news: News, records: dict[str, PublicRecord]) -> Summary | None:
        record = records.get(news.iri)
        if record is None or news.event in GONE:
            return None
        document = KINDS[record.kind].document(record)
        return Summary(
            kind=record.kind,
            version=record.version,
            title=Title(document.title_zh, document.title_en or None),
            url=self._base + (record_path(record.iri, self._base) or ""),
            source=record.source,
            at=record.at,
            date=document.sort_date or None,
            orgs=document.orgs[:10],
        )

    def _search(self, hook: Hook) -> str:
        return f"{self._base}{PATH}?{hook.search}"
