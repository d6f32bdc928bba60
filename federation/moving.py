"""Re-keyed records go on under their new keys: those that a person accepts, or all that a pass is missing."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from federation.pipeline import Pass
from federation.rekeying import Move, missed_keys, rekeyed
from federation.schema import published


def keep_found(work: Pass) -> None:
    """Whatever is missing now and there again beyond doubt."""
    with work.ledger.database.read() as connection:
        found = rekeyed(connection, work.source.id, missed_keys(connection, work.source.id))
    _keep(work, found.moves)


def keep_all(work: Pass, gone: Mapping[str, int]) -> dict[str, int]:
    """What is still missing of `gone` (as for `rekeyed`): nothing public, or everything when one of them is not there again."""
    query = select(published.c.key).where(published.c.source == work.source.id)
    with work.ledger.database.read() as connection:
        public = gone.keys() & set(connection.execute(query).scalars())
        found = rekeyed(connection, work.source.id, gone)
    kept = _keep(work, found.moves) if found.gone == public else set()
    return {key: missed for key, missed in gone.items() if key not in kept}


def _keep(work: Pass, moves: Sequence[Move]) -> set[str]:
    """Keys whose records went on under others, each batch in one transaction."""
    size = work.settings.batch
    return {key for start in range(0, len(moves), size) for key in work.move(moves[start : start + size])}
