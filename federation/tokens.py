"""Tokens: who may push records, or read what needs a person. The secret is shown once, when it is made; what is kept of it is
its sha256.

A secret reads `cgt_<id>_<43 characters>`: 256 bits from the system's generator, so that a digest without salt or stretching
protects it. The id is looked up and the digests are compared in constant time.
"""

import hashlib
import hmac
import re
import secrets
from typing import Any

import msgspec
from sqlalchemy import Row, insert, select, update

from federation.clock import ago, stamp
from federation.database import Database
from federation.errors import ConfigurationError, UnknownToken
from federation.schema import token

OPERATOR, ATTENTION = "operator", "attention"
ROLES = (
    OPERATOR,
    ATTENTION,
)  # operator: may push for every source; attention: may read what needs a person, and nothing else
USED = 60.0  # seconds within which a use is not noted again
_SECRET = re.compile(r"cgt_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_NOBODY = "0" * 64


class Token(msgspec.Struct, frozen=True):
    """A token without its secret. `source` or `role` says what it is for; times are RFC 3339 in UTC."""

    id: str
    name: str
    source: str | None
    role: str | None
    created: str
    used: str | None
    revoked: str | None

    def may_push(self, source: str) -> bool:
        return self.source == source or self.role == OPERATOR


class Tokens:
    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, *, source: str | None = None, role: str | None = None) -> tuple[Token, str]:
        """A new token and its secret, which nobody can show again. Raises ConfigurationError."""
        if (source is None) == (role is None):
            raise ConfigurationError("a token is for one source or for one role: give --source ID or --role ROLE")
        if role is not None and role not in ROLES:
            raise ConfigurationError(f"role {role!r} is not one of {', '.join(ROLES)}")
        number = secrets.token_hex(6)
        secret = f"cgt_{number}_{secrets.token_urlsafe(32)}"
        made = Token(number, name, source, role, stamp(), None, None)
        with self._database.touch() as connection:
            connection.execute(insert(token).values(sha256=_sha256(secret), **msgspec.structs.asdict(made)))
        return made, secret

    def all(self) -> list[Token]:
        """Every token, also those that were revoked, oldest first."""
        with self._database.read() as connection:
            return [_token(row) for row in connection.execute(select(token).order_by(token.c.created, token.c.id))]

    def revoke(self, number: str) -> Token:
        """From now on it opens nothing; doing so twice keeps the first time. Raises UnknownToken."""
        with self._database.touch() as connection:
            mine = (token.c.id == number, token.c.revoked.is_(None))
            connection.execute(update(token).where(*mine).values(revoked=stamp()))
            row = connection.execute(select(token).where(token.c.id == number)).first()
        if row is None:
            raise UnknownToken(f"no token has the id {number!r}; `chengguo token list` shows them")
        return _token(row)

    def check(self, secret: str) -> Token | None:
        """The token of a secret; None for one that is wrong or revoked. Notes that it was used."""
        match = _SECRET.fullmatch(secret)
        number = match[1] if match else ""
        with self._database.read() as connection:
            row = connection.execute(select(token).where(token.c.id == number)).first()
        right = hmac.compare_digest(row.sha256 if row else _NOBODY, _sha256(secret))
        if row is None or not right or row.revoked is not None:
            return None
        if row.used is None or row.used < ago(USED):
            with self._database.touch() as connection:
                connection.execute(update(token).where(token.c.id == number).values(used=stamp()))
        return _token(row)


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _token(row: Row[Any]) -> Token:
    return Token(row.id, row.name, row.source, row.role, row.created, row.used, row.revoked)
