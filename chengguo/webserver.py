"""The web server seen from the supervisor: its program, its port, and whether it answers."""

import errno
import http.client
import socket
import sys

from chengguo.child import Program
from chengguo.errors import Occupied
from chengguo.home import VARIABLE, Home
from chengguo.settings import Http


def program(home: Home, http_settings: Http) -> Program:
    """The web server's process: see `chengguo.web`."""
    address = ("--host", http_settings.host, "--port", str(http_settings.port), "--workers", str(http_settings.workers))
    argv = (sys.executable, "-P", "-m", "chengguo.web", *address)
    return Program("web", argv, env={VARIABLE: str(home.root)})


def require_free(http_settings: Http) -> None:
    """Raises Occupied when the port is in use, or cannot be had."""
    where = f"{http_settings.host}:{http_settings.port}"
    advice = "Stop that program, or choose another port: --port N, or port in [http] of chengguo.toml."
    try:
        infos = socket.getaddrinfo(
            http_settings.host, http_settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except socket.gaierror as error:
        raise Occupied(
            f"{http_settings.host} is no address of this machine ({error.strerror}): see host in [http]."
        ) from error
    family, kind, protocol, _, address = infos[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except PermissionError as error:
            raise Occupied(f"port {http_settings.port} may not be opened by this user. {advice}") from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Occupied(f"port {http_settings.port} of {http_settings.host} is in use. {advice}") from error
            raise Occupied(f"{where} cannot be listened on: {error.strerror}. See host and port in [http].") from error


def answers(http_settings: Http, path: str) -> bool:
    """Whether the server answers this path with 200. Waits two seconds at most."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(http_settings.host, http_settings.host)  # noqa: S104
    connection = http.client.HTTPConnection(host, http_settings.port, timeout=2.0)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def url(http_settings: Http) -> str:
    """Where a person on this machine finds the portal."""
    host = "localhost" if http_settings.host in ("127.0.0.1", "0.0.0.0", "::", "::1") else http_settings.host  # noqa: S104
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{http_settings.port}/"
