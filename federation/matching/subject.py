"""What of a public record is compared: normal forms, bounded in number, of public fields alone."""

import msgspec

from federation.matching.organisations import Organisations
from vocab.field import fields
from vocab.identifiers import normalise_patent, normalise_project_no, registration_no
from vocab.identity.spelling import plain
from vocab.identity.title import Title, title_of
from vocab.kinds import Achievement
from vocab.public import PublicRecord

GRANTED = ("cl14/4", "cl14/5")  # a lapsed patent was granted once
MANY = 50  # patents, projects, organisations or people of one record that are compared: input is hostile
ABSTRACT = 1000  # characters


class Subject(msgspec.Struct, frozen=True):
    """One achievement as it is compared. `registrar` is "" when the record does not name it; `filled` counts its fields."""

    iri: str
    title: Title
    registration: str = ""
    registrar: str = ""
    patents: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()  # of its organisations, the first organisation's first
    people: tuple[str, ...] = ()
    year: int | None = None
    abstract: str = ""
    first: str = ""  # when it was first published, RFC 3339
    filled: int = 0


def subject_of(public: PublicRecord, organisations: Organisations) -> Subject | None:
    """What is compared of a record; None for kinds that are not achievements, and for those without a title."""
    record = public.record
    if not isinstance(record, Achievement):
        return None
    title = title_of(record.title.zh or record.title.en or "")
    if not title.text:
        return None
    registration = registration_no(record.registration_no or "")
    year = _year(record)
    named = [agent.name for agent in (record.first_org, *record.orgs[:MANY]) if agent]
    return Subject(
        iri=public.iri,
        title=title,
        registration=registration.number if registration else "",
        registrar=organisations.resolve(record.registrar.name, year) if record.registrar else "",
        patents=_granted(record),
        projects=_projects(record),
        roots=_unique([organisations.root(name, year) for name in named]),
        people=_unique([plain(person.name) for person in record.contributors[:MANY]]),
        year=year,
        abstract=plain((record.abstract.zh or record.abstract.en or "")[:ABSTRACT]),
        first=public.first,
        filled=_filled(record),
    )


def _year(record: Achievement) -> int | None:
    ended = record.research_period.end if record.research_period else None
    date = record.completed_on or ended or record.registered_on
    return date.year if date else None


def _granted(record: Achievement) -> tuple[str, ...]:
    """Granted patents alone: an application may be one of many, and a number with a wrong check digit is anybody's."""
    rights = [right for right in record.ipr[:MANY] if right.no and right.status in GRANTED and right.valid is not False]
    return _unique([normalise_patent(right.no or "") or "" for right in rights])


def _projects(record: Achievement) -> tuple[str, ...]:
    return _unique(
        [normalise_project_no(project.no or "") or plain(project.no or "") for project in record.project[:MANY]]
    )


def _unique(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _filled(record: Achievement) -> int:
    return sum(getattr(record, bound.name) != bound.default for bound in fields(Achievement))
