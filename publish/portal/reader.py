"""The reader of a page: texts, numbers, dates and money in their language."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal, format_percent

from publish.labels import (
    code_label,
    facet_label,
    kind_label,
    kinds_label,
    place_label,
    region_label,
    source_label,
)
from publish.languages import Lang
from publish.messages import Catalogue
from publish.services import Services
from vocab.values import PartialDate, Precision, Price

LOCALES = {Lang.ZH: "zh_Hans_CN", Lang.EN: "en"}
# How a date of each precision is written; no day is shown that the source did not give.
PATTERNS = {
    Lang.ZH: {Precision.YEAR: "y年", Precision.MONTH: "y年M月", Precision.DAY: "y年M月d日"},
    Lang.EN: {Precision.YEAR: "y", Precision.MONTH: "MMMM y", Precision.DAY: "d MMMM y"},
}
ONE, WAN, MILLION, YI = (Decimal(n) for n in (1, 10_000, 1_000_000, 100_000_000))
AMOUNTS = {
    Lang.ZH: {YI: "{} 亿元", WAN: "{} 万元", ONE: "{} 元"},
    Lang.EN: {MILLION: "CNY {} million", ONE: "CNY {}"},
}


@dataclass(frozen=True, slots=True)
class Reader:
    lang: Lang
    catalogue: Catalogue
    services: Services

    @property
    def locale(self) -> str:
        return LOCALES[self.lang]

    def text(self, key: str, **values: object) -> str:
        return self.catalogue.text(key, self.lang, **values)

    def code(self, code: str) -> str:
        return code_label(code, self.lang)

    def region(self, digits: str) -> str:
        return region_label(digits, self.lang)

    def place(self, digits: str) -> str:
        return place_label(digits, self.lang)

    def kind(self, kind: str) -> str:
        return kind_label(kind, self.lang)

    def kinds(self, kind: str, count: int) -> str:
        return kinds_label(kind, self.lang, count)

    def source(self, source: str) -> str:
        return source_label(source, self.services, self.lang)

    def facet(self, name: str, value: str) -> str:
        """The label of one value of a search facet."""
        return self._band(value) if name == "price" else facet_label(name, value, self.services, self.lang)

    def _band(self, band: str) -> str:
        """A band of prices (`vocab.kinds.document.price_band`); what is none is shown as it is."""
        low, dash, high = band.partition("-")
        if band == "negotiable":
            return self.text("price.negotiable")
        if not (dash and low.isdecimal() and (high.isdecimal() or not high)):
            return band
        if not high:
            return self.text("price.from", amount=self.money(Decimal(low)))
        if low == "0":
            return self.text("price.below", amount=self.money(Decimal(high)))
        return self.amounts(Decimal(low), Decimal(high))

    def number(self, number: int | float | Decimal) -> str:
        return format_decimal(number, locale=self.locale)

    def percent(self, share: float) -> str:
        return format_percent(share, locale=self.locale)

    def partial(self, value: PartialDate) -> str:
        """A date as precise as its source was; one that is no date is shown as it was given."""
        try:
            first = date.fromisoformat(value.first)
        except ValueError:
            return value.value
        return format_date(first, PATTERNS[self.lang][value.precision], locale=self.locale)

    def day(self, rfc3339: str) -> str:
        return format_date(
            datetime.fromisoformat(rfc3339).date(), PATTERNS[self.lang][Precision.DAY], locale=self.locale
        )

    def moment(self, rfc3339: str) -> str:
        """A day with its time, in UTC."""
        at = datetime.fromisoformat(rfc3339).astimezone(UTC)
        return f"{self.day(rfc3339)} {at:%H:%M} UTC"

    def ago(self, rfc3339: str) -> str:
        """How long ago: `3 小时前`."""
        passed = datetime.fromisoformat(rfc3339) - datetime.now(UTC)
        return format_timedelta(passed, add_direction=True, locale=self.locale)

    def money(self, yuan: Decimal | float) -> str:
        """An amount in the unit people read: 50 万元, 3 亿元; CNY 500,000, CNY 1.2 million."""
        amount = Decimal(str(yuan))
        unit = self._unit(amount)
        return AMOUNTS[self.lang][unit].format(self.number(amount / unit))

    def amounts(self, low: Decimal, high: Decimal) -> str:
        """From one amount to another, both in one unit, which is said once: 10–50 万元; CNY 500,000–1,000,000, CNY 1–5 million."""
        if low == high:
            return self.money(low)
        unit = min(self._unit(amount) for amount in (low, high) if amount)
        return AMOUNTS[self.lang][unit].format(f"{self.number(low / unit)}–{self.number(high / unit)}")

    def _unit(self, amount: Decimal) -> Decimal:
        """The largest that it reaches. In English one that is no round number of millions is written out."""
        if self.lang is Lang.EN and amount % (MILLION / 10):
            return ONE
        return next((unit for unit in AMOUNTS[self.lang] if amount >= unit), ONE)

    def price(self, price: Price) -> str:
        """An asking price; what cannot be read as amounts is shown as the source wrote it."""
        bounds = [bound for bound in (price.min, price.max) if bound is not None]
        if bounds:
            return self.amounts(bounds[0], bounds[-1])
        return self.text("price.negotiable") if price.negotiable else price.raw
