"""Lineage: for every field of a record, which raw value it was made of and by which rule of the mapping."""

import msgspec


class Lineage(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """`field` of the record came from `path` of the raw record, whose value was `raw`, by `rule` (the mapping's own words)."""

    field: str
    path: str
    rule: str
    raw: str = ""
