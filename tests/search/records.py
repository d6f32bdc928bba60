"""Records for the search suite: public records made of the real kinds, small and named by what they are about."""

import msgspec

from vocab.kinds import Achievement
from vocab.parse.money import price_of
from vocab.public import Cluster, PublicRecord
from vocab.values import Agent, Ipr, PartialDate, Precision, Price, Text, Words

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
    price: str = "",
    cluster: str = "",
) -> PublicRecord:
    """`price` as a source writes it, in 万元; `year` may have a month and be empty."""
    record = Achievement(
        identifier=iri(name),
        title=Text(zh=title, en=en),
        abstract=Text(zh=abstract),
        keywords=Words(zh=keywords),
        orgs=tuple(Agent(name=o, order=n) for n, o in enumerate(orgs, 1)),
        region=region,
        stage=stage,
        hi_tech_field=field,
        completed_on=_date(year),
        ipr=(Ipr(no=patent),) if patent else (),
        registration_no=registration,
        price=msgspec.convert(price_of(price, "万元").value, Price | None) if price else None,
    )
    at = "2025-01-01T00:00:00Z"
    same = Cluster(cluster, (cluster, iri(name))) if cluster else None
    return PublicRecord(iri(name), "achievement", source, version, version, at, at, "0" * 64, record, cluster=same)


def _date(text: str) -> PartialDate | None:
    return PartialDate(text, Precision.MONTH if "-" in text else Precision.YEAR) if text else None
