"""The one who tells those who follow a search: looks through the change log, makes the letters that are due, and posts them.

Each search is asked of the records that have moved and of nothing else, and only as far as the index has followed the log. A
record is told when it was first published after the subscription began: mending a mapping moves many, and is no news.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol
from urllib.parse import parse_qsl

import msgspec
import structlog
from starlette.datastructures import QueryParams

from chengguo.post import Post, PostError, Refused
from federation.alerts.outbox import Letter
from federation.alerts.subscriptions import LONGEST_SEARCH, Subscription
from federation.ledger import Ledger
from publish.alerts.letters import Writer
from publish.portal.asked import asked
from search.base import BadQuery, Query, SearchIndex
from vocab.public import PublicRecord

BATCH = 1000  # changes looked through in one transaction
ROUND = 100  # letters of one round
POLL = 2.0  # seconds between two rounds

log = structlog.get_logger("chengguo.alerts")


class Rounded(msgspec.Struct, frozen=True):
    """What a round did: changes looked through, alerts found, letters made, sent and put off."""

    changes: int = 0
    found: int = 0
    made: int = 0
    sent: int = 0
    failed: int = 0


class Posting(Protocol):
    """Opens the way to the mail server. Its context raises PostError."""

    def __call__(self) -> Post: ...


class Teller:
    def __init__(self, ledger: Ledger, index: SearchIndex, writer: Writer, posting: Posting) -> None:
        self._ledger, self._index, self._writer, self._posting = ledger, index, writer, posting

    def round(self) -> Rounded:
        """Everything that is to be done now, bounded. Raises FederationError, SearchError."""
        changes, found = self.look()
        self._ledger.subscriptions.forget_unconfirmed()
        made = self._ledger.outbox.post()
        sent, failed = self.send()
        return Rounded(changes, found, made, sent, failed)

    def look(self) -> tuple[int, int]:
        """Look through what the index has followed of the log. Returns how many changes and new alerts."""
        outbox, looked, found = self._ledger.outbox, 0, 0
        after, followers = outbox.cursor(), self._ledger.subscriptions.confirmed()
        until = self._indexed()
        if not followers and after < until:
            outbox.found(until, {})
            return until - after, 0
        while after < until:
            changes, records = self._ledger.delta(after, BATCH)
            changes = [change for change in changes if change.seq <= until]
            if not changes:
                break
            after = changes[-1].seq
            found += outbox.found(after, self._matches(followers, records.values()))
            looked += len(changes)
        return looked, found

    def send(self) -> tuple[int, int]:
        """Post the letters that wait. Returns how many were taken, and how many were put off."""
        numbers = self._ledger.outbox.waiting(ROUND)
        if not numbers:
            return 0, 0
        sent = failed = 0
        try:
            with self._posting() as post:
                for number in numbers:
                    done = self._one(post, number)
                    sent, failed = sent + (done is True), failed + (done is False)
        except PostError as error:  # nobody can be reached: each letter waits, and none is held against its address
            log.warning("alerts.no_mail_server", reason=str(error), waiting=len(numbers))
            failed += 1
        return sent, failed

    def _one(self, post: Post, number: str) -> bool | None:
        """True when it was taken, False when it was not; None when there was nothing left to tell."""
        letter = self._ledger.outbox.letter(number)
        message = None if letter is None else self._writer.write(letter)
        if letter is None or message is None:
            self._ledger.outbox.sent(number)
            return None
        try:
            post.send(message, letter.to.address)
        except Refused as error:
            self._refused(letter, error)
            return False
        self._ledger.outbox.sent(number)
        return True

    def _refused(self, letter: Letter, error: Refused) -> None:
        """The log names no address: the letter's number is enough to find it."""
        if error.final:
            self._ledger.subscriptions.forget(letter.to.id)
        again = not error.final and self._ledger.outbox.failed(letter)
        log.warning("alerts.refused", letter=letter.id, code=error.code, again=again)

    def _indexed(self) -> int:
        cursor = self._ledger.cursors.get(self._index.name, self._index.generation)
        return cursor.seq if cursor else 0

    def _matches(self, followers: Sequence[Subscription], records: Iterable[PublicRecord]) -> dict[str, list[str]]:
        newest = sorted(records, key=lambda record: -record.seq)
        out: dict[str, list[str]] = {}
        for follower in followers:
            news = [record.iri for record in newest if record.first >= (follower.confirmed or "~")]
            held = self._among(follower, news) if news else frozenset[str]()
            if held:
                out[follower.id] = [iri for iri in news if iri in held]
        return out

    def _among(self, follower: Subscription, iris: Sequence[str]) -> frozenset[str]:
        try:
            return self._index.among(query_of(follower.search), iris)
        except BadQuery as error:  # a newer program may refuse what an older one took: the others go on
            log.warning("alerts.bad_search", subscription=follower.id, reason=str(error))
            return frozenset()


def query_of(search: str) -> Query:
    """The query of a kept search."""
    return asked(QueryParams(parse_qsl(search)), LONGEST_SEARCH).query()


def follow(teller: Teller, failures: tuple[type[Exception], ...], pause: Callable[[float], None] = time.sleep) -> None:
    """Round after round, until interrupted. What the ledger or the index cannot do now is tried again, later each time."""
    failed = 0
    while True:
        try:
            told = teller.round()
            failed = 0
            if told.sent or told.failed:
                log.info("alerts.round", **msgspec.structs.asdict(told))
        except failures as error:
            failed += 1
            log.warning("alerts.failed", failures=failed, reason=str(error))
        pause(min(60.0, POLL * 2 ** min(failed, 5)))
