"""What a citation says of a record, in the language of its title: one line each, without what would break a format of lines."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from federation.source import Name
from publish.links import safe
from vocab.public import PublicRecord
from vocab.values import Agent

_NOT_KEY = re.compile(r"[^A-Za-z0-9_-]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_HALF = re.compile("[\ud800-\udfff]")  # of a pair: cannot be written in UTF-8


@dataclass(frozen=True, slots=True)
class Work:
    """`people` did it at `organisations`; `issued` and `updated` are the days on which it became public and was last changed."""

    iri: str
    key: str
    title: str
    lang: str  # zh or en
    people: tuple[str, ...]
    organisations: tuple[str, ...]
    issued: date
    updated: date
    version: int
    platform: str
    abstract: str
    keywords: tuple[str, ...]
    number: str
    licence: str

    @property
    def authors(self) -> tuple[str, ...]:
        """Who is named first: people, or the first organisation where no people are named."""
        return self.people or self.organisations[:1]


def work(public: PublicRecord, platform: Name, lang: str = "zh") -> Work:
    """The record as a work to cite. `lang`: of the title where there is one in both languages."""
    record = public.record
    title = (record.title.en if lang == "en" else "") or record.title.zh or record.title.en or ""
    spoken = "en" if title == record.title.en else "zh"
    words = record.keywords.en if spoken == "en" and record.keywords.en else record.keywords.zh
    abstract = (record.abstract.en if spoken == "en" else "") or record.abstract.zh
    return Work(
        iri=public.iri,
        key=_NOT_KEY.sub("-", f"{public.kind}-{public.iri.rpartition('/')[2]}"),
        title=line(title) or public.iri,
        lang=spoken,
        people=_some(*(c.name for c in getattr(record, "contributors", ()))),
        organisations=_organisations(record),
        issued=datetime.fromisoformat(public.first).date(),
        updated=datetime.fromisoformat(public.at).date(),
        version=public.version,
        platform=line((platform.en if lang == "en" else "") or platform.zh),
        abstract=line(abstract),
        keywords=_some(*words),
        number=line(getattr(record, "registration_no", None) or ""),
        licence=safe(record.licence) or "",
    )


def line(text: str) -> str:
    """The text on one line: white space and control characters become single spaces, what is no character becomes U+FFFD."""
    return " ".join(_CONTROL.sub(" ", _HALF.sub("\ufffd", text)).split())


def _organisations(record: object) -> tuple[str, ...]:
    first: Agent | None = getattr(record, "first_org", None)
    others: tuple[Agent, ...] = getattr(record, "orgs", ())
    return _some(*([first.name] if first else []), *(other.name for other in others))


def _some(*texts: str) -> tuple[str, ...]:
    """The texts that say something, each once."""
    return tuple(dict.fromkeys(found for text in texts if (found := line(text))))
