"""The graph server: owns the oxigraph child of a directory, and keeps it alive, small and on the current location.

    graph/current         name of the location that is served (a swap replaces this file)
    graph/endpoint.json   where it listens now: written by the owner, read by every other process
    graph/owner.lock      held by the owner for as long as it lives (the kernel releases it)
    graph/overrun         touched by a client whose query ran over its time
    graph/store-*/        locations

`serve` owns it while it runs. A command alone (`project`, `harvest`) owns it for its own duration.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import IO

import msgspec
import psutil
import structlog

from federation.graph.base import GraphUnavailable
from federation.graph.limits import GraphLimits
from federation.graph.oxigraph_process import OxigraphProcess, end_orphans

LOG = structlog.get_logger(__name__)
# A store still this busy after the client left has not stopped the query. Little, for on a machine with much to do it gets little.
BUSY_CORES = 0.05
STUBBORN = 0.5  # seconds it has to show that it has: with our grace, two seconds after the limit at the latest


class Endpoint(msgspec.Struct, frozen=True):
    """Where the store listens: address, process ids of the child and of its owner, name of the location served."""

    url: str
    pid: int
    owner: int
    location: str


class GraphDirectory:
    """The files of `graph/`: the meeting point of the processes that use one store."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def location(self) -> str:
        """The name of the location to be served; a new one when there is none."""
        with contextlib.suppress(FileNotFoundError, UnicodeDecodeError):
            name = (self.path / "current").read_text(encoding="ascii").strip()
            if name.startswith("store-") and "/" not in name:
                return name
        name = self.new_location()
        self.point_to(name)
        return name

    def new_location(self) -> str:
        return f"store-{secrets.token_hex(6)}"

    def point_to(self, name: str) -> None:
        self._replace("current", name.encode("ascii"))

    def endpoint(self) -> Endpoint | None:
        """What the owner wrote last; None when nothing readable is there."""
        try:
            return msgspec.json.decode((self.path / "endpoint.json").read_bytes(), type=Endpoint)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def announce(self, endpoint: Endpoint) -> None:
        self._replace("endpoint.json", msgspec.json.encode(endpoint))

    def overrun(self) -> None:
        """Tell the owner that a query ran over its time."""
        (self.path / "overrun").touch()

    def take_overrun(self) -> bool:
        try:
            (self.path / "overrun").unlink()
        except FileNotFoundError:
            return False
        return True

    def drop_others(self, keep: str) -> None:
        """Remove every location but one, and the logs of the removed."""
        for path in self.path.glob("store-*"):
            if path.name.removesuffix(".log") != keep:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def _replace(self, name: str, body: bytes) -> None:
        temporary = self.path / f".{name}.{os.getpid()}.{threading.get_ident()}"
        temporary.write_bytes(body)
        temporary.replace(self.path / name)


class GraphServer:
    """Supervises the child. A context manager: the child lives inside it.

    Raises GraphUnavailable when another process already owns the directory.
    """

    def __init__(self, path: Path, limits: GraphLimits | None = None, *, interval: float = 0.25) -> None:
        self.limits = limits or GraphLimits()
        self.interval = interval
        self.restarts = 0
        path.mkdir(parents=True, exist_ok=True)
        self.directory = GraphDirectory(path)
        self._lock: IO[str] | None = None
        self._child: OxigraphProcess | None = None
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._supervise, name="graph-server", daemon=True)

    def __enter__(self) -> "GraphServer":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Own the directory and serve it. Raises GraphUnavailable when another process owns it."""
        if not self.start_if_free():
            raise GraphUnavailable(f"another process serves {self.directory.path}")

    def start_if_free(self) -> bool:
        """Start, unless another process owns the directory."""
        if not self._acquire():
            return False
        try:
            end_orphans(self.directory.path)
            self._run(self.directory.location())
        except BaseException:
            self._release()
            raise
        self._watch.start()
        return True

    def stop(self) -> None:
        """End supervision and child. Data stay."""
        self._ended.set()
        if self._watch.is_alive():
            self._watch.join()
        if self._child:
            self._child.stop()
        self._release()

    @property
    def child(self) -> OxigraphProcess:
        if self._child is None:
            raise GraphUnavailable("the graph server is not started")
        return self._child

    def _acquire(self) -> bool:
        lock = (self.directory.path / "owner.lock").open("a", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._lock = lock
        return True

    def _release(self) -> None:
        if self._lock:
            self._lock.close()
            self._lock = None

    def _run(self, location: str) -> None:
        """Start a child on a location, on the port of the last one when it is still free."""
        port = self._child.port if self._child else 0
        try:
            self._start(location, port)
        except GraphUnavailable:
            if not port:
                raise
            self._start(location, 0)

    def _start(self, location: str, port: int) -> None:
        self._child = OxigraphProcess(self.directory.path / location, self.limits, port)
        self._child.start()
        self.directory.announce(Endpoint(self._child.url, self._child.pid, os.getpid(), location))

    def _supervise(self) -> None:
        while not self._ended.wait(self.interval):
            try:
                self._look()
            except (GraphUnavailable, psutil.Error, OSError) as error:
                LOG.error("graph.restart_failed", reason=str(error))  # the next look tries again

    def _look(self) -> None:
        """One look at the child: ended, moved, too large, or still busy with a query nobody waits for."""
        child, location = self.child, self.directory.location()
        if location != child.location.name:
            self._move(location)
        elif not child.alive():
            self._restart("ended")
        elif child.resident() > self.limits.memory_bytes:
            self._restart("memory")
        elif self.directory.take_overrun() and self._still_busy():
            self._restart("overrun")

    def _still_busy(self) -> bool:
        """After a client's time-out the store gets its grace; then it is idle or it has not stopped the query."""
        end = time.monotonic() + STUBBORN
        while time.monotonic() < end:
            if self.child.busy(0.1) < BUSY_CORES:
                return False
        return True

    def _restart(self, reason: str) -> None:
        LOG.warning("graph.restart", reason=reason, resident=self.child.resident())
        self.restarts += 1
        self.child.kill()
        self.directory.take_overrun()  # whatever ran over its time has ended with it
        self._run(self.child.location.name)

    def _move(self, location: str) -> None:
        LOG.info("graph.swap", location=location)
        self.child.stop()
        self._run(location)
