"""`serve`: the node's processes under one supervisor, and the word that it is ready."""

import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence

import structlog

from chengguo import locks, webserver
from chengguo.child import Child, Program
from chengguo.errors import ChengguoError
from chengguo.home import VARIABLE, Home
from chengguo.scheduler import Scheduler
from chengguo.settings import Http, Settings
from chengguo.supervisor import Part, Supervisor
from federation.errors import FederationError
from federation.schedule import Schedule

TERMINATE = int(signal.SIGTERM)
READY = "/readyz"
LATE = 60.0  # seconds after which an operator is told that the node is still not ready

log = structlog.get_logger("chengguo.serving")

Schedules = Callable[[], Mapping[str, Schedule | None]]


def own_command(home: Home, *arguments: str) -> tuple[str, ...]:
    """The command line of another command of this program, on the same home."""
    return (sys.executable, "-P", "-m", "chengguo", *arguments, "--home", str(home.root))


def run(
    home: Home,
    settings: Settings,
    graph: Sequence[Part],
    schedules: Schedules,
    ready: Callable[[str], None],
) -> None:
    """Serve until told to stop. `graph` are the parts of our own graph store, if there is one. Raises Occupied."""
    address = webserver.url(settings.http)
    with locks.held(home.run / "serve.lock", "A server", note=f"at {address}"):
        webserver.require_free(settings.http)
        environ = {VARIABLE: str(home.root)}
        projector = Child(Program("projector", own_command(home, "project", "--follow"), environ, orphaned=TERMINATE))
        scheduler = Scheduler(
            _guarded(schedules),
            lambda source: Program(f"harvest {source}", own_command(home, "harvest", source), environ, kept=False),
            home.run / "schedule.json",
            settings.harvest.workers,
            watch=[
                Program("attention", own_command(home, "attention", "--notify"), environ, kept=False),
                Program("months", own_command(home, "source", "quality", "--keep"), environ, kept=False),
            ],
        )
        matcher = Child(Program("match", own_command(home, "match", "--follow"), environ, orphaned=TERMINATE))
        dumper = Child(Program("dumps", own_command(home, "dump", "--follow"), environ, orphaned=TERMINATE))
        parts = [*graph, projector, Child(webserver.program(home, settings.http)), scheduler, matcher, dumper]
        if settings.mail.usable:
            told = Program("alerts", own_command(home, "alerts", "--follow"), environ, orphaned=TERMINATE)
            parts.append(Child(told))
        if settings.webhooks.enabled:
            called = Program("webhooks", own_command(home, "webhooks", "--follow"), environ, orphaned=TERMINATE)
            parts.append(Child(called))
        Supervisor(parts).run(Readiness(settings.http, lambda: ready(address)))


class Readiness:
    """Called every tick: tells once that the node answers, and once that it is late."""

    def __init__(self, http_settings: Http, ready: Callable[[], None]) -> None:
        self._http = http_settings
        self._ready = ready
        self._began = time.monotonic()
        self._done = self._late = False

    def __call__(self) -> None:
        if self._done:
            return
        if webserver.answers(self._http, READY):
            self._done = True
            self._ready()
        elif not self._late and time.monotonic() - self._began > LATE:
            self._late = True
            log.warning("still not ready: the messages above say why", seconds=LATE, asked=READY)


def _guarded(schedules: Schedules) -> Schedules:
    """A source file broken while the node runs must not end it: the last readable schedules stay."""
    last: dict[str, Schedule | None] = {}

    def read() -> Mapping[str, Schedule | None]:
        try:
            found = dict(schedules())
        except (ChengguoError, FederationError, OSError) as error:
            log.error("source files cannot be read; the schedule stays as it was", reason=str(error))
            return last
        last.clear()
        last.update(found)
        return found

    return read
