"""The rules: from evidence to a verdict with its reason, and a score that puts candidates in order for a person."""

from enum import StrEnum

import msgspec

from federation.matching.evidence import Evidence, Number

MERGE = 0.85  # title similarity that a shared identifier needs
CONFIRMED = 0.5  # that is enough under one number of one named registrar
CANDIDATE = 0.92  # title similarity from which the title alone is worth a person's look
RELATED = 0.6  # title similarity worth a look under a shared identifier
ABSTRACT = 0.7
YEARS = 1
MERGING = ("registration-and-registrar", "registration-and-title", "patent-and-title")  # the rules that merge


class Verdict(StrEnum):
    SAME = "same"
    CANDIDATE = "candidate"
    DIFFERENT = "different"


class Judgement(msgspec.Struct, frozen=True):
    """`reason` is the rule that decided; `score` is 0..1 and orders, it decides nothing."""

    verdict: Verdict
    reason: str
    score: float


def judge(found: Evidence) -> Judgement:
    """Merge, ask a person, or leave apart. Never the same by title alone; never the same with other numbers in the title."""
    verdict, reason = _decided(found)
    return Judgement(verdict, reason, _score(found))


def _decided(found: Evidence) -> tuple[Verdict, str]:
    identifier = _identifier(found)
    if identifier and found.marks:
        if found.number is not Number.DIFFERENT:
            return Verdict.SAME, identifier
        return Verdict.CANDIDATE, "shared-patent-two-registrations"
    if reason := _worth_a_look(found):
        return Verdict.CANDIDATE, reason
    return Verdict.DIFFERENT, "other-marks" if not found.marks else "too-little"


def _identifier(found: Evidence) -> str:
    if found.number is Number.EQUAL and found.title >= CONFIRMED:
        return MERGING[0]
    if found.number is Number.UNCONFIRMED and found.title >= MERGE:
        return MERGING[1]
    if found.patents and found.title >= MERGE:
        return MERGING[2]
    return ""


def _worth_a_look(found: Evidence) -> str:
    if found.number is Number.EQUAL or found.number is Number.UNCONFIRMED and found.title >= RELATED:
        return "registration-other-title"  # other marks too: a number reused, or a title written otherwise
    if not found.marks or found.years is not None and found.years > YEARS or found.number is Number.DIFFERENT:
        return ""
    if (found.patents or found.projects) and found.title >= RELATED and (found.organisations or found.people):
        return "shared-patent" if found.patents else "shared-project"
    if found.title < CANDIDATE:
        return ""
    if found.organisations:
        return "title-and-organisation"
    if len(found.people) > 1 or found.people and found.title == 1:
        return "title-and-people"
    return "title-and-abstract" if found.abstract is not None and found.abstract >= ABSTRACT else ""


def _score(found: Evidence) -> float:
    """The title's likeness moved towards 1 by each thing shared, towards 0 by what contradicts."""
    doubt = 1 - 0.8 * found.title
    for shared, left in (
        (found.number in (Number.EQUAL, Number.UNCONFIRMED), 0.1),
        (bool(found.patents), 0.3),
        (bool(found.projects), 0.6),
        (bool(found.organisations), 0.7),
        (bool(found.people), 0.7),
    ):
        doubt *= left if shared else 1
    sure = 1 - doubt
    sure *= 1 if found.marks else 0.5
    sure *= 0.6 if found.number in (Number.DIFFERENT, Number.REUSED) else 1
    return round(sure * (0.8 if found.years is not None and found.years > YEARS else 1), 3)
