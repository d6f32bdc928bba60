"""Values of records as a page shows them: text with an optional link, note, language and parts."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from publish.licences import licence
from publish.links import code_path, record_path, safe, with_query
from publish.portal.reader import Reader
from vocab import codes
from vocab.field import Field
from vocab.values import (
    Agent,
    Contributor,
    Membership,
    PartialDate,
    Period,
    Price,
    Project,
    Quality,
    Text,
    TranslationStatus,
    Trl,
    Value,
    Words,
)

FACET_OF_SCHEME = {
    "cl04": "stage",
    "cl10": "field",
    "cl11": "field",
    "cl15": "transfer",
    "gbt13745-2009": "field",
    "gbt4754-2017": "field",
}
LICENCE = "dcterms:license"
READINESS = range(1, 10)  # GB/T 22900
OTHER = {"zh": "en", "en": "zh"}
TAGS = {"zh": "zh-CN", "en": "en"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One value. `lang` is its language tag where it is not the page's; `parts` are the labelled parts of a composite."""

    text: str
    href: str | None = None
    note: str | None = None
    lang: str | None = None
    warn: bool = False  # the note says that something is wrong
    ok: bool = False  # the note says that something was checked and is right
    steps: tuple[str, ...] = ()  # a scale: what stands at each step, "on", "past" or nothing
    parts: tuple[tuple[str, "Shown"], ...] = ()


def shown(value: object, field: Field, reader: Reader) -> tuple[Shown, ...]:
    """A field's value, item by item; nothing for what is empty."""
    if value is None or value == "":
        return ()
    if isinstance(value, tuple):
        return tuple(one for item in value for one in shown(item, field, reader))
    if isinstance(value, str) and not isinstance(value, Enum):
        return (_text(value, field, reader),)
    for cls, show in SHOWS.items():
        if isinstance(value, cls):
            return tuple(show(value, reader))
    return (Shown(str(value)),)


def in_language(text: Text, reader: Reader) -> Shown:
    """A text in the reader's language if there is one, else in the other, which is then marked for screen readers."""
    if reader.lang == "en" and text.en:
        return Shown(text.en, note=_translated(text, reader))
    if text.zh:
        return Shown(text.zh, lang=TAGS["zh"] if reader.lang == "en" else None)
    return Shown(text.en or "", lang=TAGS["en"] if text.en else None, note=_translated(text, reader))


def words_of(words: Words, reader: Reader) -> tuple[Shown, ...]:
    """The words in the reader's language, else those in the other."""
    lang = str(reader.lang)
    own, other = getattr(words, lang), getattr(words, OTHER[lang])
    return tuple(Shown(w) for w in own) or tuple(Shown(w, lang=TAGS[OTHER[lang]]) for w in other)


def organisation(name: str) -> str:
    """The page that gathers what is public of an organisation of that name."""
    return with_query("/organisation", {"name": name})


def _translated(text: Text, reader: Reader) -> str | None:
    return reader.text("record.machine") if text.en_status is TranslationStatus.MACHINE else None


def chinese(text: str, reader: Reader) -> str | None:
    """The language tag of Chinese text on an English page: screen readers change voice by it, browsers the font."""
    return TAGS["zh"] if reader.lang == "en" and any("\u4e00" <= c <= "\u9fff" for c in text) else None


def _text(value: str, field: Field, reader: Reader) -> Shown:
    if field.scheme == "gbt2260":
        return Shown(reader.place(value), href=with_query("/search", {"region": value}))
    if field.scheme:
        facet = FACET_OF_SCHEME.get(field.scheme)
        page = code_path(value) if codes.concept(value) else None
        label = reader.code(value)
        href = with_query("/search", {facet: value}) if facet else page
        return Shown(label, href=href, lang=chinese(label, reader))
    if field.rdf == LICENCE:
        known = licence(value)
        return Shown(known.name, known.href)
    internal = record_path(value, reader.services.namespaces.base)
    return Shown(value, href=internal or safe(value), lang=chinese(value, reader))


def _show_text(value: Any, reader: Reader) -> list[Shown]:
    return [in_language(value, reader)]


def _show_words(value: Any, reader: Reader) -> list[Shown]:
    return list(words_of(value, reader))


def _show_date(value: Any, reader: Reader) -> list[Shown]:
    return [Shown(reader.partial(value))]


def _show_period(value: Any, reader: Reader) -> list[Shown]:
    ends = [reader.partial(end) if end else "…" for end in (value.start, value.end)]
    return [Shown(" – ".join(ends))]


def _show_price(value: Any, reader: Reader) -> list[Shown]:
    text = reader.price(value)
    return [
        Shown(text, note=reader.text("price.raw", raw=as_written(value)) if value.raw and value.raw != text else None)
    ]


def as_written(price: Price) -> str:
    """A price as its source wrote it, with the unit where that stood elsewhere: at the head of a column."""
    elsewhere = price.unit and price.unit not in price.raw
    return f"{price.raw} ({price.unit})" if elsewhere else price.raw


def _show_agent(value: Any, reader: Reader) -> list[Shown]:
    name = (value.name_en if reader.lang == "en" else None) or value.name
    return [Shown(name, organisation(value.name), value.uscc, chinese(name, reader))]


def _show_contributor(value: Any, reader: Reader) -> list[Shown]:
    return [Shown(value.name, note=value.org, lang=chinese(value.name, reader))]


def _show_trl(value: Any, reader: Reader) -> list[Shown]:
    levels = f"TRL {value.min}" if value.min == value.max else f"TRL {value.min}–{value.max}"
    return [Shown(levels, note=value.scheme, steps=tuple(_step(value, step) for step in READINESS))]


def _step(trl: Trl, step: int) -> str:
    return "past" if step < trl.min else "on" if step <= trl.max else ""


def _show_membership(value: Any, reader: Reader) -> list[Shown]:
    ends = [reader.partial(end) if end else "…" for end in (value.valid_from, value.valid_to)]
    return [Shown(value.name, note=" – ".join(ends) if value.valid_from or value.valid_to else None)]


def _show_quality(value: Any, reader: Reader) -> list[Shown]:
    share = f"{round(value.completeness * 100)} %"
    return [Shown(reader.text("record.quality", share=share))]


def _show_bool(value: Any, reader: Reader) -> list[Shown]:
    return [Shown(reader.text("word.yes" if value else "word.no"))]


def _show_number(value: Any, reader: Reader) -> list[Shown]:
    return [Shown(reader.number(value))]


def _show_enum(value: Any, reader: Reader) -> list[Shown]:
    key = f"enum.{value.value}"
    return [Shown(reader.text(key) if key in reader.catalogue.keys else str(value.value))]


def _show_composite(value: Any, reader: Reader) -> list[Shown]:
    """Any other value struct: its parts with their labels."""
    parts = []
    for name in value.__struct_fields__:
        item = getattr(value, name)
        if item is None or item == "" or name in {"order", "valid"}:
            continue
        part = _number(item, value, reader) if name == "no" else _part(item, name, reader)
        parts.append((reader.text(f"part.{name}"), part))
    return [Shown("", parts=tuple(parts))]


def _number(number: str, owner: Any, reader: Reader) -> Shown:
    """A number of a right with what its check digit says; that of a project leads to everything that came of it."""
    if isinstance(owner, Project):
        return Shown(number, href=with_query("/search", {"q": number}))
    valid = getattr(owner, "valid", None)
    if valid is None:
        return Shown(number)
    said = reader.text("record.number_right" if valid else "record.number_wrong")
    return Shown(number, note=said, ok=valid, warn=not valid)


def _part(item: Any, name: str, reader: Reader) -> Shown:
    if isinstance(item, PartialDate):
        return Shown(reader.partial(item))
    if isinstance(item, Decimal):
        return Shown(reader.money(item))
    text = str(item)
    if name == "decision" and f"enum.{text}" in reader.catalogue.keys:
        return Shown(reader.text(f"enum.{text}"))
    if name in {"evaluator", "holder", "agency", "org", "market", "issuer"}:
        return Shown(text, href=organisation(text), lang=chinese(text, reader))
    return Shown(reader.code(text)) if codes.concept(text) else Shown(text, lang=chinese(text, reader))


# The first class that fits; a subclass stands before its base.
SHOWS: dict[type[Any], Callable[[Any, Reader], list[Shown]]] = {
    Text: _show_text,
    Words: _show_words,
    PartialDate: _show_date,
    Period: _show_period,
    Price: _show_price,
    Agent: _show_agent,
    Contributor: _show_contributor,
    Trl: _show_trl,
    Membership: _show_membership,
    Quality: _show_quality,
    Value: _show_composite,
    Enum: _show_enum,
    bool: _show_bool,
    int: _show_number,
    float: _show_number,
    Decimal: _show_number,
}
