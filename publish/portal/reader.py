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
WAN = Decimal(10_000)
YI = Decimal(100_000_000)


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
        return self.text("price.between", low=self.money(Decimal(low)), high=self.money(Decimal(high)))

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
        """An amount in the unit people read: 万元 and 亿元 in Chinese, CNY with thousands in English."""
        amount = Decimal(str(yuan))
        if self.lang is Lang.EN:
            return f"CNY {self.number(amount)}"
        for unit, word in ((YI, "亿元"), (WAN, "万元")):
            if amount >= unit:
                return f"{self.number(amount / unit)} {word}"
        return f"{self.number(amount)} 元"

    def price(self, price: Price) -> str:
        """An asking price; what cannot be read as amounts is shown as the source wrote it."""
        amounts = [self.money(bound) for bound in (price.min, price.max) if bound is not None]
        if amounts:
            return " – ".join(dict.fromkeys(amounts))
        return self.text("price.negotiable") if price.negotiable else price.raw
