"""One oxigraph server as a child process: loopback only, on a port of its own choice, never older than its directory's lock."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import urllib3

from federation import guarded
from federation.graph.base import GraphUnavailable
from federation.graph.limits import GraphLimits

HOST = "127.0.0.1"
ASK = "ASK%20%7B%7D"
STARTED_BY = "CHENGGUO_STARTED_BY"  # in a child's environment: the process that started it


def executable() -> str:
    """The oxigraph program: beside this Python, else on the path. Raises GraphUnavailable when it is not installed."""
    beside = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("oxigraph")
    if found is None:
        raise GraphUnavailable("the program 'oxigraph' is not installed; install the package 'oxigraph' of the index")
    return found


def end_orphans(directory: Path) -> None:
    """End every server over a location in the directory whose starter was killed: it would hold its location for ever.

    A process that has lost its starter has another parent, and whoever was killed may not have written down what it started.
    """
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            command = process.cmdline()
            if "--location" not in command[:-1]:
                continue
            location = Path(command[command.index("--location") + 1])
            if location.parent == directory and process.environ().get(STARTED_BY) != str(process.ppid()):
                process.kill()
                process.wait(timeout=30)


class OxigraphProcess:
    """A server over the directory `location`. RocksDB locks the directory, so there is never a second one."""

    def __init__(self, location: Path, limits: GraphLimits, port: int = 0) -> None:
        self.location = location
        self.limits = limits
        self.port = port
        self._child: psutil.Popen | None = None
        self._http = urllib3.PoolManager(retries=False)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """The child's process id; 0 before the first start."""
        return self._child.pid if self._child else 0

    def start(self) -> None:
        """Start and wait until it answers. Raises GraphUnavailable when it ends or does not answer in time."""
        self.location.parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + self.limits.start_seconds
        self._spawn()
        while not self.answers():
            if not self.alive():
                raise GraphUnavailable(f"oxigraph ended at start with code {self._wait()}: see {self._log}")
            if time.monotonic() > deadline:
                self.kill()
                raise GraphUnavailable(
                    f"oxigraph did not answer within {self.limits.start_seconds:g} s: see {self._log}"
                )
            time.sleep(0.02)

    @property
    def _log(self) -> Path:
        return self.location.parent / f"{self.location.name}.log"

    def _spawn(self) -> None:
        serve = [executable(), "serve", "--location", str(self.location), "--bind", f"{HOST}:{self.port}"]
        serve += ["--union-default-graph", "--timeout-s", str(self.limits.query_seconds)]
        with self._log.open("wb") as log:  # a fresh log per start: it holds start-up failures, nothing of queries
            self._child = psutil.Popen(
                guarded.command(tuple(serve)),  # it never outlives the process that watches over it
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, STARTED_BY: str(os.getpid())},
            )

    def answers(self, seconds: float = 1.0) -> bool:
        """Whether it answers a trivial question within `seconds`."""
        if not self.port:
            self.port = self._listening()
        if not self.port or not self.alive():
            return False
        try:
            answer = self._http.request("GET", f"{self.url}/query?query={ASK}", timeout=seconds)
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status == 200

    def _listening(self) -> int:
        """The port the kernel gave (we ask for port 0, so nobody can take it in between); 0 while there is none."""
        with contextlib.suppress(psutil.Error):
            if self._child:
                for connection in self._child.net_connections(kind="tcp"):
                    if connection.status == psutil.CONN_LISTEN:
                        return int(connection.laddr.port)
        return 0

    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def resident(self) -> int:
        """Resident memory in bytes; 0 when it is gone."""
        with contextlib.suppress(psutil.Error):
            if self._child:
                return int(self._child.memory_info().rss)
        return 0

    def busy(self, seconds: float) -> float:
        """The share of one core it used during `seconds` (1.0 = one core); 0 when it is gone."""
        with contextlib.suppress(psutil.Error):
            if self._child:
                return float(self._child.cpu_percent(interval=seconds)) / 100
        return 0.0

    def stop(self, seconds: float = 20.0) -> None:
        """End it politely, then for certain. What was committed is on the disk either way."""
        if self._child is None:
            return
        with contextlib.suppress(psutil.Error):
            self._child.terminate()
        try:
            self._child.wait(timeout=seconds)
        except psutil.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        with contextlib.suppress(psutil.Error):
            if self._child:
                self._child.kill()
        self._wait()

    def _wait(self) -> int | None:
        if self._child is None:
            return None
        code = self._child.wait(timeout=30)
        # Two threads that wait at once: the second learns nothing from the system, and would forget what the first did.
        return self._child.poll() if code is None else code
