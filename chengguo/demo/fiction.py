"""A fictional achievement: the truth that every simulated platform then tells in its own words."""

import msgspec


class Unit(msgspec.Struct, frozen=True):
    """A made-up organisation with a check-valid but unassigned USCC."""

    zh: str
    en: str
    uscc: str
    region: str


class Patent(msgspec.Struct, frozen=True):
    no: str  # "202010012345.6"
    title: str
    granted: bool


class Asking(msgspec.Struct, frozen=True):
    """Asking price in ten thousand yuan (万元); both None: negotiable."""

    low: int | None = None
    high: int | None = None


class Secrecy(msgspec.Struct, frozen=True):
    """密级 as the platform's officer typed it, and the secrecy review behind it."""

    level: str = "非涉密"
    reviewed_by: str = "成果管理处"
    reviewed_on: str = "2026-05-20"
    decision: str = "同意公开"
    disclosure: str = "公开"
    embargo: str = ""


class Fiction(msgspec.Struct, frozen=True):
    """One achievement. Codes are bare notations of the named lists; dates ISO; `modified` RFC 3339 UTC."""

    number: int
    local_id: str
    registration_no: str
    title: str
    title_en: str
    abstract: str
    keywords: tuple[str, ...]
    field: str  # CL-10
    form: str  # CL-02
    stage: str  # CL-04
    trl: int
    units: tuple[Unit, ...]
    people: tuple[str, ...]
    region: str
    completed: str
    registered: str
    project_no: str
    programme: str  # CL-12
    patents: tuple[Patent, ...]
    transfer: tuple[str, ...]  # CL-15
    asking: Asking
    secrecy: Secrecy
    contact: str
    telephone: str
    modified: str
