"""What needs a person, as a feed: the operators' file `data/attention.atom`, and the address for those who were given it."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from chengguo.home import Home
from federation.tokens import ATTENTION, Tokens
from federation.watch.attention import Matter
from publish.attention import PREFIX, feed

NAME = "attention.atom"


def write(home: Home, matters: Sequence[Matter], base: str) -> Path:
    """Replace the file in one step, so that a reader never sees half of it."""
    path = home.data / NAME
    new = path.with_suffix(".new")
    new.write_bytes(feed(matters, base))
    os.replace(new, path)
    return path


def address(base: str, secret: str) -> str:
    return f"{base}{PREFIX}{secret}"


class Door:
    """Tells what needs a person to those whose token is for that (`publish.services.Attention`)."""

    def __init__(self, tokens: Tokens, matters: Callable[[], Sequence[Matter]]) -> None:
        self._tokens, self._matters = tokens, matters

    def matters(self, secret: str) -> Sequence[Matter] | None:
        """What needs a person; None when the secret opens nothing. Raises FederationError."""
        token = self._tokens.check(secret)
        return self._matters() if token is not None and token.role == ATTENTION else None
