"""Real Elasticsearch nodes on loopback, in temporary folders (scripts/services elasticsearch brings the program).

A node alone speaks TLS and asks for credentials, as a cluster in service does; several form a cluster without either.
"""

import base64
import hashlib
import os
import shutil
import signal
import ssl
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psutil
from elasticsearch import ApiError, Elasticsearch
from elasticsearch import ConnectionError as NoConnection

from federation import guarded
from search.elastic_client import Cluster, Credentials, connect
from tests.federation_graph.servers import free_ports

ARCHIVE = "elasticsearch-8.19.21.zip"
USER = "nobody"  # the server refuses to run as root
SECONDS = 180
ADMINISTRATOR, OPERATOR, PASSWORD = "administrator", "operator", "no secret"
# What docs/how-to/use-elasticsearch.md says a node's own user needs, and nothing more.
PRIVILEGES = ("read", "write", "maintenance", "create_index", "delete_index", "view_index_metadata", "manage")
ROLES = f"""
chengguo:
  cluster: []
  indices:
    - names: ["chengguo*"]
      privileges: [{", ".join(PRIVILEGES)}]
"""
PLUGIN = """
name=addresses
description=What the index of API keys needs
version=1
classname=Addresses
java.version=17
elasticsearch.version=8.19.21
"""
JVM = """
-Xms512m
-Xmx512m
-XX:+UseSerialGC
-XX:TieredStopAtLevel=1
-Djava.io.tmpdir=${ES_TMPDIR}
"""
LOG = """
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d][%-5p][%c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""


def archive() -> Path:
    """Where scripts/services puts the server."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    return cache / "chengguo" / "services" / ARCHIVE


def missing() -> str:
    """Why no server can be started here; empty when one can."""
    if not archive().is_file():
        return f"no Elasticsearch here: no {archive()} (scripts/services elasticsearch)"
    tools = ("java", "javac", "openssl", *(("setpriv",) if os.geteuid() == 0 else ()))
    lacking = [tool for tool in tools if not shutil.which(tool)]
    return f"no Elasticsearch here: no {', '.join(lacking)}" if lacking else ""


@dataclass
class Node:
    """One running node. Its process is the leader of a group to which the server itself belongs."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def pause(self) -> None:
        """Alive, and answering nobody."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.killpg(self.process.pid, signal.SIGCONT)

    def memory(self) -> int:
        """Resident bytes of the server and its starter."""
        leader = psutil.Process(self.process.pid)
        return sum(p.memory_info().rss for p in (leader, *leader.children(recursive=True)))


@dataclass
class Server:
    """A node or several, and how to speak to them: `cluster` as the least of users, `administrator` as one who may do all."""

    cluster: Cluster
    administrator: Cluster
    nodes: Sequence[Node] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the node's certificate."""
        der = ssl.PEM_cert_to_DER_cert(Path(self.cluster.ca_file).read_text())
        return hashlib.sha256(der).hexdigest()

    def ask(self) -> Elasticsearch:
        return connect(self.administrator)


@contextmanager
def one_node() -> Iterator[Server]:
    """A node with TLS, a certificate of its own and users."""
    with ExitStack() as stack:
        folder = stack.enter_context(_folder())
        home, own = _unpacked(folder), _configured(folder / "node")
        certificate = _secure(own / "config")
        port, inner = free_ports(2)
        settings = {
            "discovery.type": "single-node",
            "xpack.security.enabled": "true",
            "xpack.security.http.ssl.enabled": "true",
            "xpack.security.http.ssl.certificate": "node.pem",
            "xpack.security.http.ssl.key": "node.key",
        }
        node = stack.enter_context(_running(home, own, f"https://127.0.0.1:{port}", inner, settings))

        def known(user: str) -> Cluster:
            return Cluster((node.url,), Credentials(username=user, password=PASSWORD), ca_file=str(certificate))

        server = Server(known(OPERATOR), known(ADMINISTRATOR), [node])
        _await(server)
        yield server


def running_already(address: str, ca_file: str) -> Server:
    """A server that somebody else started, at an address with name and password. It has no nodes that could be killed."""
    parts = urlsplit(address)
    url = f"{parts.scheme}://{parts.hostname}:{parts.port}"
    known = Credentials(username=unquote(parts.username or ""), password=unquote(parts.password or ""))
    cluster = Cluster((url,), known, ca_file=ca_file)
    return Server(cluster, cluster)


@contextmanager
def several_nodes(count: int) -> Iterator[Server]:
    """A cluster of nodes, each of which may be killed."""
    with ExitStack() as stack:
        folder = stack.enter_context(_folder())
        home = _unpacked(folder)
        ports, inner = free_ports(count), free_ports(count)
        names = [f"node-{n}" for n in range(count)]
        nodes = []
        for name, port, between in zip(names, ports, inner, strict=True):
            own = _configured(folder / name)
            settings = {
                "node.name": name,
                "discovery.seed_hosts": ",".join(f"127.0.0.1:{other}" for other in inner),
                "cluster.initial_master_nodes": ",".join(names),
                "xpack.security.enabled": "false",
            }
            nodes.append(stack.enter_context(_running(home, own, f"http://127.0.0.1:{port}", between, settings)))
        cluster = Cluster(tuple(node.url for node in nodes))
        server = Server(cluster, cluster, nodes)
        _await(server)
        yield server


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="chengguo-es-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpacked(folder: Path) -> Path:
    """The program, for a user who may read it."""
    with zipfile.ZipFile(archive()) as packed:
        packed.extractall(folder)
    home = folder / Path(ARCHIVE).stem
    for program in (home / "bin").iterdir():
        program.chmod(0o755)
    _extended(home)
    return home


def _extended(home: Path) -> None:
    """With the plug-in without which the server keeps no API keys."""
    plugin, made = home / "plugins" / "addresses", home / "addresses"
    plugin.mkdir(parents=True)
    (plugin / "plugin-descriptor.properties").write_text(PLUGIN)
    source = Path(__file__).with_name("Addresses.java")
    compiler = ["javac", "--release", "17", "-cp", f"{home / 'lib'}/*", "-d", str(made), str(source)]
    subprocess.run(compiler, check=True, capture_output=True)
    with zipfile.ZipFile(plugin / "addresses.jar", "w") as jar:
        for file in made.iterdir():
            jar.write(file, file.name)


def _configured(folder: Path) -> Path:
    """A node's own folder, with its configuration."""
    for name in ("config", "data", "logs", "tmp"):
        (folder / name).mkdir(parents=True)
    (folder / "config" / "elasticsearch.yml").touch()
    (folder / "config" / "jvm.options").write_text(JVM)
    (folder / "config" / "log4j2.properties").write_text(LOG)
    return folder


def _secure(folder: Path) -> Path:
    """Users, roles and a certificate; the certificate's file."""
    hashed = _hashed(PASSWORD)
    (folder / "users").write_text(f"{ADMINISTRATOR}:{hashed}\n{OPERATOR}:{hashed}\n")
    (folder / "users_roles").write_text(f"superuser:{ADMINISTRATOR}\nchengguo:{OPERATOR}\n")
    (folder / "roles.yml").write_text(ROLES)
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=127.0.0.1"]
    request += [
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        str(folder / "node.key"),
        "-out",
        str(folder / "node.pem"),
    ]
    subprocess.run(request, check=True, capture_output=True)
    return folder / "node.pem"


def _hashed(password: str) -> str:
    """As Elasticsearch writes PBKDF2 (HMAC-SHA512): {PBKDF2}cost$salt$hash."""
    salt = os.urandom(32)
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 10_000, dklen=32)
    return f"{{PBKDF2}}10000${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"


def _own(folder: Path) -> None:
    """Give the folder to the user under whom the server runs."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, USER)


@contextmanager
def _running(home: Path, folder: Path, url: str, inner: int, settings: dict[str, str]) -> Iterator[Node]:
    """Start a node in its own folder. It is not waited for."""
    _own(folder)
    port = url.rpartition(":")[2]
    every = {
        "network.host": "127.0.0.1",
        "http.port": port,
        "transport.port": str(inner),
        "path.data": str(folder / "data"),
        "path.logs": str(folder / "logs"),
        "cluster.routing.allocation.disk.threshold_enabled": "false",
        **settings,
    }
    command = [str(home / "bin" / "elasticsearch"), *(f"-E{name}={value}" for name, value in every.items())]
    if os.geteuid() == 0:
        # A change of user drops the request that the server end with us, so it is made after the change.
        ended = ["--reuid", USER, "--regid", "nogroup", "--clear-groups", "--pdeathsig", "KILL"]
        command = ["setpriv", *ended, "--", *command]
    else:
        command = guarded.command(tuple(command))
    log = folder / "said"
    java = Path(shutil.which("java") or "java").resolve().parents[1]
    environment = {
        **os.environ,
        "ES_JAVA_HOME": str(java),
        "ES_PATH_CONF": str(folder / "config"),
        "HOME": str(folder),
        "ES_TMPDIR": str(folder / "tmp"),
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    node = Node(url, process, log)
    try:
        yield node
    finally:
        node.kill()  # its data are thrown away


def _await(server: Server) -> None:
    """Until all nodes have found each other."""
    deadline = time.monotonic() + SECONDS
    client = server.ask()
    try:
        while True:
            with suppress(NoConnection, ApiError):
                health = client.cluster.health(wait_for_nodes=str(len(server.nodes)), timeout="1s")
                if not health["timed_out"]:
                    return
            dead = [node for node in server.nodes if node.process.poll() is not None]
            if dead or time.monotonic() > deadline:
                said = (dead or server.nodes)[0].log.read_text("utf-8", "replace")
                raise AssertionError(f"Elasticsearch did not come up:\n{said[-4000:]}")
            time.sleep(0.1)
    finally:
        client.close()
