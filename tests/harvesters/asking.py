"""Asking a test server through the guarded session."""

from typing import Any

import pytest

from harvesters.base import HarvestError, TerminalError
from harvesters.session import Session
from tests.harvesters.endpoints import endpoint
from tests.harvesters.servers.web import Reply, Server

GOOD = Reply(b'{"ok": 1}')


def ask(server: Server, path: str = "/data", pause: Any = lambda _: None, **limits: float) -> bytes:
    with Session(endpoint(server.url, {}, **limits), pause=pause) as session:
        return session.get_json(server.url + path)


def failure(server: Server, kind: type[HarvestError], path: str = "/data", **limits: float) -> str:
    with pytest.raises(kind) as caught:
        ask(server, path, **limits)
    assert type(caught.value) is kind or not isinstance(caught.value, TerminalError) or kind is TerminalError
    assert "cn-test" in str(caught.value)
    return str(caught.value)
