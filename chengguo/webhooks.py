"""The one who tells webhooks: looks through the change log, sends challenges and deliveries that are due, and puts off what fails.

A round calls every host at most once and MOST webhooks in all, a few at a time: nobody can be flooded through us, and who answers
slowly keeps a few waiting and not all.
"""

from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import msgspec
import structlog

from chengguo.calling import Answered, Caller, Failed
from chengguo.following import Followed, wanted
from federation.alerts.deliveries import WIDEST, Event, News
from federation.alerts.hooks import SIGNING, Hook, Hooks, State
from federation.clock import now
from federation.ledger import Ledger
from federation.views import Change
from federation.views import Event as Happened
from publish.alerts.parcels import Parcels
from publish.alerts.standard_webhooks import signed
from search.base import BadQuery, SearchIndex
from vocab.public import PublicRecord

MOST = 20  # webhooks called in a round
AT_ONCE = 8  # of them, at the same time
PAGE = 500  # records of a search read at once
GONE = 410  # the receiver says that it wants nothing any more

log = structlog.get_logger("chengguo.webhooks")


class Called(msgspec.Struct, frozen=True):
    """What a round did: changes looked through, news found, webhooks begun, deliveries taken, and calls put off."""

    changes: int = 0
    found: int = 0
    begun: int = 0
    taken: int = 0
    failed: int = 0


class Calling(Protocol):
    """Makes the way to an address."""

    def __call__(self, address: str) -> Caller: ...


class Messenger:
    def __init__(
        self,
        ledger: Ledger,
        hooks: Hooks,
        index: SearchIndex,
        parcels: Parcels,
        calling: Calling,
        patience: timedelta,
    ) -> None:
        self._deliveries, self._hooks = ledger.deliveries, hooks
        self._followed = Followed(ledger, index)
        self._parcels, self._calling, self._patience = parcels, calling, patience

    def following(self) -> None:
        """A round that is logged when it did something."""
        told = self.round()
        if told.begun or told.taken or told.failed:
            log.info("webhooks.round", **msgspec.structs.asdict(told))

    def round(self) -> Called:
        """Everything that is to be done now, bounded. Raises FederationError, SearchError."""
        changes, found = self.look()
        self._hooks.forget_unused()
        due = self._deliveries.due(MOST)
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool:
            done = list(pool.map(self._call, due))
        return Called(changes, found, done.count("begun"), done.count("taken"), done.count("failed"))

    def look(self) -> tuple[int, int]:
        """Look through what the index has followed of the log. Returns how many changes and news."""
        deliveries, looked, found = self._deliveries, 0, 0
        after, followers, until = deliveries.cursor(), deliveries.followers(), self._followed.until()
        if not followers and after < until:
            deliveries.found(until, {})
            return until - after, 0
        for changes, records in self._followed.moved(after, until):
            found += deliveries.found(changes[-1].seq, self._news(followers, changes, records))
            looked += len(changes)
        return looked, found

    def _news(
        self, followers: Sequence[Hook], changes: Sequence[Change], records: dict[str, PublicRecord]
    ) -> dict[str, list[News]]:
        settled = [change for change in changes if _settled(change, records)]
        held = self._deliveries.holding([change.iri for change in settled])
        out: dict[str, list[News]] = {}
        for hook in followers:
            mine = [change for change in settled if change.seq > (hook.begun or 0)]
            public = [change.iri for change in mine if change.iri in records]
            found = self._followed.among(hook.id, hook.search, public)
            out[hook.id] = list(_seen(mine, held.get(hook.id, set()), found, records))
        return out

    def _call(self, hook: Hook) -> str:
        return self._begin(hook) if hook.state is State.ASKED else self._tell(hook)

    def _begin(self, hook: Hook) -> str:
        known = self._deliveries.challenge(hook.id)
        if known is None:
            return ""
        token, secret = known
        identifier = f"msg_{hook.id}_challenge{hook.attempts}"
        answer = self._post(hook, identifier, self._parcels.challenge(hook, token, now()), secret)
        why = _refusal(answer)
        if isinstance(answer, Answered) and not why and answer.body.strip() != token.encode():
            why = "echo"
        if why:
            return self._put_off(hook, why, answer)
        self._deliveries.echoed(hook.id, *self._already(hook))
        return "begun"

    def _tell(self, hook: Hook) -> str:
        delivery, secret = self._deliveries.delivery(hook.id), self._deliveries.secret(hook.id)
        if delivery is None or secret is None:
            return ""
        body = self._parcels.changes(delivery, now())
        if body is not None:
            answer = self._post(hook, delivery.id, body, secret)
            if why := _refusal(answer):
                return self._put_off(hook, why, answer)
        self._deliveries.taken(delivery)
        return "taken" if body is not None else ""

    def _post(self, hook: Hook, identifier: str, body: bytes, secret: str) -> Answered | Failed:
        key = b64decode(secret.removeprefix(SIGNING))
        try:
            with self._calling(hook.address) as caller:
                return caller.post(body, signed(key, identifier, now(), body))
        except Failed as failed:
            return failed

    def _put_off(self, hook: Hook, why: str, answer: Answered | Failed) -> str:
        """The log names the host: the whole address may hold what only the receiver knows."""
        wait = answer.wait if isinstance(answer, Answered) else 0.0
        patience = timedelta(0) if why == f"status {GONE}" else self._patience
        state = self._deliveries.failed(hook, why, patience, wait=wait)
        log.warning("webhooks.failed", webhook=hook.id, host=hook.host, why=why, attempts=hook.attempts + 1, now=state)
        return "failed"

    def _already(self, hook: Hook) -> tuple[int, list[str]]:
        """What the search finds now, and the number of the log from which on it is told. More than WIDEST are not read."""
        until, iris = self._followed.until(), list[str]()
        asked = replace(wanted(hook.search), each=True)
        try:
            page = self._followed.index.search(asked.query(size=PAGE))
            while not page.relaxed:  # else nothing holds every word
                iris += [hit.document.iri for hit in page.hits]
                if page.next is None or len(iris) > WIDEST:
                    break
                page = self._followed.index.search(replace(asked, cursor=page.next).query(size=PAGE))
        except BadQuery as error:
            log.warning("webhooks.bad_search", webhook=hook.id, reason=str(error))
        return until, iris


def _settled(change: Change, records: dict[str, PublicRecord]) -> bool:
    """Whether it is the last that is known of its record: what was overtaken needs no telling."""
    record = records.get(change.iri)
    return change.event is Happened.WITHDRAWN if record is None else record.seq == change.seq


def _seen(
    changes: Iterable[Change], held: set[str], found: frozenset[str], records: dict[str, PublicRecord]
) -> Iterator[News]:
    """What the changes are to a search that finds `found` and was known to find `held`."""
    for change in changes:
        iri = change.iri
        if iri in found:
            yield News(change.seq, iri, Event.CHANGED if iri in held else Event.NEW)
        elif iri in held:
            yield News(change.seq, iri, Event.LEFT if iri in records else Event.WITHDRAWN)


def _refusal(answer: Answered | Failed) -> str:
    """Why it was not taken, in a word; empty when it was."""
    if isinstance(answer, Failed):
        return answer.why
    return "" if 200 <= answer.status < 300 else f"status {answer.status}"
