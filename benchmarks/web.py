"""The web server of a home, with one worker: as `serve` runs it, and nothing else of the node."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import urllib3

from benchmarks.whole_way import ROOT
from tests.chengguo.nodes import free_port


@contextmanager
def served(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Its address and its process. No client is made to wait for having asked often."""
    port = free_port()
    environment = {**os.environ, "CHENGGUO_HOME": str(home), "CHENGGUO_HTTP_RATE_PER_SECOND": "0"}
    command = [sys.executable, "-m", "chengguo.web", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    process = psutil.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    while True:
        try:
            urllib3.request("GET", f"{base}/robots.txt", retries=False, timeout=1)
            break
        except urllib3.exceptions.HTTPError:
            time.sleep(0.1)
    try:
        yield base, process
    finally:
        process.terminate()
        process.wait()
