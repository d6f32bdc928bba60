"""A source: one province's listing, as its TOML file declares it. Unknown keys are refused."""

from enum import StrEnum
from typing import Any

import msgspec

from harvesters.base import Endpoint, Limits


class Name(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str = ""


class PolicyMode(StrEnum):
    ITEM = "item"  # every record must carry its own secrecy level and review
    BLANKET = "blanket"  # a recorded declaration covers material that is already public


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A recorded decision that a whole listing is public already: who decided, when, on which legal basis."""

    by: str
    date: str
    basis: str
    reference: str = ""


class DisclosurePolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a record of this source needs before it may be published. The default asks for everything.

    `require` are record fields (JSON keys) each item must carry; `public_funding` says whether the programme must
    prove public funding ("required") or the declaration covers it ("declared"). A declaration never covers a record
    that itself says it is secret, internal or embargoed.
    """

    mode: PolicyMode = PolicyMode.ITEM
    require: tuple[str, ...] = ("secretLevel", "review")
    public_funding: str = "required"
    declaration: Declaration | None = None
    personal_data: str = "mask"  # what happens to phone numbers, ID numbers, private e-mail in free text: mask | refuse


class Guard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mass-change guard: a run that would withdraw more than both is held for a person."""

    share: float = 0.10
    records: int = 50


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One source file. `protocol` names a harvester, `mappings` are mapping files applied in turn to every raw record."""

    id: str
    title: Name
    protocol: str
    url: str
    region: str
    publisher: Name
    licence: str
    mappings: tuple[str, ...]
    homepage: str = ""
    schedule: str = ""  # cron expression; empty: only by hand
    disclosure: DisclosurePolicy = DisclosurePolicy()
    guard: Guard = Guard()
    limits: Limits = Limits()
    options: dict[str, Any] = {}
    fictional: bool = False  # demo data: every page says so

    def endpoint(self) -> Endpoint:
        return Endpoint(source=self.id, url=self.url, options=self.options, limits=self.limits)
