"""The connection to an Elasticsearch cluster, and what its errors mean here.

    SearchUnavailable (search.base)
    +-- Unreachable      no node answered: a search fails at once for a while, instead of waiting with all the others
    +-- Missing          the index is not there
    +-- Refused          the cluster answers, and takes nothing from us: credentials, or a block such as that of a full disk

Messages name the addresses and the cluster's reason, never a credential.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import msgspec
from elastic_transport import ConnectionError as NoConnection
from elastic_transport import ConnectionTimeout, TransportError
from elastic_transport.client_utils import DEFAULT
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from search.base import BadQuery, SearchUnavailable

T = TypeVar("T")
CONNECTIONS = 40  # to each node: as many as a web worker has threads
MOST_NODES = 2  # further nodes asked after one that did not answer: each may take the whole time
PAUSES = (0.05, 0.2, 0.5, 1.0)  # seconds between attempts: a shard whose node died is served by another within these
PASSING = frozenset({429, 500, 502, 503, 504})
BLOWN = 2.0  # seconds for which nobody else asks a cluster that did not answer


class Unreachable(SearchUnavailable):
    """No node answered."""


class Missing(SearchUnavailable):
    """The index is not there, or not any more."""


class Refused(SearchUnavailable):
    """The cluster answers, and does not do what we ask."""


class Credentials:
    """An API key, or a name and password. Shown nowhere."""

    __slots__ = ("api_key", "password", "username")

    def __init__(self, api_key: str = "", username: str = "", password: str = "") -> None:
        self.api_key, self.username, self.password = api_key, username, password

    def __repr__(self) -> str:
        return "Credentials(***)"


class Cluster(msgspec.Struct, frozen=True):
    """Where the cluster is and who we are to it. `urls`: any nodes of it; `ca_file`: PEM; `fingerprint`: SHA-256 of its
    certificate, in hexadecimal; `timeout`: seconds a search may take."""

    urls: tuple[str, ...]
    credentials: Credentials = Credentials()
    ca_file: str = ""
    fingerprint: str = ""
    timeout: float = 10.0

    @property
    def address(self) -> str:
        return ", ".join(self.urls)


def connect(cluster: Cluster) -> Elasticsearch:
    """A client; it connects when it is first asked. Safe to share between threads. Raises SearchUnavailable."""
    known = cluster.credentials
    try:
        return Elasticsearch(
            list(cluster.urls),
            ca_certs=cluster.ca_file or DEFAULT,
            ssl_assert_fingerprint=cluster.fingerprint or DEFAULT,
            api_key=known.api_key or None,
            basic_auth=(known.username, known.password) if known.username else None,
            request_timeout=cluster.timeout,
            connections_per_node=CONNECTIONS,
            max_retries=min(len(cluster.urls), MOST_NODES),  # which of the nodes are alive is not known beforehand
            retry_on_timeout=len(cluster.urls) > 1,
            retry_on_status=(),
        )
    except (ValueError, OSError) as error:
        raise SearchUnavailable(f"Elasticsearch at {cluster.address} cannot be used: {error}") from error


@contextmanager
def engine_errors(cluster: Cluster) -> Iterator[None]:
    """Whatever the client raises, as what it means."""
    where = f"Elasticsearch at {cluster.address}"
    try:
        yield
    except UnsupportedProductError as error:
        raise Refused(f"{where} is no Elasticsearch: what answers there does not say so") from error
    except ApiError as error:
        raise _told(where, error) from error
    except (NoConnection, ConnectionTimeout) as error:
        raise Unreachable(f"{where} cannot be reached: {error.message}") from error
    except TransportError as error:
        raise SearchUnavailable(f"{where} answered in a way that cannot be read: {error.message}") from error


def _told(where: str, error: ApiError) -> Exception:
    kind = str(error.error)
    if kind in ("index_not_found_exception", "aliases_not_found_exception"):
        return Missing(f"{where}: the index is missing or not built yet")
    if error.status_code == 400 and "clause" in reason(error).casefold():
        return BadQuery("the query asks for too many things at once: use fewer words", "much")
    if error.status_code == 401:
        return Refused(
            f"{where} does not know us: check [search] api_key, or username and password, and whether the key was withdrawn or"
            f" has expired; after a change restart the node ({reason(error)})"
        )
    if error.status_code == 403:
        return Refused(
            f"{where} does not allow it: {reason(error)} (docs/how-to/use-elasticsearch.md lists what a key or user needs)"
        )
    return SearchUnavailable(f"{where} answers {error.status_code}: {reason(error)}")


def reason(error: ApiError) -> str:
    """What the cluster says went wrong: the kind, and the first cause's words."""
    body = error.body if isinstance(error.body, dict) else {}
    told = body.get("error")
    causes = told.get("root_cause") if isinstance(told, dict) else None
    first = causes[0] if isinstance(causes, list) and causes else told
    if isinstance(first, dict):
        return f"{first.get('type')}: {first.get('reason')}"[:500]
    return str(error.error)[:500]


def patiently(ask: Callable[[], T]) -> T:
    """Ask again, with growing pauses, while the cluster is busy, chooses another copy of a shard, or swaps the index."""
    for pause in PAUSES:
        try:
            return ask()
        except NoConnection:
            pass
        except ApiError as error:
            if error.status_code == 404 and pause == PAUSES[0]:
                pass  # the alias moved on between the cluster's two steps; what is truly missing is missing again
            elif error.status_code not in PASSING:
                raise
        time.sleep(pause)
    return ask()


class Fuse:
    """Keeps the threads of a portal free while a cluster does not answer: after a failure one asks, the others are told at
    once what it was told."""

    def __init__(self, pause: float = BLOWN) -> None:
        self._pause = pause
        self._guard = threading.Lock()
        self._blown: Unreachable | None = None
        self._asking = False
        self._next = 0.0

    def __call__(self, ask: Callable[[], T]) -> T:
        """Raises what `ask` does, or what it raised a moment ago."""
        probing = self._enter()
        try:
            answer = ask()
        except Unreachable as error:
            self._blow(error)
            raise
        else:
            self._blown = None
            return answer
        finally:
            if probing:
                self._asking = False

    def _enter(self) -> bool:
        if self._blown is None:
            return False
        with self._guard:
            blown = self._blown
            if blown is not None and (self._asking or time.monotonic() < self._next):
                raise Unreachable(str(blown))
            self._asking = True
            return True

    def _blow(self, error: Unreachable) -> None:
        self._blown, self._next = error, time.monotonic() + self._pause
