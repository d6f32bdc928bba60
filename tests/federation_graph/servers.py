"""Real SPARQL stores that others make, started for tests on loopback (scripts/services fuseki virtuoso brings the programs)."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import urllib3

from federation import guarded

FUSEKI_JAR = "jena-fuseki-server-5.6.0.jar"
USER, PASSWORD = "dba", "dba"  # of a fresh Virtuoso; Fuseki is given the same
SECONDS = 90

FUSEKI = """
@prefix fuseki: <http://jena.apache.org/fuseki#> .
@prefix ja: <http://jena.hpl.hp.com/2005/11/Assembler#> .
@prefix tdb2: <http://jena.apache.org/2016/tdb#> .

[] a fuseki:Server ;
    ja:context [ ja:cxtName "arq:queryTimeout" ; ja:cxtValue "{milliseconds}" ] ,
        [ ja:cxtName "arq:httpServiceAllowed" ; ja:cxtValue "false" ] .

<#service> a fuseki:Service ;
    fuseki:name "ds" ;
    fuseki:endpoint [ fuseki:operation fuseki:query ; fuseki:name "query" ] ;
    fuseki:endpoint [ fuseki:operation fuseki:update ; fuseki:name "update" ; fuseki:allowedUsers "dba" ] ;
    fuseki:endpoint [ fuseki:operation fuseki:gsp-rw ; fuseki:name "data" ; fuseki:allowedUsers "dba" ] ;
    fuseki:dataset <#dataset> .

<#dataset> a tdb2:DatasetTDB2 ; tdb2:location "{location}" ; tdb2:unionDefaultGraph true .
"""

VIRTUOSO = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000

[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
FileExtend = 200
MaxCheckpointRemap = 2000

[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 10
NumberOfBuffers = 4000
MaxDirtyBuffers = 2000
DirsAllowed = {folder}

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 10

[SPARQL]
ResultSetMaxRows = 10000
MaxQueryExecutionTime = {seconds}
"""


def fuseki_jar() -> Path:
    """Where scripts/services puts the server."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    return cache / "chengguo" / "services" / FUSEKI_JAR


def virtuoso_program() -> str | None:
    return shutil.which("virtuoso-t")


@contextmanager
def fuseki(folder: Path, query_seconds: int) -> Iterator[str]:
    """The address of the dataset of a fresh Fuseki."""
    (port,) = free_ports(1)
    (folder / "passwords").write_text(f"{USER}: {PASSWORD}\n")
    configuration = folder / "fuseki.ttl"
    configuration.write_text(FUSEKI.format(milliseconds=query_seconds * 1000, location=folder / "tdb"))
    command = [
        "java",
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-jar",
        str(fuseki_jar()),
        "--localhost",
    ]
    command += ["--port", str(port), "--auth=basic", f"--passwd={folder / 'passwords'}", f"--config={configuration}"]
    with running(command, folder, f"http://127.0.0.1:{port}/ds/query?query=ASK%7B%7D"):
        yield f"http://127.0.0.1:{port}/ds"


@contextmanager
def virtuoso(folder: Path, query_seconds: int) -> Iterator[str]:
    """The address of a fresh Virtuoso."""
    sql, http = free_ports(2)
    configuration = folder / "virtuoso.ini"
    configuration.write_text(VIRTUOSO.format(folder=folder, sql=sql, http=http, seconds=query_seconds))
    command = [virtuoso_program() or "virtuoso-t", "-f", "+configfile", str(configuration)]
    with running(command, folder, f"http://127.0.0.1:{http}/sparql?query=ASK%7B%7D"):
        yield f"http://127.0.0.1:{http}"


@contextmanager
def running(command: Sequence[str], folder: Path, probe: str) -> Iterator[None]:
    """Run a server in `folder` until the end of the block; it answers `probe` when the block begins."""
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            guarded.command(tuple(command)),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, "FUSEKI_BASE": str(folder)},
        )
    try:
        _await(probe, process, log)
        yield
    finally:
        process.kill()  # its data are thrown away
        process.wait()


def _await(probe: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            if urllib3.request("GET", probe, timeout=2, retries=False).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"{process.args!r} did not come up:\n{log.read_text('utf-8', 'replace')[-4000:]}")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
