"""Recognises a source that has changed its identifiers: records that are gone stand in the listing again under other keys.

A record is known again by all it says but its identifiers; else by a number that others gave it, with its title; else by its
registration number alone. Only what came after the old key was last seen can be its successor, so that two
records that always stood side by side are never taken for one. Where more than one could be meant nobody is chosen.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from federation.schema import entry, published, run
from vocab.kinds import KINDS, decode_record, encode_record
from vocab.record import Record

PAGE = 1000
NUMBERS = ("registration_no", "national_reg_no", "project_no", "uscc")
REGISTRATIONS = ("registration_no", "national_reg_no")  # given to one result each
MAIN_FIRST = {kind: rank for rank, kind in enumerate(KINDS)}


class Known(msgspec.Struct, frozen=True):
    """What is public of a key. `iri` is that of its main record; `first`: when it was published first."""

    key: str
    iri: str
    first: str


class Move(msgspec.Struct, frozen=True):
    """A record that goes on under another key. `between`: keys it had for a while, gone again like the `old` one."""

    old: Known
    new: Known
    between: tuple[Known, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return (*self.gone, self.new.key)

    @property
    def gone(self) -> tuple[str, ...]:
        return (self.old.key, *(one.key for one in self.between))


class Unclear(msgspec.Struct, frozen=True):
    """Records that may be one another's successors, by their IRIs: `old` are gone, `new` came."""

    old: tuple[str, ...]
    new: tuple[str, ...]


class Rekeying(msgspec.Struct, frozen=True):
    moves: tuple[Move, ...] = ()
    unclear: tuple[Unclear, ...] = ()

    @property
    def gone(self) -> frozenset[str]:
        """Keys that the moves leave behind."""
        return frozenset(key for move in self.moves for key in move.gone)

    @property
    def count(self) -> int:
        """Missing records that are there again."""
        return len(self.gone) + len({iri for one in self.unclear for iri in one.old})


def missed_keys(connection: Connection, source: str) -> dict[str, int]:
    """Keys that the last complete passes did not list, and how many of them."""
    query = select(entry.c.key, entry.c.missed).where(entry.c.source == source, entry.c.missed > 0)
    return {row.key: row.missed for row in connection.execute(query)}


def rekeyed(connection: Connection, source: str, gone: Mapping[str, int]) -> Rekeying:
    """`gone`: keys that are missing, and how many of the complete passes that have ended have missed them.

    Decodes the source's missing public records, and those that came since the first of them was missed. Of each a few
    hundred bytes are kept in memory.
    """
    if not gone:
        return Rekeying()
    ends = _ends(connection, source, max(gone.values()) + 1)
    lost = _signed(connection, source, gone.keys())
    seen = {key: ends[gone[key]] if gone[key] < len(ends) else "" for key in lost}
    since = min(seen.values(), default="")
    came = _signed(connection, source, None, since) if lost else {}
    return _Search(lost, {key: one for key, one in came.items() if key not in gone}, seen, gone).result()


def _ends(connection: Connection, source: str, limit: int) -> list[str]:
    """When the latest complete passes ended, newest first."""
    query = select(run.c.ended).where(run.c.source == source, run.c.complete).order_by(run.c.id.desc()).limit(limit)
    return [ended or "" for ended in connection.execute(query).scalars()]


class _Signed:
    """A key with the signs by which it is known again."""

    def __init__(self) -> None:
        self._rank = len(MAIN_FIRST)
        self._contents: list[bytes] = []
        self._numbers: tuple[tuple[bytes, ...], ...] = ((), ())
        self._main: Known | None = None

    def add(self, row: Any) -> None:
        record, rank = decode_record(row.record), MAIN_FIRST[row.kind]
        self._contents.append(content(record))
        first = min(row.first, self.known.first) if self._main else row.first
        if rank < self._rank:  # what one raw record says beside its main one may stand in several
            self._rank, self._numbers = rank, (tuple(titled(record)), tuple(registered(record)))
            self._main = Known(row.key, row.iri, first)

    @property
    def known(self) -> Known:
        assert self._main is not None
        return self._main

    def signs(self) -> tuple[tuple[bytes, ...], ...]:
        """The surest first."""
        return ((_digest(b"".join(sorted(self._contents))),), *self._numbers)


def _signed(connection: Connection, source: str, keys: Set[str] | None, since: str = "") -> dict[str, _Signed]:
    c = published.c
    query = select(c.key, c.kind, c.iri, c.first, c.record).where(c.source == source, c.first >= since)
    found: dict[str, _Signed] = {}
    for rows in connection.execute(query, execution_options={"yield_per": PAGE}).partitions(PAGE):
        for row in rows:
            if keys is None or row.key in keys:
                found.setdefault(row.key, _Signed()).add(row)
    return found


def content(record: Record) -> bytes:
    """All it says but its identifiers."""
    plain = msgspec.structs.replace(record, identifier="", source_record_id=(), provenance=None, quality=None)
    return _digest(encode_record(plain))


def titled(record: Record) -> Iterator[bytes]:
    """Numbers that others gave it, each with its title."""
    title = record.title.zh.strip()
    return (_digest(f"{number}\n{title}".encode()) for number in _numbers(record, NUMBERS) if title)


def registered(record: Record) -> Iterator[bytes]:
    """Its registration numbers alone."""
    return (_digest(number.encode()) for number in _numbers(record, REGISTRATIONS))


def _numbers(record: Record, names: Sequence[str]) -> Iterator[str]:
    return (f"{name} {number}" for name in names if (number := getattr(record, name, None)))


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


class _Search:
    """Looks sign by sign, the surest first. `seen`: up to when each lost key was listed; `missed`: by how many passes since."""

    def __init__(
        self,
        lost: Mapping[str, _Signed],
        came: Mapping[str, _Signed],
        seen: Mapping[str, str],
        missed: Mapping[str, int],
    ) -> None:
        self._lost, self._came, self._seen, self._missed = lost, came, seen, missed
        self._moves: dict[str, Move] = {}  # by each of their keys
        self._unclear: dict[Unclear, None] = {}

    def result(self) -> Rekeying:
        for sign in range(len(_Signed().signs())):
            self._settle([one for group in self._groups(sign) if (one := self._judged(group)) is not None])
        moves = tuple(dict.fromkeys(self._moves.values()))
        taken = {one.iri for move in moves for one in (move.old, *move.between)}
        return Rekeying(moves, tuple(one for one in self._unclear if taken.isdisjoint(one.old)))

    def _groups(self, sign: int) -> Iterator["_Group"]:
        """Lost and come ones that share a sign, the lost in the order in which they once came."""
        lost, came = _by_sign(self._lost, sign), _by_sign(self._came, sign)
        for mark, members in lost.items():
            old = sorted(members, key=lambda one: (one.first, one.key))
            earliest = min(self._seen[one.key] for one in old)
            new = [one for one in came.get(mark, ()) if one.first >= earliest]
            if not new and all(self._missed[old[-1].key] < self._missed[one.key] for one in old[:-1]):
                old, new = old[:-1], old[-1:]  # the youngest is missing too, but not for so long
            if old and new:
                yield _Group(tuple(old), tuple(new))

    def _judged(self, group: "_Group") -> Move | Unclear | None:
        whole = self._move(group)
        known = [self._moves[key] for key in whole.keys if key in self._moves] if whole is not None else []
        if whole is not None and all(_is_within(move, whole) for move in known):
            return whole
        rest = _Group(*(tuple(one for one in side if one.key not in self._moves) for side in (group.old, group.new)))
        return (self._move(rest) or rest.unclear()) if rest.old and rest.new else None

    def _move(self, group: "_Group") -> Move | None:
        """One record under changing keys: one new one, and old ones of which each came when the one before was gone.

        What came later and is gone again is no part of it; what stood beside the first makes everything doubtful.
        """
        if len(group.new) != 1:
            return None
        (new,), row = group.new, [group.old[0]]
        for one in group.old[1:]:
            if one.first < self._seen[row[0].key]:
                return None
            if self._seen[row[-1].key] <= one.first and self._seen[one.key] <= new.first:
                row.append(one)
        return Move(row[0], new, tuple(row[1:])) if self._seen[row[-1].key] <= new.first else None

    def _settle(self, found: Sequence[Move | Unclear]) -> None:
        """Moves that agree; a key that two of them claim is left to a person."""
        moves = _widest([one for one in found if isinstance(one, Move)])
        self._unclear |= dict.fromkeys(one for one in found if isinstance(one, Unclear))
        claims = Counter(key for move in moves for key in move.keys)
        for move in moves:
            if all(claims[key] == 1 for key in move.keys):
                self._moves |= dict.fromkeys(move.keys, move)
            else:
                self._unclear[_Group((move.old, *move.between), (move.new,)).unclear()] = None


class _Group(msgspec.Struct, frozen=True):
    old: tuple[Known, ...]
    new: tuple[Known, ...]

    def unclear(self) -> Unclear:
        return Unclear(tuple(sorted(one.iri for one in self.old)), tuple(sorted(one.iri for one in self.new)))


def _is_within(part: Move, whole: Move) -> bool:
    return part.new == whole.new and set(part.gone) <= set(whole.gone)


def _widest(moves: Sequence[Move]) -> list[Move]:
    """Without those that others hold."""
    kept: dict[str, list[Move]] = {}
    for move in sorted(moves, key=lambda one: -len(one.between)):
        others = kept.setdefault(move.new.key, [])
        if not any(_is_within(move, other) for other in others):
            others.append(move)
    return [move for others in kept.values() for move in others]


def _by_sign(signed: Mapping[str, _Signed], sign: int) -> dict[bytes, list[Known]]:
    found: dict[bytes, list[Known]] = {}
    for one in signed.values():
        for mark in one.signs()[sign]:
            found.setdefault(mark, []).append(one.known)
    return found
