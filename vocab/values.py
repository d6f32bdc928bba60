"""The composite values that records are made of; frozen, and spelt in JSON as the standard spells them (camelCase)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

import msgspec


class Value(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel", gc=False):
    """Base of all composite values: immutable, defaults left out of the JSON."""


class TranslationStatus(StrEnum):
    HUMAN = "human"
    MACHINE = "machine"


class Text(Value, frozen=True):
    """A text in Chinese with an optional English one; `en_status` says who translated it."""

    zh: str = ""
    en: str | None = None
    en_status: TranslationStatus | None = None


class Words(Value, frozen=True):
    """Keywords in each language, in the order of the source."""

    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


class Precision(StrEnum):
    YEAR = "year"
    MONTH = "month"
    DAY = "day"


_FIRST = {"year": "-01-01", "month": "-01", "day": ""}
_LAST = {"year": "-12-31", "month": "-31", "day": ""}


class PartialDate(Value, frozen=True):
    """A date at the precision its source gave (GB/T 7408): `2019`, `2019-03` or `2019-03-01`. No day is ever invented."""

    value: str
    precision: Precision

    @property
    def year(self) -> int:
        return int(self.value[:4])

    @property
    def first(self) -> str:
        """The earliest day it can mean, ISO 8601; compares as text."""
        return self.value + _FIRST[self.precision]

    @property
    def last(self) -> str:
        """The latest day it can mean (31 for every month: only ever compared, never shown)."""
        return self.value + _LAST[self.precision]


class Period(Value, frozen=True):
    start: PartialDate | None = None
    end: PartialDate | None = None

    @property
    def days(self) -> int | None:
        """How many, the first and the last included; None when either is open, vaguer than a day, or no day at all."""
        if not self.start or not self.end or {self.start.precision, self.end.precision} != {Precision.DAY}:
            return None
        try:
            return max(0, (date.fromisoformat(self.end.value) - date.fromisoformat(self.start.value)).days + 1)
        except ValueError:
            return None


class Trl(Value, frozen=True):
    """Technology readiness: a range, because a stage word never gives one level; `scheme` names the edition or rule."""

    min: int
    max: int
    scheme: str


class Agent(Value, frozen=True):
    """An organisation as a record names it; `uscc` is the unified social credit code (GB 32100-2015) when known."""

    name: str
    iri: str | None = None
    uscc: str | None = None
    order: int | None = None
    name_en: str | None = None


class Contributor(Value, frozen=True):
    name: str
    order: int
    org: str | None = None


class Evaluation(Value, frozen=True):
    """评价: how a result was assessed. `method` is a code of CL-07."""

    method: str | None = None
    evaluator: str | None = None
    date: PartialDate | None = None
    conclusion: str | None = None


class Project(Value, frozen=True):
    """The funded project behind a record; `programme` is a code of CL-12."""

    name: str | None = None
    no: str | None = None
    programme: str | None = None


class Funding(Value, frozen=True):
    """资助: amount in yuan (元)."""

    agency: str | None = None
    amount: Decimal | None = None


class Acceptance(Value, frozen=True):
    date: PartialDate | None = None
    conclusion: str | None = None


class Ipr(Value, frozen=True):
    """知识产权. `type` is a code of CL-13, `status` of CL-14; `valid` is False when the number's check digit is wrong."""

    type: str | None = None
    no: str | None = None
    status: str | None = None
    title: str | None = None
    holder: str | None = None
    date: PartialDate | None = None
    valid: bool | None = None


class Standard(Value, frozen=True):
    name: str
    level: str | None = None  # 国家/行业/地方/团体/企业


class Price(Value, frozen=True):
    """意向价格 in yuan (元); `unit` is the evidence for the unit, `raw` what the source wrote."""

    raw: str
    min: Decimal | None = None
    max: Decimal | None = None
    unit: str | None = None
    negotiable: bool = False


class Listing(Value, frozen=True):
    """挂牌. `status` is a code of CL-18."""

    status: str | None = None
    market: str | None = None
    valid_from: PartialDate | None = None
    valid_through: PartialDate | None = None


class Review(Value, frozen=True):
    """保密审查: a recorded secrecy review (保密法 art. 35; 政府信息公开条例 art. 17). `decision`: approve, refuse, refer."""

    decision: str
    org: str | None = None
    date: PartialDate | None = None
    basis: str | None = None
    officer: str | None = None
    version_hash: str | None = None


class Origin(Value, frozen=True):
    """A node that a record came through: its permanent IRI there, and where that node says it has it from."""

    iri: str
    source: str
    retrieved: str
    mapping: str
    sha256: str
    url: str | None = None


class Provenance(Value, frozen=True):
    """Where a record came from: source id, page, time fetched (RFC 3339), mapping and its version, sha256 of the raw.

    `chain`: the nodes of the federation it came through, the nearest first; the last of them has it from its primary source.
    """

    source: str
    retrieved: str
    mapping: str
    sha256: str
    url: str | None = None
    chain: tuple[Origin, ...] = ()


class Membership(Value, frozen=True):
    """A name that was valid for a time (organisations are renamed)."""

    name: str
    valid_from: PartialDate | None = None
    valid_to: PartialDate | None = None


class Designation(Value, frozen=True):
    """A recognition an organisation holds or held (国家技术转移示范机构, batch and year): facts with their issuer, no scores."""

    name: str
    batch: str | None = None
    year: int | None = None
    status: str | None = None
    issuer: str | None = None


class Quality(Value, frozen=True):
    """How well a record meets the standard: the share (0..1, three decimals) of mandatory and recommended fields filled."""

    completeness: float


# Coded parts of composite values and the scheme of each; coded fields of records declare theirs in `Field.scheme`.
CODED_PARTS: Mapping[type[Value], Mapping[str, str]] = MappingProxyType(
    {
        Evaluation: {"method": "cl07"},
        Project: {"programme": "cl12"},
        Ipr: {"type": "cl13", "status": "cl14"},
        Listing: {"status": "cl18"},
    }
)
