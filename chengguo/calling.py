"""One POST to an address that a stranger gave: guarded, and nothing of the answer trusted.

The connection goes to a public address that was looked at (no second look-up), redirects are an answer and not followed, a deadline
holds for all of it, and a few bytes of the answer are read. No message of the guard leaves this module: it may name a private
address that a stranger wants to learn of.
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

import msgspec
import requests
import urllib3.exceptions
from requests import exceptions

from harvesters.address import Guard, GuardedAdapter, Resolver
from harvesters.answer import printable, retry_after
from harvesters.base import AddressRefused

DEADLINE = 10.0  # seconds for the whole call
PATIENCE = 5.0  # seconds for connecting, and for each wait for bytes
ANSWER = 4096  # bytes of an answer that are read
LONGEST_WAIT = 86_400.0  # seconds that a receiver may ask us to wait


class Failed(Exception):
    """Nothing was answered: `why` is refused (not a public address), insecure, slow or unreachable."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Answered(msgspec.Struct, frozen=True):
    """`wait`: seconds that the receiver asks for before the next call."""

    status: int
    body: bytes
    wait: float = 0.0


class Caller:
    """Calls one address; close it, or use it as a context."""

    def __init__(self, address: str, contact: str, *, allow_private: bool, resolve: Resolver | None = None) -> None:
        self._address = address
        more = {} if resolve is None else {"resolve": resolve}
        self._guard = Guard("[webhooks]", address, allow_private, **more)
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers.clear()
        who = printable(contact, 200).encode("ascii", "ignore").decode() or "contact not configured"
        self._http.headers.update({"User-Agent": f"chengguo-webhook/1 (+{who})", "Accept": "*/*"})
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, GuardedAdapter(self._guard))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def post(self, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Raises Failed."""
        self._guard.deadline.start(DEADLINE, PATIENCE)
        try:
            with self._http.post(
                self._address,
                data=body,
                headers={**headers, "Accept-Encoding": "identity"},
                stream=True,
                allow_redirects=False,
                timeout=PATIENCE,
            ) as response:
                wait = retry_after(response.headers.get("retry-after", "")) or 0.0
                start = response.raw.read(ANSWER, decode_content=False)
                return Answered(response.status_code, start, min(wait, LONGEST_WAIT))
        except AddressRefused:
            raise Failed("refused") from None
        except exceptions.SSLError:
            raise Failed("insecure") from None
        except (exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
            raise Failed("slow") from None
        except (exceptions.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError):
            raise Failed("slow" if self._guard.deadline.passed else "unreachable") from None
