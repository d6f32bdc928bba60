"""The answers of the JSON API as structs; the OpenAPI description is generated from them."""

from typing import Annotated

import msgspec

from federation.source import Declaration
from federation.views import Change
from vocab.kinds import Achievement, Demand, Organisation, ResearchProject
from vocab.lineage import Lineage

Uri = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uri"})]
Next = Annotated[str | None, msgspec.Meta(description="Address of the next page; null at the end.")]


class Title(msgspec.Struct, frozen=True, omit_defaults=True):
    zh: str
    en: str | None = None


class FoundPart(msgspec.Struct, frozen=True):
    """An organisation of the record that is part of the one asked for."""

    name: str
    whole: str


class SearchItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One found record. `highlight`: text name (`title`, `abstract`, and `title_en` beside a Chinese title) -> pieces of the
    original text, each with whether it matched.

    `cluster` is the record that stands for its achievement, where several records are one; `same` how many further found
    records of that achievement are folded under this one (`group`). `parts`: by which parts of an organisation that was asked for
    it was found, where the organisation itself is not named.
    """

    iri: Uri
    kind: str
    title: Title
    score: float
    source: str
    version: int
    seq: int
    url: Uri
    date: str | None = None
    orgs: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    facets: dict[str, tuple[str, ...]] = {}
    price: float | None = None
    highlight: dict[str, tuple[tuple[str, bool], ...]] = {}
    cluster: Uri | None = None
    same: int = 0
    parts: tuple[FoundPart, ...] = ()


class FacetValue(msgspec.Struct, frozen=True):
    value: str
    label: str
    count: int


class QueryChip(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a piece of `q` was read: the characters from `start` to `end` ask for `label` in `field`.

    `without` is `q` with the piece left out, `as_words` with the piece in quotes. `guessed`: no field was written.
    """

    start: int
    end: int
    field: str
    label: str
    without: str
    as_words: str
    guessed: bool = False


class QueryProblem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A piece of `q` that could not be read as it was meant, where it begins, and what to write instead, if that is known."""

    code: str
    at: int
    piece: str
    message: str
    suggestion: str = ""


class SearchAnswer(msgspec.Struct, frozen=True):
    """`total` counts records, also those that are folded under another.

    `relaxed`: nothing held every word of the query, so these hold some of them. `chips`: how pieces of it were read; `unmet`:
    those that nothing met, so that their words were looked for. `corrected`: a spelling that finds more.
    """

    total: int
    items: tuple[SearchItem, ...]
    facets: dict[str, tuple[FacetValue, ...]]
    next: Next
    relaxed: bool
    chips: tuple[QueryChip, ...] = ()
    unmet: tuple[QueryChip, ...] = ()
    problem: QueryProblem | None = None
    corrected: str | None = None


class SuggestItem(msgspec.Struct, frozen=True):
    text: str
    kind: str
    iri: str


class SuggestAnswer(msgspec.Struct, frozen=True):
    suggestions: tuple[SuggestItem, ...]


class RecordItem(msgspec.Struct, frozen=True):
    """A public record with what the ledger knows of it. `digest` is the sha256 of the bytes at `{iri}.json`."""

    iri: Uri
    kind: str
    source: str
    version: int
    seq: int
    at: str
    first: str
    digest: str
    url: Uri
    record: Achievement | Organisation | Demand | ResearchProject
    lineage: tuple[Lineage, ...]


class RecordAnswer(RecordItem, frozen=True):
    """One public record. `same_as`: other records that are taken for the same achievement; `cluster`: the one among all of
    them that stands for it."""

    same_as: tuple[Uri, ...] = ()
    cluster: Uri | None = None


class RecordsAnswer(msgspec.Struct, frozen=True):
    """Public records in the order of their last change."""

    items: tuple[RecordItem, ...]
    next: Next


class RunItem(msgspec.Struct, frozen=True):
    """A harvest run, as far as it concerns published records."""

    id: int
    status: str
    started: str
    ended: str | None
    complete: bool
    published: int
    changed: int
    withdrawn: int


class ProblemItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """How often a problem occurs among the published records of a source."""

    code: str
    path: str
    severity: str
    message: str
    count: int
    value: str | None = None


class SourceItem(msgspec.Struct, frozen=True):
    """A province's listing: who answers for it, under which licence and on which legal basis it is public."""

    iri: Uri
    id: str
    title: Title
    region: str
    publisher: Title
    homepage: str
    licence: str
    fictional: bool
    disclosure: str
    declaration: Declaration | None
    published: dict[str, int]
    last_success: str | None


class SourcesAnswer(msgspec.Struct, frozen=True):
    items: tuple[SourceItem, ...]


class SourceAnswer(msgspec.Struct, frozen=True):
    source: SourceItem
    runs: tuple[RunItem, ...]
    problems: tuple[ProblemItem, ...]


class ChangesAnswer(msgspec.Struct, frozen=True):
    """The change log after a number; `next` is null when there is no more yet: ask again with the last `seq`."""

    changes: tuple[Change, ...]
    next: Next
    last: Annotated[int, msgspec.Meta(description="The newest `seq` there is; 0 in an empty log.")]
