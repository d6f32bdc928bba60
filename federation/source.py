"""A source: one province's listing, as its TOML file declares it. Unknown keys are refused."""

from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from federation.schedule import CHINA, Schedule
from harvesters.base import Endpoint, Limits

Days = Annotated[int, msgspec.Meta(ge=1, le=366)]


class Name(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: str  # in Chinese
    en: str = ""  # in English


class PolicyMode(StrEnum):
    ITEM = "item"  # every record must carry its own secrecy level and review
    BLANKET = "blanket"  # a recorded declaration covers material that is already public


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A recorded decision that a whole listing is public already: who decided, when, on which legal basis."""

    by: str  # who decided
    date: str  # a day: "2026-03-01"
    basis: str  # the legal basis
    reference: str = ""  # number of the document


class DisclosurePolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a record of this source needs before it may be published. The default asks for everything.

    `require` are record fields (JSON keys) each item must carry; `public_funding` says whether the programme must
    prove public funding ("required") or the declaration covers it ("declared"). A declaration never covers a record
    that itself says it is secret, internal or embargoed.
    """

    mode: PolicyMode = PolicyMode.ITEM  # item: each record says it; blanket: the declaration covers what is left out
    require: tuple[str, ...] = ("secretLevel", "review")  # record fields (keys) that every record must carry
    public_funding: str = "required"  # required: a record's programme must prove it; declared: the declaration does
    declaration: Declaration | None = None  # needed by blanket and declared
    notice_days: Annotated[int, Meta(ge=0, le=365)] = 0  # days an agreed price must be publicly noticed; 0: not asked
    personal_data: str = "mask"  # telephone and ID numbers, private e-mail in free text: mask or refuse


class Rekey(StrEnum):
    HOLD = "hold"  # a person decides
    KEEP = "keep"  # they keep their addresses at once, when every missing record is there again beyond doubt


class Guard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mass-change guard: a run that would withdraw, or change, more than both is held for a person."""

    share: float = 0.10  # of the source's published records
    records: int = 50  # number of records
    rekey: Rekey = (
        Rekey.HOLD
    )  # records under new keys: hold for a person, or keep their addresses when all are found again


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One source file. `protocol` names a harvester, `mappings` are mapping files applied in turn to every raw record."""

    id: str  # the file's name without .toml
    title: Name  # name of the listing
    protocol: str  # how it is read: one of the protocols below
    url: str  # where the listing is; what it means is the protocol's
    region: str  # six digits of GB/T 2260
    publisher: Name  # who publishes the listing
    licence: str  # address of the licence its records are under
    mappings: tuple[str, ...]  # files of mappings/ without .toml, each applied to every raw record
    homepage: str = ""  # shown on the source's page
    schedule: str = ""  # cron expression; empty: only by hand
    timezone: str = CHINA  # in which the schedule is read: a name of the IANA database
    full_every: Days = 7  # days after which a pass reads everything again, whatever the source says has changed
    disclosure: DisclosurePolicy = DisclosurePolicy()  # what a record needs before it may be published
    guard: Guard = Guard()  # holds a run that would withdraw or change too much
    limits: Limits = Limits()  # what one pass may cost
    options: dict[str, Any] = {}  # the protocol's own keys
    fictional: bool = False  # demo data: every page says so

    def endpoint(self) -> Endpoint:
        return Endpoint(source=self.id, url=self.url, options=self.options, limits=self.limits)

    @property
    def is_on_the_web(self) -> bool:
        return self.url.startswith(("http://", "https://"))

    @property
    def is_a_node(self) -> bool:
        """Another node, which tells nobody what of that which it withdraws was destroyed there."""
        return self.protocol == "node"

    def timing(self) -> Schedule | None:
        """When it is harvested; None: only by hand."""
        return Schedule(self.schedule, self.timezone) if self.schedule else None
