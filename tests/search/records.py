"""Records for the search suite: public records made of the real kinds, small and named by what they are about."""

from vocab.kinds import Achievement
from vocab.public import PublicRecord
from vocab.values import Agent, Ipr, PartialDate, Precision, Text, Words

BASE = "https://example.org"


def iri(name: str) -> str:
    return f"{BASE}/id/achievement/{name}"


def public(
    name: str,
    title: str,
    *,
    abstract: str = "",
    keywords: tuple[str, ...] = (),
    orgs: tuple[str, ...] = (),
    region: str | None = "110000",
    stage: str | None = None,
    field: tuple[str, ...] = (),
    year: str = "2020",
    patent: str | None = None,
    registration: str | None = None,
    en: str | None = None,
    version: int = 1,
    source: str = "cn-bj",
) -> PublicRecord:
    record = Achievement(
        identifier=iri(name),
        title=Text(zh=title, en=en),
        abstract=Text(zh=abstract),
        keywords=Words(zh=keywords),
        orgs=tuple(Agent(name=o, order=n) for n, o in enumerate(orgs, 1)),
        region=region,
        stage=stage,
        hi_tech_field=field,
        completed_on=PartialDate(year, Precision.YEAR),
        ipr=(Ipr(no=patent),) if patent else (),
        registration_no=registration,
    )
    at = "2025-01-01T00:00:00Z"
    return PublicRecord(iri(name), "achievement", source, version, version, at, at, "0" * 64, record)
