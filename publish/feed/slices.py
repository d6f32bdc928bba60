"""What a document of the Atom feed holds: the newest of what is followed, or the records that stand on one page of the log.

Pages are cut from the log alone (`publish.feed.spans`), whatever is followed. A record that changes leaves its page for a later
one, so an older document loses entries and never gains any: who has read it need not read it again.
"""

from collections.abc import Sequence

import msgspec

from federation.selection import Listed, ListedView, Selection
from publish.feed import spans
from publish.oai import sets

FEW = 50  # entries that the newest document has at least, if there are as many
CHUNK = 1_000  # records looked at together while those of a field are searched for
MOST = 5_000  # records looked at for one document; after so many an empty one leads on


class Followed(msgspec.Struct, frozen=True):
    """What is followed: what the ledger can select by itself, and a field that is looked for in each record."""

    selection: Selection = Selection()
    field: str | None = None


class Slice(msgspec.Struct, frozen=True):
    """Entries against the order of the log, and the page where what is older begins; None: there is nothing older."""

    rows: Sequence[Listed]
    older: int | None


def newest(view: ListedView, followed: Followed) -> Slice:
    """The last FEW entries and the rest of the page they end on, so that everything before is whole pages."""
    rows, reached = _before(view, followed, view.last_seq() + 1, FEW)
    floor = spans.page_of(reached).first
    rest = [row for row in _some(view, followed, reached, spans.PAGE) if row.seq >= floor]
    return Slice([*rows, *rest], _older(view, followed, floor))


def archive(view: ListedView, followed: Followed, number: int) -> Slice | None:
    """What stands on a page; None where the log has no such full page."""
    span = spans.page(number)
    if not 0 < span.first < span.last <= view.last_seq():
        return None
    rows = [row for row in _some(view, followed, span.last + 1, span.size) if row.seq >= span.first]
    return Slice(rows, _older(view, followed, span.first))


def _older(view: ListedView, followed: Followed, before: int) -> int | None:
    rows, reached = _before(view, followed, before, 1)
    if rows:
        return spans.page_of(rows[0].seq).number
    return spans.page_of(reached - 1).number if reached > 1 else None


def _before(view: ListedView, followed: Followed, before: int, size: int) -> tuple[list[Listed], int]:
    """As many entries with a number below `before`, and the number down to which all were looked at."""
    rows: list[Listed] = []
    chunk = size if followed.field is None else CHUNK
    for _ in range(MOST // CHUNK):
        some = view.latest(followed.selection, before, chunk)
        for row in some:
            if _holds(followed, row):
                rows.append(row)
                if len(rows) == size:
                    return rows, row.seq
        if len(some) < chunk:
            return rows, 1
        before = some[-1].seq
    return rows, before


def _some(view: ListedView, followed: Followed, before: int, size: int) -> list[Listed]:
    return [row for row in view.latest(followed.selection, before, size) if _holds(followed, row)]


def _holds(followed: Followed, row: Listed) -> bool:
    return followed.field is None or sets.holds(followed.field, row)
