"""The reading contracts in memory, over the samples: small, but true to what the contracts promise."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pyoxigraph
from starlette.applications import Starlette

from federation.graph.base import GraphAnswer, GraphUnavailable, QueryRefused
from federation.ledger import Ledger
from federation.projection import Projection
from federation.selection import Listed, Order, Selection
from federation.source import Source
from federation.views import (
    Change,
    Event,
    Memento,
    Move,
    ProblemCount,
    Run,
    RunCounts,
    RunStatus,
    SourceStatus,
    Tombstone,
)
from publish.app import create_app
from publish.services import Services
from publish.settings import SiteSettings
from search.base import BadQuery, FacetCount, Hit, Page, Query, SearchIndex, SearchUnavailable, Sort, Suggestion
from tests.publish import samples
from vocab.document import SearchDocument
from vocab.kinds import KINDS, encode_record
from vocab.namespaces import Namespaces
from vocab.problem import Severity
from vocab.public import PublicRecord
from vocab.quality import Facts, Report, Sum
from vocab.rdf import triples

WITHDRAWN = samples.NAMESPACES.record("achievement", "cn-33", "withdrawn")

MOVED = samples.NAMESPACES.record("achievement", "cn-33", "moved")
MOVED_AND_GONE = samples.NAMESPACES.record("achievement", "cn-33", "moved and gone")


class MemoryView:
    """`PublicView` over a list of records and one tombstone; `moved`: addresses that lead to others."""

    def __init__(self, records: Sequence[PublicRecord]) -> None:
        self._records = {r.iri: r for r in records}
        self.moved: dict[str, str] = {MOVED: records[0].iri, MOVED_AND_GONE: WITHDRAWN} if records else {}
        seq = len(records) + 1
        self._stone = Tombstone(WITHDRAWN, "achievement", "cn-33", 2, seq, "2026-11-21T08:30:00Z", "cl22/5")

    def record(self, iri: str) -> PublicRecord | None:
        return self._records.get(iri)

    def records(self, iris: Sequence[str]) -> dict[str, PublicRecord]:
        return {iri: self._records[iri] for iri in iris if iri in self._records}

    def page(self, after: int, limit: int, kind: str | None = None) -> list[PublicRecord]:
        found = [r for r in self._records.values() if r.seq > after and kind in (None, r.kind)]
        return sorted(found, key=lambda r: r.seq)[:limit]

    def tombstone(self, iri: str) -> Tombstone | None:
        return self._stone if iri == WITHDRAWN else None

    def living(self, iri: str) -> str | None:
        return self.moved.get(iri)

    def versions(self, iri: str) -> list[Memento]:
        found = self._records.get(iri)
        return [Memento(found.version, found.at, found.digest)] if found else []

    def version(self, iri: str, number: int) -> PublicRecord | None:
        found = self._records.get(iri)
        return found if found and found.version == number else None

    def removed(self, iri: str, number: int) -> Tombstone | None:
        return None

    def changes(self, after: int, limit: int) -> list[Change]:
        log = [Change(r.seq, r.at, Event.PUBLISHED, r.kind, r.iri, r.version) for r in self.page(0, 10**6)]
        stone = self._stone
        log.append(Change(stone.seq, stone.at, Event.WITHDRAWN, stone.kind, stone.iri, stone.version))
        return [c for c in log if c.seq > after][:limit]

    def moves(self, after: int, limit: int) -> list[Move]:
        return [Move(c.seq, c.at, 0) for c in self.changes(after, limit)]

    def listed(self, selection: Selection, after: int, limit: int) -> list[Listed]:
        stone = self._stone
        gone = Listed(stone.iri, stone.kind, stone.source, stone.version, stone.seq, stone.at)
        found = [one for one in (*self._listings(), gone) if one.seq > after and _selected(one, selection)]
        return sorted(found, key=lambda one: one.seq)[:limit]

    def latest(self, selection: Selection, before: int, limit: int) -> list[Listed]:
        return [one for one in reversed(self.listed(selection, 0, 10**6)) if one.seq < before][:limit]

    def size(self, selection: Selection) -> int:
        return len(self.listed(selection, 0, 10**6))

    def window(self, selection: Selection, order: Order, start: int, limit: int) -> list[Listed]:
        found = [one for one in self._listings() if _selected(one, selection)]
        by_address = order in (Order.ADDRESS, Order.ADDRESS_DOWN)
        found.sort(key=lambda one: (one.iri if by_address else "", one.seq), reverse=order.endswith("down"))
        return found[start : start + limit]

    def count(self, selection: Selection) -> int:
        return len(self.window(selection, Order.CHANGED, 0, 10**6))

    def published_sources(self) -> list[tuple[str, int]]:
        return sorted(Counter(r.source for r in self._records.values()).items())

    def _listings(self) -> list[Listed]:
        return [
            Listed(r.iri, r.kind, r.source, r.version, r.seq, r.at, r.first, r.digest, encode_record(r.record))
            for r in self._records.values()
        ]

    def last_seq(self) -> int:
        return self._stone.seq

    def last_withdrawal(self, after: int) -> int:
        return max((c.seq for c in self.changes(after, 10_000) if c.event is Event.WITHDRAWN), default=0)

    def counts(self) -> dict[str, int]:
        return dict(Counter(r.kind for r in self._records.values()))


def _selected(one: Listed, selection: Selection) -> bool:
    chosen = ((selection.kinds, one.kind), (selection.sources, one.source), (selection.iris, one.iri))
    in_time = one.at >= selection.since and (not selection.before or one.at < selection.before)
    return in_time and all(not values or value in values for values, value in chosen)


class MemorySources:
    """`SourceView` with one run per source and a few problems."""

    def __init__(self, records: Sequence[PublicRecord]) -> None:
        self._counts = defaultdict[str, Counter[str]](Counter)
        for record in records:
            self._counts[record.source][record.kind] += 1
        self._now = datetime.now(UTC)
        self._records = records

    def quality(self, source: str) -> Report:
        total = Sum()
        for one in self._records:
            if one.source == source:
                first = datetime.fromisoformat(one.first).date()
                total.add(Facts(one.record, frozenset(), first, self._now.date()), one.at[:7])
        return total.report(source, self._now.isoformat())

    def quality_months(self, source: str) -> list[str]:
        return ["2026-10", "2026-09"]

    def quality_of(self, source: str, month: str) -> Report | None:
        """As it is now, but less of it."""
        if month not in self.quality_months(source):
            return None
        total, at = Sum(), f"{month}-30T16:10:00.000Z"
        for one in [record for record in self._records if record.source == source][:1]:
            total.add(Facts(one.record, frozenset(), self._now.date(), self._now.date()), month)
        return total.report(source, at)

    def source(self, source: str) -> SourceStatus:
        runs = self.runs(source)
        return SourceStatus(source, dict(self._counts[source]), runs[0], runs[0].ended, runs[-1].started)

    def runs(self, source: str, limit: int = 10) -> list[Run]:
        counts = RunCounts(seen=99, published=self._counts[source].total(), changed=2, refused=413_141, rejected=7)
        states = (RunStatus.DONE, RunStatus.HELD, RunStatus.FAILED)
        times = [(self._now - timedelta(hours=3 + 24 * i)).isoformat() for i in range(len(states))]
        found = zip(states, times, strict=True)
        return [Run(9 - i, source, s, t, t, True, counts, "internal detail") for i, (s, t) in enumerate(found)][:limit]

    def problems(self, source: str, limit: int = 100) -> list[ProblemCount]:
        unknown = ProblemCount("unknown-code", "stage", Severity.WARNING, "代码表 CL-04 中没有这个值", 12, "孵化期")
        return [unknown, ProblemCount("date-order", "completedOn", Severity.WARNING, "完成日期早于起始日期", 3)][:limit]


class MemoryProjection:
    """What search and graph share."""

    name = "memory"
    generation = "1"

    def put(self, batch: Sequence[PublicRecord]) -> None:
        raise AssertionError("the site never writes")

    def remove(self, iris: Sequence[str]) -> None:
        raise AssertionError("the site never writes")

    def commit(self) -> None:
        raise AssertionError("the site never writes")

    def contents(self) -> Iterator[tuple[str, int]]:
        return iter(())

    def close(self) -> None:
        """Nothing is open."""


class MemoryIndex(MemoryProjection):
    """`SearchIndex` by substring; `down` makes it unavailable."""

    def __init__(self, records: Sequence[PublicRecord]) -> None:
        self.documents = [KINDS[r.kind].document(r) for r in records]
        self.down = False

    def fresh(self) -> SearchIndex:
        raise AssertionError("the site never rebuilds")

    def swap(self, twin: SearchIndex) -> None:
        raise AssertionError("the site never rebuilds")

    def search(self, query: Query) -> Page:
        if self.down:
            raise SearchUnavailable("the index at /secret/path is being rebuilt")
        if query.cursor is not None and not (query.cursor.isascii() and query.cursor.isdigit()):
            raise BadQuery(f"cursor {query.cursor[:20]!r} was not made by this index")
        found = [d for d in self.documents if _matches(d, query)]
        found.sort(key=lambda d: d.sort_date, reverse=query.sort is Sort.NEWEST)
        start = int(query.cursor or 0)
        hits = tuple(_hit(d, query.text.strip('"')) for d in found[start : start + query.size])
        more = start + query.size < len(found)
        facets = {name: _counts(self._but(query, name), name, query.facet_size) for name in query.facets}
        return Page(len(found), hits, facets, str(start + query.size) if more else None, relaxed="~" in query.text)

    def among(self, query: Query, iris: Sequence[str]) -> frozenset[str]:
        return frozenset(d.iri for d in self.documents if d.iri in set(iris) and _matches(d, query))

    def _but(self, query: Query, name: str) -> list[SearchDocument]:
        """What a facet is counted over: all filters but its own, so that several of its values can be chosen."""
        others = {facet: values for facet, values in query.filters.items() if facet != name}
        return [d for d in self.documents if _matches(d, Query(query.text, others))]

    def suggest(self, prefix: str, size: int = 8) -> list[Suggestion]:
        found = (d for d in self.documents if d.title_zh.startswith(prefix))
        return [Suggestion(d.title_zh, d.kind, d.iri) for d in found][:size]

    def similar(self, iri: str, size: int = 5) -> list[Hit]:
        if self.down:
            raise SearchUnavailable("the index is being rebuilt")
        return [_hit(d, "") for d in self.documents if d.iri != iri][:size]


class MemoryGraph(MemoryProjection):
    """`GraphStore` over an in-memory store; `down` makes it unavailable."""

    def __init__(self, records: Sequence[PublicRecord]) -> None:
        self.store = pyoxigraph.Store()
        self.down = False
        for record in records:
            graph = pyoxigraph.NamedNode(record.iri)
            lines = (
                pyoxigraph.Quad(t.subject, t.predicate, t.object, graph) for t in triples(record, samples.NAMESPACES)
            )
            self.store.bulk_extend(lines)

    def fresh(self) -> Projection:
        raise AssertionError("the site never rebuilds")

    def swap(self, twin: Projection) -> None:
        raise AssertionError("the site never rebuilds")

    def query(
        self, query: str, accept: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> GraphAnswer:
        if self.down:
            raise GraphUnavailable("store at 127.0.0.1:7878 does not answer")
        try:
            found = self.store.query(query, use_default_graph_as_union=True)
        except SyntaxError as error:
            raise QueryRefused(str(error)) from error
        if isinstance(found, pyoxigraph.QueryTriples):
            body = found.serialize(format=pyoxigraph.RdfFormat.from_media_type(accept))
        else:
            body = found.serialize(format=pyoxigraph.QueryResultsFormat.JSON)
        return GraphAnswer(accept, body or b"")


def _matches(document: SearchDocument, query: Query) -> bool:
    text = query.text.strip('"').strip("~")
    texts = (document.title_zh, document.title_en, document.abstract, *document.orgs, *document.keywords)
    wanted = (set(values) & set(document.facets.get(name, ())) for name, values in query.filters.items())
    return all(wanted) and any(text.casefold() in t.casefold() for t in texts)


def _hit(document: SearchDocument, text: str) -> Hit:
    before, found, after = document.title_zh.partition(text) if text else (document.title_zh, "", "")
    pieces = tuple((part, part == found) for part in (before, found, after) if part)
    return Hit(document, 1.0, {"title": pieces} if found else {})


def _counts(found: Sequence[SearchDocument], name: str, size: int) -> tuple[FacetCount, ...]:
    counts = Counter(value for d in found for value in d.facets.get(name, ()))
    return tuple(FacetCount(value, count) for value, count in counts.most_common(size))


def settings(**changes: object) -> SiteSettings:
    values: dict[str, object] = {"base_url": samples.BASE, "demo": True, "contact": "open@example.cn", **changes}
    return SiteSettings(**values)  # type: ignore[arg-type]


def services(records: Sequence[PublicRecord] | None = None, site: SiteSettings | None = None) -> Services:
    """The site's services over these records (all samples by default)."""
    public = samples.everything() if records is None else records
    return Services(
        view=MemoryView(public),
        sources_view=MemorySources(public),
        sources=samples.SOURCES,
        index=MemoryIndex(public),
        graph=MemoryGraph(public),
        namespaces=samples.NAMESPACES,
        settings=site or settings(),
    )


def over(ledger: Ledger, source: Source, base: str, index: SearchIndex | None = None, **changes: object) -> Services:
    """The site's services over a real ledger with records of one source; what is not given is empty."""
    return Services(
        view=ledger,
        sources_view=ledger,
        sources={source.id: source},
        index=index or MemoryIndex([]),
        graph=MemoryGraph([]),
        namespaces=Namespaces(base),
        settings=settings(base_url=base, demo=False, **changes),
        offers=ledger.offers,
    )


def app(records: Sequence[PublicRecord] | None = None, **changes: object) -> Starlette:
    """The whole site over these records, with settings changed."""
    return create_app(services(records, settings(**changes)))
