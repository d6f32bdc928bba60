"""Removing past versions of a record that stays public: a correction alone would keep what it corrected addressable."""

import msgspec
import zstandard
from sqlalchemy import Connection, delete, insert, select

from federation.aliases import target_of
from federation.clock import stamp
from federation.database import Database
from federation.errors import StillPublic, UnknownRecord
from federation.judge import content_digest
from federation.schema import published, removal, version
from federation.takedowns import reason_code
from vocab.kinds import decode_record


class Removal(msgspec.Struct, frozen=True):
    """A past version that was removed: `reason` is a code of CL-22, `note` is not public."""

    iri: str
    version: int
    reason: str
    officer: str
    note: str
    at: str


def remove_version(
    database: Database, iri: str, number: int, reason: str, *, officer: str, note: str = ""
) -> list[Removal]:
    """Destroy a past version, and every other one that says the same. An address that leads to another means the record there.

    `reason` is a code or name of CL-22. Raises UnknownRecord, StillPublic, and ValueError for another reason or no officer.
    """
    code = reason_code(reason)
    if not officer.strip():
        raise ValueError("a removal names its officer")
    with database.write() as connection:
        iri = target_of(connection, iri) or iri
        numbers = _same(connection, iri, number)
        connection.execute(delete(version).where(version.c.iri == iri, version.c.version.in_(numbers)))
        found = [Removal(iri, one, code, officer, note, stamp()) for one in numbers]
        connection.execute(insert(removal), [msgspec.structs.asdict(one) for one in found])
    return found


def removals(database: Database) -> list[Removal]:
    """What was removed, the latest first."""
    query = select(removal).order_by(removal.c.at.desc(), removal.c.iri, removal.c.version)
    with database.read() as connection:
        return [Removal(**row._mapping) for row in connection.execute(query)]


def _same(connection: Connection, iri: str, number: int) -> list[int]:
    """The versions that say what one of them says. Where each was read from, and when, does not count."""
    kept = select(version.c.version, version.c.record).where(version.c.iri == iri).order_by(version.c.version)
    said = {row.version: _content(zstandard.decompress(row.record)) for row in connection.execute(kept)}
    if number not in said:
        raise UnknownRecord(f"no version {number} of {iri} is kept here; {iri}/timemap lists those there are")
    now = connection.execute(select(published.c.record).where(published.c.iri == iri)).scalar()
    if now is not None and _content(bytes(now)) == said[number]:
        raise StillPublic(
            f"version {number} of {iri} says what the record says now: correct it at its source and harvest, "
            "or take the whole record down"
        )
    return [one for one, content in said.items() if content == said[number]]


def _content(body: bytes) -> str:
    return content_digest(decode_record(body))
