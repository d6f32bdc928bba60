"""Owns the graph store of a home while `serve` runs: a process of its own, so that a store that fails takes nothing along.

Run as `python -m chengguo.graph_owner --home DIR`. It ends with SIGTERM, and takes the store with it.
"""

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

import structlog

from chengguo import logs
from chengguo.home import Home
from chengguo.limits import graph_limits
from federation.graph.base import GraphUnavailable
from federation.graph.server import GraphServer

log = structlog.get_logger("chengguo.graph_owner")


def own(home: Home) -> None:
    """Serve the graph until SIGTERM or SIGINT."""
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    settings = home.settings()
    logs.configure(settings.log)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    server = GraphServer(home.graph_directory(settings), graph_limits(settings.graph))
    try:
        server.start()
        log.debug("graph store is up", pid=os.getpid())
        ended.wait()
    except GraphUnavailable as error:
        log.error("graph store is not up", reason=str(error))
        raise SystemExit(1) from error
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):  # ending once is enough; a second signal must not cut it short
            signal.signal(number, signal.SIG_IGN)
        server.stop()


if __name__ == "__main__":
    own(Home(Path(sys.argv[sys.argv.index("--home") + 1])))
