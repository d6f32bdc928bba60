"""A home and its node, seen from outside: commands run in processes, answers come over HTTP, and every word is kept."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import psutil

from tests.chengguo.commands import COMMAND, environment, run
from tests.chengguo.nodes import free_port
from tests.chengguo.processes import DEADLINE, alive, descendants, eventually
from vocab.namespaces import Namespaces

RESULTS = "application/sparql-results+json"
UNLIMITED = {"CHENGGUO_HTTP_RATE_PER_SECOND": "0", "CHENGGUO_HTTP_WORKERS": "1"}


class Node:
    """A home made before. `base` begins its permanent IRIs; `said` is all that its commands wrote to standard error."""

    def __init__(self, home: Path, base: str) -> None:
        self.home = home
        self.base = base
        self.namespaces = Namespaces(base)
        self.said = ""

    def run(self, *arguments: str | Path, code: int = 0) -> str:
        """The standard output of a command that must end with this code."""
        done = run(*arguments, "--home", self.home)
        self.said += done.stderr
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done.stdout

    def json(self, *arguments: str | Path, code: int = 0) -> Any:
        return msgspec.json.decode(self.run(*arguments, "--json", code=code))

    def iri(self, source: str, local_id: str, kind: str = "achievement") -> str:
        return self.namespaces.record(kind, source, local_id)


class Portal:
    """What a served node answers. It is asked where it listens, whatever address its permanent IRIs begin with."""

    def __init__(self, port: int, base: str) -> None:
        self.port = port
        self.base = base
        self._http = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE)

    def close(self) -> None:
        self._http.close()

    def get(self, address: str, accept: str = "*/*", **params: str) -> httpx2.Response:
        """A path, or an address of the site as the site itself writes it."""
        path = address.removeprefix(self.base)
        return self._http.get(path, params=params or None, headers={"Accept": accept})

    def json(self, address: str, **params: str) -> Any:
        answer = self.get(address, **params)
        assert answer.status_code == 200, (address, params, answer.status_code, answer.text)
        return answer.json()

    def search(self, **params: str) -> Any:
        return self.json("/api/v1/search", **params)

    def pages(self, path: str, **params: str) -> Iterator[Any]:
        """The answers of a paged list, to its end."""
        page = self.json(path, **params)
        while True:
            yield page
            if page["next"] is None:
                return
            page = self.json(page["next"])

    def records(self) -> list[Any]:
        return [item for page in self.pages("/api/v1/records", size="100") for item in page["items"]]

    def changes(self, after: int = 0) -> list[Any]:
        return [change for page in self.pages("/api/v1/changes", after=str(after)) for change in page["changes"]]

    def select(self, query: str) -> list[dict[str, str]]:
        """The rows of a SELECT, as texts."""
        answer = self._http.post("/sparql", data={"query": query}, headers={"Accept": RESULTS})
        assert answer.status_code == 200, answer.text
        rows = answer.json()["results"]["bindings"]
        return [{name: term["value"] for name, term in row.items()} for row in rows]

    def answers(self, path: str = "/readyz") -> bool:
        try:
            return self.get(path).status_code == 200
        except httpx2.HTTPError:
            return False


class Served:
    """A running `serve`, with the file that all its processes write to."""

    def __init__(self, process: "subprocess.Popen[bytes]", portal: Portal, output: Path) -> None:
        self.process = process
        self.portal = portal
        self.output = output

    @property
    def said(self) -> str:
        return self.output.read_text("utf-8")

    def children(self, *marks: str) -> list[psutil.Process]:
        """The running processes of the node whose command line holds all these words."""
        found = []
        for child in descendants(self.process.pid):
            try:
                line = " ".join(child.cmdline())
            except psutil.Error:
                continue
            if all(mark in line for mark in marks) and "guarded.py" not in line:
                found.append(child)
        return found

    def interrupt(self) -> int:
        """Ctrl-C; the exit code once the node has ended. Fails when a process is left behind."""
        pids = [child.pid for child in descendants(self.process.pid)]
        assert pids
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(DEADLINE)
        eventually(lambda: not any(alive(pid) for pid in pids), "every process of the node to end")
        return code


@contextmanager
def serving(node: Node, port: int | None = None) -> Iterator[Served]:
    """The node's portal, ready to be asked, at a free port if not at this one. Nothing of it is left afterwards."""
    port, output = port or free_port(), node.home.with_name(f"{node.home.name}-serve.log")
    arguments = ("serve", "--port", str(port), "--home", str(node.home))
    with output.open("ab") as file:
        process = subprocess.Popen(
            [*COMMAND, *arguments], stdout=file, stderr=file, env=environment(**UNLIMITED), start_new_session=True
        )
    portal = Portal(port, node.base)
    served = Served(process, portal, output)
    left: list[psutil.Process] = []
    try:
        eventually(lambda: process.poll() is not None or "Ready:" in served.said, "a node that is ready")
        assert process.poll() is None, served.said
        yield served
    finally:
        portal.close()
        left = descendants(process.pid)
        process.kill()
        process.wait()
        for other in left:
            if other.is_running():
                other.kill()
