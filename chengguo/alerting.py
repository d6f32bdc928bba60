"""The one who tells those who follow a search: looks through the change log, makes the letters that are due, and posts them.

Each search is asked of the records that have moved and of nothing else, and only as far as the index has followed the log. A
record is told when it was first published after the subscription began: mending a mapping moves many, and is no news.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec
import structlog

from chengguo.following import Followed
from chengguo.post import Post, PostError, Refused
from federation.alerts.outbox import Letter
from federation.alerts.subscriptions import Subscription
from federation.ledger import Ledger
from publish.alerts.letters import Writer
from search.base import SearchIndex
from vocab.public import PublicRecord

ROUND = 100  # letters of one round

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
        self._ledger, self._writer, self._posting = ledger, writer, posting
        self._followed = Followed(ledger, index)

    def following(self) -> None:
        """A round that is logged when it did something."""
        told = self.round()
        if told.sent or told.failed:
            log.info("alerts.round", **msgspec.structs.asdict(told))

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
        after, followers, until = outbox.cursor(), self._ledger.subscriptions.confirmed(), self._followed.until()
        if not followers and after < until:
            outbox.found(until, {})
            return until - after, 0
        for changes, records in self._followed.moved(after, until):
            found += outbox.found(changes[-1].seq, self._matches(followers, records.values()))
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

    def _matches(self, followers: Sequence[Subscription], records: Iterable[PublicRecord]) -> dict[str, list[str]]:
        newest = sorted(records, key=lambda record: -record.seq)
        out: dict[str, list[str]] = {}
        for follower in followers:
            news = [record.iri for record in newest if record.first >= (follower.confirmed or "~")]
            held = self._followed.among(follower.id, follower.search, news)
            if held:
                out[follower.id] = [iri for iri in news if iri in held]
        return out
