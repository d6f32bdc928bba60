"""JSON Schema of the records, made from their declarations: one document for all kinds, with the standard's own labels."""

from typing import Any

import msgspec

from vocab.field import Field, fields
from vocab.kinds import KINDS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REF = "#/$defs/{name}"


def json_schema() -> dict[str, Any]:
    """The schema of any record (JSON Schema 2020-12): `oneOf` the kinds, each field titled in Chinese and English.

    Beside the validation keywords each field carries `x-number` (its row in the standard), `x-obligation`,
    `x-visibility` and, for coded fields, `x-scheme`.
    """
    records = [kind.record for kind in KINDS.values()]
    kinds, components = msgspec.json.schema_components(records, ref_template=REF)
    for kind, reference in zip(KINDS.values(), kinds, strict=True):
        component = components[reference["$ref"].rpartition("/")[2]]
        component["title"] = f"{kind.zh} {kind.en}"
        for bound in fields(kind.record):
            component["properties"][bound.key].update(_notes(bound.field))
    return {"$schema": DIALECT, "oneOf": list(kinds), "$defs": components}


def _notes(field: Field) -> dict[str, object]:
    notes: dict[str, object] = {
        "title": f"{field.zh} {field.en}",
        "x-number": field.number,
        "x-obligation": field.obligation.value,
        "x-visibility": field.visibility.value,
    }
    return notes | ({"x-scheme": field.scheme} if field.scheme else {})
