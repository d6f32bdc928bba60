"""Tokens: made once, kept as digests, narrow, and worthless once they are revoked."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from federation.errors import ConfigurationError, LedgerError, UnknownToken
from federation.ledger import Ledger
from federation.tokens import Tokens


@pytest.fixture
def tokens(ledger: Ledger) -> Tokens:
    return Tokens(ledger.database)


def test_a_secret_opens_its_own_source_and_nothing_else(tokens: Tokens) -> None:
    made, secret = tokens.create("某市科技局", source="cn-xx")
    found = tokens.check(secret)
    assert found is not None
    assert (found.id, found.may_push("cn-xx"), found.may_push("cn-yy")) == (made.id, True, False)


def test_an_operator_may_push_for_all(tokens: Tokens) -> None:
    made, _ = tokens.create("值班", role="operator")
    assert made.may_push("cn-xx")
    assert made.may_push("cn-yy")


def test_a_wrong_secret_opens_nothing(tokens: Tokens) -> None:
    made, secret = tokens.create("a", source="cn-xx")
    other, another = tokens.create("b", source="cn-yy")
    forged = another.replace(other.id, made.id)
    last = "A" if secret[-1] != "A" else "B"
    for wrong in ("", "x", forged, secret[:-1] + last, secret + "x", secret.upper(), made.id, "cgt__", "成果"):
        assert tokens.check(wrong) is None, wrong


def test_the_secret_is_kept_nowhere(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    made, secret = Tokens(ledger.database).create("a", source="cn-xx")
    assert Tokens(ledger.database).check(secret) is not None
    ledger.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert made.id.encode() in kept
    assert secret.rpartition("_")[2].encode() not in kept
    assert secret not in repr(made)


def test_a_revoked_one_opens_nothing(tokens: Tokens) -> None:
    made, secret = tokens.create("a", source="cn-xx")
    _, other = tokens.create("b", source="cn-xx")
    revoked = tokens.revoke(made.id)
    assert revoked.revoked
    assert tokens.revoke(made.id) == revoked
    assert tokens.check(secret) is None
    assert tokens.check(other) is not None


def test_its_last_use_is_noted(tokens: Tokens) -> None:
    _, secret = tokens.create("a", source="cn-xx")
    assert tokens.all()[0].used is None
    tokens.check(secret)
    used = tokens.all()[0].used
    assert used is not None
    tokens.check(secret)
    assert tokens.all()[0].used == used  # within a minute it is not written again


def test_one_source_or_one_role(tokens: Tokens, ledger: Ledger) -> None:
    with pytest.raises(ConfigurationError, match="for one source or for one role"):
        tokens.create("a")
    with pytest.raises(ConfigurationError, match="for one source or for one role"):
        tokens.create("a", source="cn-xx", role="operator")
    with pytest.raises(ConfigurationError, match="'root' is not one of operator"):
        tokens.create("a", role="root")
    with pytest.raises(LedgerError) as caught, ledger.database.write() as connection:
        connection.execute(text("INSERT INTO token (id, sha256, name, created) VALUES ('1', '2', '3', '4')"))
    assert isinstance(caught.value.__cause__, IntegrityError)


def test_an_unknown_one_cannot_be_revoked(tokens: Tokens) -> None:
    with pytest.raises(UnknownToken, match="'abc'"):
        tokens.revoke("abc")
