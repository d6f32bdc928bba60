"""Identifier numbers of the standard: normal forms and check digits, one module per family.

Every `normalise_*` takes any text and returns the normal form, or None when the text is no such number; every
`valid_*` says whether syntax and check digit are right. None of them raises on any text.
"""

from vocab.identifiers.achievement import (
    RegistrationNo,
    normalise_contract_no,
    normalise_registration_no,
    normalise_report_no,
    registration_no,
    valid_registration_no,
)
from vocab.identifiers.identify import Identifier, identify
from vocab.identifiers.organisation import (
    normalise_org_code,
    normalise_uscc,
    org_code_check,
    org_code_of,
    uscc_check,
    valid_org_code,
    valid_uscc,
)
from vocab.identifiers.patent import (
    PatentNo,
    find_patents,
    is_defence_patent,
    normalise_patent,
    normalise_patent_publication,
    normalise_pct,
    patent_check,
    patent_no,
    valid_patent,
)
from vocab.identifiers.project import normalise_project_no, project_programme
from vocab.identifiers.rights import normalise_layout, normalise_plant_variety, normalise_software

__all__ = [
    "Identifier",
    "PatentNo",
    "RegistrationNo",
    "find_patents",
    "identify",
    "is_defence_patent",
    "normalise_contract_no",
    "normalise_layout",
    "normalise_org_code",
    "normalise_patent",
    "normalise_patent_publication",
    "normalise_pct",
    "normalise_plant_variety",
    "normalise_project_no",
    "normalise_registration_no",
    "normalise_report_no",
    "normalise_software",
    "normalise_uscc",
    "org_code_check",
    "org_code_of",
    "patent_check",
    "patent_no",
    "project_programme",
    "registration_no",
    "uscc_check",
    "valid_org_code",
    "valid_patent",
    "valid_registration_no",
    "valid_uscc",
]
