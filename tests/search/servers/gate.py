"""A gate before a server: bytes pass through it until it is closed (refuses) or jammed (takes what comes and says nothing)."""

import contextlib
import socket
import threading
from collections.abc import Iterator

CHUNK = 65_536


class Gate:
    """Listens on `port` of loopback and leads to `target`, another port."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._server: socket.socket | None = None
        self._passing: set[socket.socket] = set()
        self._jammed = threading.Event()
        self.port = 0
        self.open()

    def open(self) -> None:
        """On the same port as before."""
        self._jammed.clear()
        self._server = socket.create_server(("127.0.0.1", self.port))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._take, args=(self._server,), daemon=True).start()

    def close(self) -> None:
        """Break all connections and refuse new ones."""
        server, self._server = self._server, None
        if server is not None:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
        self._break()

    def jam(self) -> None:
        """Break all connections; whoever comes now waits."""
        self._jammed.set()
        self._break()

    def _break(self) -> None:
        for side in list(self._passing):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def _take(self, server: socket.socket) -> None:
        while True:
            try:
                near, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(near,), daemon=True).start()

    def _pass(self, near: socket.socket) -> None:
        self._passing.add(near)
        with near, contextlib.suppress(OSError):
            if self._jammed.is_set():
                while near.recv(CHUNK):
                    pass
                return
            with socket.create_connection(("127.0.0.1", self._target)) as far:
                self._passing.add(far)
                back = threading.Thread(target=_copy, args=(far, near), daemon=True)
                back.start()
                _copy(near, far)
                back.join()
                self._passing.discard(far)
        self._passing.discard(near)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def gate_to(port: int) -> Iterator[Gate]:
    gate = Gate(port)
    try:
        yield gate
    finally:
        gate.close()
