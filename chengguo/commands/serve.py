"""`chengguo serve`: the whole node under one supervisor."""

from typing import Annotated

import msgspec
import typer

from chengguo import dumping, serving
from chengguo.commands.options import HomeOption, opened
from chengguo.limits import site_settings
from chengguo.node import Node
from chengguo.settings import Settings
from chengguo.terminal import remarks

PortOption = Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on, instead of the settings'.")]
HostOption = Annotated[str | None, typer.Option(help="Address to listen on, instead of the settings'.")]


def serve(home: HomeOption = None, port: PortOption = None, host: HostOption = None) -> None:
    """Serve the portal, follow the change log, harvest on schedule: until Ctrl-C or SIGTERM."""
    folder, settings = opened(home)
    settings = listening(settings, host, port)
    with Node(folder, settings) as here:
        here.ledger.last_seq()  # a ledger that cannot be used is said here, not by every child again and again
        site_settings(settings)
        dumping.schedule_of(settings.dumps)
        serving.run(folder, settings, here.graph_parts(), here.schedules, ready)


def listening(settings: Settings, host: str | None, port: int | None) -> Settings:
    """The settings with the command line's address in place of their own."""
    http = settings.http
    http = msgspec.structs.replace(http, host=host or http.host, port=port or http.port)
    return msgspec.structs.replace(settings, http=http)


def ready(url: str) -> None:
    out = remarks()
    out.print(f"[bold green]Ready:[/] {url}   (Ctrl-C to stop)")
