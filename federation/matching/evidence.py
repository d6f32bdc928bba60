"""Evidence: what speaks for and against two records being one achievement. Symmetric; the price is no evidence."""

from enum import StrEnum

import msgspec

from federation.matching.subject import Subject
from vocab.identity.title import similarity

LOOK = 0.92  # title similarity from which the abstracts are compared too: costly, and no use for other titles


class Number(StrEnum):
    """What two registration numbers say. No check digit, and registrars reuse numbers: the registrar decides."""

    NONE = "none"  # one of them has none, or they are of different registrars: nothing follows
    EQUAL = "equal"  # of one named registrar
    UNCONFIRMED = "unconfirmed"  # equal, and a registrar is not named
    REUSED = "reused"  # equal, of two registrars
    DIFFERENT = "different"  # one registrar gave two numbers: two achievements to it


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What two records have in common. `title` and `abstract` are similarities 0..1; `years` apart, None when unknown.

    Shared values stand in full, so that a person can judge: all of them are public in both records.
    """

    title: float
    marks: bool  # numbers, versions, parts and steps of the titles are equal
    number: Number = Number.NONE
    registration: str = ""
    patents: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    years: int | None = None
    abstract: float | None = None


def evidence(one: Subject, other: Subject) -> Evidence:
    alike = similarity(one.title.text, other.title.text)
    number = _number(one, other)
    years = abs(one.year - other.year) if one.year is not None and other.year is not None else None
    return Evidence(
        title=alike,
        marks=one.title.marks == other.title.marks,
        number=number,
        registration=one.registration if one.registration == other.registration else "",
        patents=_shared(one.patents, other.patents),
        projects=_shared(one.projects, other.projects),
        organisations=_shared(one.roots, other.roots),
        people=_shared(one.people, other.people),
        years=years,
        abstract=similarity(one.abstract, other.abstract) if alike >= LOOK else None,
    )


def _number(one: Subject, other: Subject) -> Number:
    if not one.registration or not other.registration:
        return Number.NONE
    registrars = (one.registrar, other.registrar)
    if one.registration != other.registration:
        return Number.DIFFERENT if all(registrars) and len(set(registrars)) == 1 else Number.NONE
    if not all(registrars):
        return Number.UNCONFIRMED
    return Number.EQUAL if len(set(registrars)) == 1 else Number.REUSED


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(one) & set(other)))
