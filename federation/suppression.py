"""Suppression: what was taken down must not come back under another key, version or source (E08)."""

from collections.abc import Iterator

import msgspec

from vocab.record import Record

SAME_NUMBER = ("registration_no", "national_reg_no")


class Suppressed(msgspec.Struct, frozen=True):
    """Tokens of what was taken down; `destroyed` are those of records of which nothing may be kept (E07)."""

    tokens: frozenset[str] = frozenset()
    destroyed: frozenset[str] = frozenset()

    def forbids(self, record: Record, key: str) -> bool:
        """Whether nothing of this record may be kept."""
        return bool(self.destroyed) and not self.destroyed.isdisjoint(tokens(record, key))


def token_of(key: str) -> str:
    """What a record of this key is recognised by, whatever it says."""
    return f"key:{key}"


def tokens(record: Record, key: str) -> Iterator[str]:
    """What a record is recognised by: its key, its registration numbers, and its whole set of patents.

    One patent alone does not do: one patent may stand behind several achievements.
    """
    if key:
        yield token_of(key)
    for name in SAME_NUMBER:
        number = _normal(getattr(record, name, None))
        if number:
            yield f"registration:{number}"
    patents = sorted({number for ipr in getattr(record, "ipr", ()) if (number := _normal(ipr.no))})
    if patents:
        yield "patents:" + "+".join(patents)


def _normal(number: str | None) -> str:
    return "".join(c for c in (number or "").upper() if c.isalnum())
