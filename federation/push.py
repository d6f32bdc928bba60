"""Records judged outside a run: pushed by a province, or looked at again after a review."""

from collections.abc import Sequence

from federation.key import key_of
from federation.ledger import Ledger
from federation.pipeline import Pass, Settings
from federation.source import Source
from federation.writer import Result
from harvesters.base import RawRecord
from vocab.mapping import FieldMapping


def push(
    source: Source, raws: Sequence[RawRecord], ledger: Ledger, mappings: Sequence[FieldMapping], settings: Settings
) -> list[Result]:
    """Store records that the source itself sent; idempotent. One transaction; of records with one key the last counts.

    Returns what became of those that were new, changed or deleted: one that is missing here had not changed.
    """
    last = {key_of(source.id, raw.identifier): raw for raw in raws}
    work = Pass(source, ledger, mappings, settings)
    gone = [key for key, raw in last.items() if raw.deleted]
    results = work.withdraw(gone) if gone else []
    kept = [raw for raw in last.values() if not raw.deleted]
    return [*results, *(work.store(kept) if kept else [])]


def judge_again(
    source: Source, keys: Sequence[str], ledger: Ledger, mappings: Sequence[FieldMapping], settings: Settings
) -> list[Result]:
    """Judge kept records again, by key: after a review, or when a take-down was lifted. What is not kept is passed over."""
    raws = [raw for key in keys if (raw := ledger.raw(source.id, key)) is not None]
    return Pass(source, ledger, mappings, settings).store(raws, force=True, remap=True) if raws else []
