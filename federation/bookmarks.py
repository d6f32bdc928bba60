"""Where the next pass over a source begins, in the words of its own protocol: at the end of the last good pass
(`harvesters.base.Bookmarked`), or in the middle of one that was cut off (`harvesters.base.Resumable`).
"""

from collections.abc import Callable

from sqlalchemy import select

from federation.clock import ago
from federation.database import Database
from federation.runs import Lease
from federation.schema import run, source_state
from federation.views import RunStatus
from harvesters.base import MAX_BOOKMARK, Bookmarked, Harvester, Resumable, Unchanging

RECENT = 86_400.0  # seconds after which a listing has changed too much to go on in its middle
CUT_OFF = (RunStatus.INTERRUPTED.value, RunStatus.FAILED.value)


def resume(harvester: Harvester, database: Database, source: str, *, anew: bool) -> None:
    """Tell a harvester that has marks of its own where to begin: at the last good pass's end, or `anew`."""
    if isinstance(harvester, Bookmarked):
        harvester.resume("" if anew else kept(database, source))


def kept(database: Database, source: str) -> str:
    """The bookmark of a source's last good pass; empty when there is none."""
    query = select(source_state.c.bookmark).where(source_state.c.source == source)
    with database.read() as connection:
        return connection.execute(query).scalar() or ""


def bookmark_of(harvester: Harvester) -> dict[str, object]:
    """The column to write once a pass ended well; one that is too long is not kept, so that the next pass begins anew."""
    if not isinstance(harvester, Bookmarked):
        return {}
    mark = harvester.bookmark
    return {"bookmark": mark if mark and len(mark) <= MAX_BOOKMARK else None}


def is_unchanged(harvester: Harvester) -> bool:
    """Whether the pass that has ended found the source as its bookmark left it."""
    return isinstance(harvester, Unchanging) and harvester.unchanged


def go_on(harvester: Harvester, database: Database, lease: Lease, mode: str) -> None:
    """Tell a harvester that can to go on where the last pass of this mode was cut off. What it then skips the next full pass finds.

    Twice cut off at the same place: that place is the trouble, and the pass begins anew.
    """
    if not isinstance(harvester, Resumable):
        return
    c = run.c
    query = select(c.status, c.position, c.heartbeat).where(c.source == lease.source, c.mode == mode, c.id < lease.run)
    with database.read() as connection:
        last = connection.execute(query.order_by(c.id.desc()).limit(2)).all()
    cut = last and last[0].status in CUT_OFF and last[0].position and last[0].heartbeat > ago(RECENT)
    if cut and all(row.position != last[0].position for row in last[1:]):
        harvester.go_on(last[0].position)


def places(harvester: Harvester) -> Callable[[], str]:
    """Tells where a pass is now; empty at its beginning, and for a harvester that cannot go on anywhere."""
    if not isinstance(harvester, Resumable):
        return str

    def here() -> str:
        position = harvester.position
        return position if len(position) <= MAX_BOOKMARK else ""

    return here
