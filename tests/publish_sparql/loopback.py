"""A real HTTP server in a thread, for clients that do not speak ASGI."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import requests
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """The address at which `app` is served."""
    with serving_at(lambda _: app) as address:
        yield address


@contextmanager
def serving_at(make: Callable[[str], Starlette]) -> Iterator[str]:
    """The address at which an application is served that is made for it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = Server(make(address), address="127.0.0.1", port=port, interface=Interfaces.ASGI)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve()), daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while True:
        try:
            requests.get(address, timeout=1)
            break
        except requests.ConnectionError:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    yield address
    loop.call_soon_threadsafe(server.stop)
    thread.join(10)
    loop.close()
