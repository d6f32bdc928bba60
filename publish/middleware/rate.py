"""A token bucket per client, in memory of this process: one client cannot take the site from the others."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from publish.errors import TooManyRequests
from publish.settings import RateLimit

# Never limited: probes must see an answer precisely when the site is busy.
EXEMPT = frozenset({"/healthz", "/readyz", "/metrics"})
Clock = Callable[[], float]


class Buckets:
    """Tokens left per client; the client idle longest is forgotten first."""

    def __init__(self, limit: RateLimit, clock: Clock = time.monotonic) -> None:
        self.limit, self.clock = limit, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> float:
        """Takes a token and answers 0, or answers the seconds until there will be one."""
        now = self.clock()
        tokens, at = self._left.pop(client, (float(self.limit.burst), now))
        tokens = min(self.limit.burst, tokens + (now - at) * self.limit.per_second)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self.limit.per_second
        self._left[client] = (tokens if wait else tokens - 1, now)
        if len(self._left) > self.limit.clients:
            self._left.popitem(last=False)
        return wait


class RateLimiter:
    """Raises TooManyRequests."""

    def __init__(self, app: ASGIApp, limit: RateLimit, trusted_proxies: Sequence[str] = ()) -> None:
        self.app = app
        self.buckets = Buckets(limit) if limit.per_second > 0 else None
        self.trusted = tuple(ip_network(network) for network in trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.buckets is not None and scope["type"] == "http" and scope["path"] not in EXEMPT:
            wait = self.buckets.take(client_of(scope, self.trusted))
            if wait:
                raise TooManyRequests(math.ceil(wait))
        await self.app(scope, receive, send)


def client_of(scope: Scope, trusted: Sequence[IPv4Network | IPv6Network]) -> str:
    """The client's address: the peer's, or the nearest hop of X-Forwarded-For that is not one of our own proxies."""
    peer = scope["client"][0] if scope.get("client") else ""
    if not _within(peer, trusted):
        return peer
    hops = [hop.strip() for hop in ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")]
    return next((hop for hop in reversed(hops) if hop and not _within(hop, trusted)), peer)


def _within(address: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)
