"""Keys that open one row and nothing else: the row's id, which may be shown, and a secret."""

import hmac
import re
import secrets

_KEY = re.compile(r"([0-9a-f]{16})-([A-Za-z0-9_-]{43})")


def new_id() -> str:
    return secrets.token_hex(8)


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def parts(key: str) -> tuple[str, str]:
    """Id and secret; empty for a text that is no key."""
    match = _KEY.fullmatch(key)
    return (match[1], match[2]) if match else ("", "")


def same(held: str | None, given: str) -> bool:
    """In a time that tells nothing of what is held; never for an empty text."""
    return hmac.compare_digest(held or "-", given)
