"""The web server's process: granian, its workers, and the application that each of them makes.

Run as `python -m chengguo.web --host H --port P --workers N` on the home that CHENGGUO_HOME names. What the application
imports is imported here once, before the workers are forked: they start at once and share that memory.
"""

import argparse
import multiprocessing
import os

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from starlette.types import ASGIApp

from chengguo import logs, node
from chengguo.home import resolve
from federation import guarded
from publish import app as application
from search import tantivy_index as engine

SHARED = (application, engine)  # imported for the workers
STOP = 5  # seconds a worker has to finish its requests


def create() -> ASGIApp:
    """The application. A worker ends with granian, so that it never holds the port alone."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        guarded.end_with_parent(parent.pid)
    home = resolve(None, os.environ)
    settings = home.settings()
    logs.configure(settings.log)
    return node.Node(home, settings).application()


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    given = parser.parse_args()
    Granian(
        "chengguo.web:create",
        address=given.host,
        port=given.port,
        workers=given.workers,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        websockets=False,
        factory=True,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP,
    ).serve()


if __name__ == "__main__":
    main()
