"""The search document of a record, made from the fields that its kind names: one function for every kind."""

import re
import unicodedata
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

from vocab.codes import concept, label, scheme
from vocab.document import SearchDocument
from vocab.field import fields
from vocab.identifiers import identify
from vocab.public import PublicRecord
from vocab.record import Record
from vocab.values import Agent, Membership, PartialDate, Period, Price

FACETS = ("kind", "region", "field", "discipline", "industry", "stage", "year", "transfer", "price", "source")

# In this order: the first classification a record carries is the one it is counted under.
FIELDS_OF_TECHNOLOGY = ("hi_tech_field", "tech_field", "discipline", "industry")
REGION = "gbt2260"
PRICE_BANDS = (100_000, 500_000, 1_000_000, 5_000_000, 10_000_000)  # yuan
NEGOTIABLE = "negotiable"
SPACE = re.compile(r"\s+")

Maker = Callable[[PublicRecord], SearchDocument]


def document_of(
    *,
    dates: tuple[str, ...] = (),
    orgs: tuple[str, ...] = (),
    numbers: tuple[str, ...] = (),
    words: tuple[str, ...] = (),
    price: str = "",
    stage: str = "",
    transfer: str = "",
) -> Maker:
    """A maker of search documents. Arguments are attribute names of the kind's record.

    `dates`: the first that is known dates the record; `words`: further texts to be found like keywords.
    """

    def document(public: PublicRecord) -> SearchDocument:
        record = public.record
        date = _date(record, dates)
        return SearchDocument(
            iri=public.iri,
            kind=public.kind,
            source=public.source,
            version=public.version,
            seq=public.seq,
            title_zh=record.title.zh,
            title_en=record.title.en or "",
            keywords=_unique((*record.keywords.zh, *record.keywords.en, *_texts(record, words))),
            orgs=_unique(_texts(record, orgs)),
            abstract="\n".join(t for t in (record.abstract.zh, record.abstract.en) if t),
            labels=_labels(record),
            identifiers=_identifiers(record, numbers, orgs),
            facets=_facets(
                public,
                date,
                _values(record, stage),
                _values(record, transfer),
                price_band(getattr(record, price, None)),
            ),
            sort_date=date.first if date else public.first[:10],
            date=date.first if date else "",
            price=_lowest(getattr(record, price, None)),
            cluster=public.cluster.canonical if public.cluster else "",
        )

    return document


def _facets(
    public: PublicRecord,
    date: PartialDate | None,
    stage: tuple[str, ...],
    transfer: tuple[str, ...],
    price: tuple[str, ...],
) -> dict[str, tuple[str, ...]]:
    record = public.record
    facets = {
        "kind": (public.kind,),
        "source": (public.source,),
        "region": _region(record.region) if record.region else (),
        "field": _field(record),
        "discipline": _broadened(_values(record, "discipline")),
        "industry": _broadened(_values(record, "industry")),
        "stage": stage,
        "transfer": transfer,
        "year": (date.value[:4],) if date else (),
        "price": price,
    }
    return {name: values for name, values in facets.items() if values}


def _field(record: Record) -> tuple[str, ...]:
    return _broadened(next((v for name in FIELDS_OF_TECHNOLOGY if (v := _values(record, name))), ()))


def _broadened(codes: Iterable[str]) -> tuple[str, ...]:
    """Codes with all their broader ones."""
    return _unique(c for code in codes for c in _with_ancestors(code))


@lru_cache(maxsize=10_000)
def _with_ancestors(code: str) -> tuple[str, ...]:
    """A code after all its broader ones, widest first; a code nobody knows stands alone."""
    if concept(code) is None:
        return (code,)
    scheme_id, _, notation = code.partition("/")
    return (*(c.code for c in reversed(scheme(scheme_id).ancestors(notation))), code)


@lru_cache(maxsize=10_000)
def _region(notation: str) -> tuple[str, ...]:
    return tuple(code.partition("/")[2] for code in _with_ancestors(f"{REGION}/{notation}"))


def _values(record: Record, name: str) -> tuple[str, ...]:
    value = getattr(record, name, None) if name else None
    if isinstance(value, tuple):
        return value
    return (value,) if value else ()


@cache
def _coded(record: type[Record]) -> tuple[tuple[str, str], ...]:
    """(attribute, prefix that makes its values whole codes) of the coded fields worth finding a record by."""
    shown = (b for b in fields(record) if b.field.scheme and b.field.number not in {49, 50, 56})
    return tuple((b.name, f"{REGION}/" if b.name == "region" else "") for b in shown)


def _labels(record: Record) -> tuple[str, ...]:
    codes = [prefix + value for name, prefix in _coded(type(record)) for value in _values(record, name)]
    codes += [right.type for right in getattr(record, "ipr", ()) if right.type]
    return _unique(text for code in codes for text in _names(code))


@lru_cache(maxsize=10_000)
def _names(code: str) -> tuple[str, ...]:
    return tuple(t for t in (label(code, "zh"), label(code, "en")) if t) if concept(code) else ()


def _texts(record: Record, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        value = getattr(record, name, None)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Agent | Membership):
                yield item.name
            elif item:
                yield str(item)


def _identifiers(record: Record, numbers: Iterable[str], orgs: Iterable[str]) -> tuple[str, ...]:
    found: list[str | None] = list(record.source_record_id)
    found += [getattr(record, name) for name in numbers]
    found += [item.no for name in ("ipr", "project") for item in getattr(record, name, ())]
    found += [a.uscc for name in orgs for a in _agents(getattr(record, name))]
    return _unique(form for number in found if number for form in _forms(number))


def _agents(value: Any) -> tuple[Agent, ...]:
    return tuple(a for a in (value if isinstance(value, tuple) else (value,)) if isinstance(a, Agent))


@lru_cache(maxsize=10_000)
def _forms(number: str) -> tuple[str, ...]:
    """The normal form a number is known by, and the number as it was written, in upper case without spaces."""
    written = SPACE.sub("", unicodedata.normalize("NFKC", number)).upper()
    known = identify(written)
    return (known.value, written) if known else (written,)


def _date(record: Record, names: Iterable[str]) -> PartialDate | None:
    for name in names:
        value = getattr(record, name, None)
        if isinstance(value, Period):
            value = value.end or value.start
        if isinstance(value, PartialDate):
            return value
    return None


def _lowest(price: Price | None) -> float | None:
    lowest = (price.min if price.min is not None else price.max) if price else None
    return None if lowest is None else float(lowest)


def price_band(price: Price | None) -> tuple[str, ...]:
    """The band of the lowest amount asked: `100000-500000` from 100,000 to under 500,000 yuan, `10000000-` and above;
    NEGOTIABLE when a price is to be agreed and no amount is known."""
    lowest = _lowest(price)
    if lowest is None:
        return (NEGOTIABLE,) if price and price.negotiable else ()
    at = bisect(PRICE_BANDS, lowest)
    high = PRICE_BANDS[at] if at < len(PRICE_BANDS) else ""
    return (f"{PRICE_BANDS[at - 1] if at else 0}-{high}",)


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(v for v in values if v))
