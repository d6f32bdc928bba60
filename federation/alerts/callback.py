"""The address that a program wants to be told at: what may be one at all. Where its name leads is judged at every connection."""

import re
from urllib.parse import urlsplit

LONGEST = 2000  # characters
PORTS = frozenset({80, 443, 8080, 8443})  # where web servers live: nobody's mail server or database is spoken to
_URL = re.compile(r"https?://[!-~]+", re.IGNORECASE)


class BadAddress(ValueError):
    """Nothing can be sent there; `code` is short, port or form."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def host_of(address: str, *, any_port: bool = False) -> str:
    """The host whose share an address takes. Raises BadAddress."""
    if len(address) > LONGEST:
        raise BadAddress(
            "long", f"an address of a webhook has at most {LONGEST} characters, this one has {len(address)}"
        )
    try:
        parts = urlsplit(address if _URL.fullmatch(address) else "")
        host, port = (parts.hostname or "").lower().rstrip("."), parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise BadAddress(
            "form",
            "an address of a webhook reads https://host/path: ASCII, without user, password, fragment or spaces"
            " (write another script's host name in its xn-- form)",
        )
    if port is not None and port not in PORTS and not any_port:
        raise BadAddress("port", f"a webhook is called at port {', '.join(map(str, sorted(PORTS)))}, not at {port}")
    return host
