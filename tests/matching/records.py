"""Achievements for tests of matching, as the public view gives them."""

from collections.abc import Sequence

from federation.matching.organisations import Organisations, facts
from federation.matching.subject import Subject, subject_of
from vocab.kinds import Achievement
from vocab.public import PublicRecord
from vocab.record import Record
from vocab.values import Agent, Contributor, Ipr, PartialDate, Precision, Price, Project, Text

ORGANISATIONS = Organisations(facts())
TITLE = "石墨烯基导热膜规模化制备技术"


def achievement(
    iri: str = "https://example.org/id/achievement/1",
    title: str = TITLE,
    *,
    number: str | None = None,
    registrar: str | None = None,
    patents: Sequence[str] = (),
    granted: bool = True,
    projects: Sequence[str] = (),
    orgs: Sequence[str] = (),
    people: Sequence[str] = (),
    year: int | None = None,
    abstract: str = "",
    price: str | None = None,
) -> Achievement:
    status = "cl14/4" if granted else "cl14/1"
    return Achievement(
        identifier=iri,
        title=Text(title),
        abstract=Text(abstract),
        registration_no=number,
        registrar=Agent(registrar) if registrar else None,
        ipr=tuple(Ipr(type="cl13/1", no=no, status=status) for no in patents),
        project=tuple(Project(no=no) for no in projects),
        first_org=Agent(orgs[0]) if orgs else None,
        orgs=tuple(Agent(name) for name in orgs),
        contributors=tuple(Contributor(name, order) for order, name in enumerate(people, start=1)),
        completed_on=PartialDate(str(year), Precision.YEAR) if year else None,
        price=Price(raw=price) if price else None,
    )


def public(
    record: Record, first: str = "2026-01-01T00:00:00.000Z", source: str = "cn-xx", kind: str = "achievement"
) -> PublicRecord:
    return PublicRecord(record.identifier, kind, source, 1, 1, first, first, "0" * 64, record)


def subject(record: Achievement, first: str = "2026-01-01T00:00:00.000Z") -> Subject:
    found = subject_of(public(record, first), ORGANISATIONS)
    assert found is not None
    return found
