"""The fields of science and technology a record belongs to, at the top of the code lists: few enough to be sets and groups."""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

import msgspec

from vocab.codes import Concept, concept, scheme
from vocab.kinds.document import FIELDS_OF_TECHNOLOGY
from vocab.record import Record

SCHEMES = ("cl10", "cl11", "gbt13745-2009", "gbt4754-2017")

# Only what classifies is read of a record's JSON: a tenth of the work of reading it all.
_Classified: type[Any] = msgspec.defstruct(
    "_Classified", [(name, tuple[str, ...], ()) for name in FIELDS_OF_TECHNOLOGY], rename="camel", frozen=True
)
_DECODER: "msgspec.json.Decoder[Any]" = msgspec.json.Decoder(_Classified)


@cache
def fields() -> tuple[Concept, ...]:
    """Every field there can be: the concepts without a broader one, list by list."""
    return tuple(top for scheme_id in SCHEMES for top in scheme(scheme_id).top)


def of_record(record: Record) -> tuple[str, ...]:
    """The fields of a record, as codes."""
    return _tops(getattr(record, name, ()) for name in FIELDS_OF_TECHNOLOGY)


def counted(record: Record) -> tuple[str, ...]:
    """Those a record is counted under in searches: of its first classification alone (`vocab.kinds.document`)."""
    codes = next((found for name in FIELDS_OF_TECHNOLOGY if (found := getattr(record, name, ()))), ())
    return _tops([codes])


def counted_json(body: bytes) -> tuple[str, ...]:
    """The same of a record's JSON."""
    found = _DECODER.decode(body)
    return _tops([next((codes for name in FIELDS_OF_TECHNOLOGY if (codes := getattr(found, name))), ())])


def of_json(body: bytes) -> tuple[str, ...]:
    """The same of a record's JSON."""
    found = _DECODER.decode(body)
    return _tops(getattr(found, name) for name in FIELDS_OF_TECHNOLOGY)


def _tops(values: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    found = dict.fromkeys(top for codes in values for code in codes if (top := _top(code)))
    return tuple(found)


@lru_cache(maxsize=16_384)
def _top(code: str) -> str:
    """The widest concept above a code; empty for what is in none of the lists."""
    scheme_id, _, notation = code.partition("/")
    if scheme_id not in SCHEMES or concept(code) is None:
        return ""
    above = scheme(scheme_id).ancestors(notation)
    return above[-1].code if above else code
