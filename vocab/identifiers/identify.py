"""Which identifier is this? For search: a number typed into the search box finds the record that carries it."""

from collections.abc import Callable
from typing import Final

import msgspec

from vocab.identifiers.achievement import normalise_contract_no, normalise_registration_no, normalise_report_no
from vocab.identifiers.organisation import normalise_org_code, normalise_uscc, valid_org_code, valid_uscc
from vocab.identifiers.patent import normalise_patent_publication, normalise_pct, patent_no
from vocab.identifiers.project import normalise_project_no
from vocab.identifiers.rights import normalise_layout, normalise_plant_variety, normalise_software


class Identifier(msgspec.Struct, frozen=True):
    """What a text is: its `kind`, normal form `value`, and whether its check digit is right (True where it has none)."""

    kind: str
    value: str
    valid: bool


# Forms that no other kind can have come first; all of them lack a check digit.
_PLAIN: Final[tuple[tuple[str, Callable[[str], str | None]], ...]] = (
    ("registration", normalise_registration_no),
    ("software", normalise_software),
    ("plant-variety", normalise_plant_variety),
    ("layout", normalise_layout),
    ("report", normalise_report_no),
    ("pct", normalise_pct),
    ("patent-publication", normalise_patent_publication),
)


def identify(text: str) -> Identifier | None:
    """The identifier that a text is as a whole, or None. A form shared by two kinds is decided by its check digit."""
    for kind, normalise in _PLAIN:
        if value := normalise(text):
            return Identifier(kind, value, True)
    return _checked(text) or _numeric(text)


def _checked(text: str) -> Identifier | None:
    if uscc := normalise_uscc(text):
        return Identifier("uscc", uscc, valid_uscc(uscc))
    number = patent_no(text)
    code = normalise_org_code(text)
    if number and (number.valid or code is None or not valid_org_code(code)):
        return Identifier("patent", number.number, number.valid)
    if code and (valid_org_code(code) or "-" in text):
        return Identifier("org-code", code, valid_org_code(code))
    return None


def _numeric(text: str) -> Identifier | None:
    if project := normalise_project_no(text):
        return Identifier("project", project, True)
    contract = normalise_contract_no(text)
    return Identifier("contract", contract, True) if contract else None
