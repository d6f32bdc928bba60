"""The ledgers of the federation's tests, on both databases."""

from tests.federation.conftest import ledger, postgresql_server, postgresql_url, url, world

__all__ = ["ledger", "postgresql_server", "postgresql_url", "url", "world"]
