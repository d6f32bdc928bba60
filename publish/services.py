"""What the site is given to work with, made by the composition root: reading contracts, and one narrow door for writing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.alerts.hooks import Hook, Opened
from federation.alerts.subscriptions import Subscription
from federation.graph.base import GraphStore
from federation.matching.book import Candidate
from federation.matching.naming import OtherName
from federation.offers import OfferView
from federation.push import Condition, Receipt, Sent
from federation.selection import ListedView
from federation.source import Source
from federation.tokens import Token
from federation.views import SourceView
from federation.watch.attention import Matter
from publish.dumps.shelf import EMPTY, Shelf
from publish.settings import SiteSettings
from search.base import SearchReader
from vocab.namespaces import Namespaces


class Push(Protocol):
    """Takes in what sources send by themselves. It tells a source of its own records and reads nothing to anybody else."""

    def token(self, secret: str) -> Token | None:
        """The token of a secret; None for one that is wrong or revoked."""

    def takes(self, source: str) -> bool:
        """Whether there is such a source and it sends by itself."""

    def put(self, source: str, sent: Sequence[Sent], condition: Condition | None = None) -> list[Receipt]:
        """Store records of different keys; a receipt for each. Raises PreconditionFailed, FederationError."""


class Attention(Protocol):
    """Tells what needs a person to those who have a right to know."""

    def matters(self, secret: str) -> Sequence[Matter] | None:
        """What needs a person; None when the secret opens nothing. Raises FederationError."""


class Following(Protocol):
    """Takes in who wants to be told by mail of what a search finds. It tells nothing of anybody but to who holds a letter."""

    def ask(self, address: str, search: str, lang: str, days: int) -> bool:
        """Note the wish, to be confirmed by mail. Raises BadAddress, ValueError, FederationError."""

    def get(self, key: str) -> Subscription | None:
        """What the link of a letter speaks of; None when there is no such subscription any more."""

    def confirm(self, key: str) -> Subscription | None:
        """Begin it; None when there is nothing to begin."""

    def end(self, key: str) -> bool:
        """Forget it, with its address; False when it was not there."""


class Hooks(Protocol):
    """Takes in programs that want to be told of what a search finds. It tells of one but to who holds its key."""

    def ask(self, address: str, search: str) -> Opened:
        """Note the wish, to be confirmed by a challenge. Raises BadAddress, TooMany, ValueError, FederationError."""

    def get(self, key: str) -> Hook | None:
        """The webhook that a key manages; None for any other text."""

    def challenge(self, key: str) -> Hook | None:
        """Send its challenge again."""

    def pause(self, key: str) -> Hook | None: ...

    def resume(self, key: str) -> Hook | None: ...

    def end(self, key: str) -> bool: ...


class Matches(Protocol):
    """Why public records are one achievement (which ones are, each of them says itself), and names of one organisation."""

    def explained(self, iris: Sequence[str]) -> list[Candidate]:
        """The pairs among these records that rules have joined."""

    def names(self, organisation: str) -> list[OtherName]:
        """The other names of the organisation that a name means, with the public records that state them."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a handler may use. Nothing here can read what the gate did not let out."""

    view: ListedView
    sources_view: SourceView
    sources: Mapping[str, Source]
    index: SearchReader
    graph: GraphStore
    namespaces: Namespaces
    settings: SiteSettings
    push: Push | None = None  # None: this site only reads
    matches: Matches | None = None  # None: nothing is matched here
    attention: Attention | None = None  # None: nobody is told
    offers: OfferView | None = None  # None: nothing is offered from here
    following: Following | None = None  # None: no mail is sent from here
    dumps: Shelf = EMPTY
    hooks: Hooks | None = None  # None: no program is told
    graph_mark: Callable[[], str] | None = None  # text that changes whenever the graph does; None: nobody knows
