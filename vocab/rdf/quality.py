"""A quality report as linked data: W3C Data Quality Vocabulary (DQV), sections 5.1 (measurements) and 6.5 (metrics).

Every measurement is a share 0..1 computed on the source; those of a month say so by `dcterms:temporal`.
"""

from collections.abc import Iterator

import pyoxigraph

from vocab.namespaces import Namespaces
from vocab.quality import RULES, Dimension, Label, Report, Score
from vocab.rdf.graph import Graph, Terms
from vocab.rdf.terms import moment, tagged, typed

NAMES: dict[Dimension, Label] = {
    Dimension.FINDABILITY: Label("可发现", "Findability"),
    Dimension.COMPLETENESS: Label("完整", "Completeness"),
    Dimension.VALIDITY: Label("有效", "Validity"),
    Dimension.TIMELINESS: Label("及时", "Timeliness"),
    Dimension.REUSABILITY: Label("可重用", "Reusability"),
}
TOTAL = Label("总分", "Total")


def quality_triples(report: Report, ns: Namespaces, month: str = "") -> Iterator[pyoxigraph.Triple]:
    """The report, its measurements, and the metrics and dimensions they are of. `month`: of which past month it is."""
    body = " .\n".join(dict.fromkeys(_lines(report, ns, month))) + " .\n"
    for quad in pyoxigraph.parse(body.encode(), format=pyoxigraph.RdfFormat.N_TRIPLES):
        yield quad.triple


def _lines(report: Report, ns: Namespaces, of: str) -> list[str]:
    page = f"{ns.source(report.source)}/quality"
    graph = Graph(Terms(ns), f"{page}?month={of}" if of else page)
    source = f"<{ns.source(report.source)}>"
    graph.type(graph.subject, "dqv:QualityMetadata")
    graph.add(graph.subject, "prov:generatedAtTime", moment(report.at))
    graph.add(graph.subject, "foaf:primaryTopic", source)
    period = _period(graph, of) if of else None
    if period:
        graph.add(graph.subject, "dcterms:temporal", period)
    define(graph, ns)
    _scores(graph, ns, source, report.score, "", period)
    for rule, count in zip(RULES, report.rules, strict=True):
        if count.share is not None:
            _measure(graph, source, rule.id, count.share, _metric(ns, rule.id), period)
    for month in () if of else report.months:
        _scores(graph, ns, source, month.score, f"-{month.month}", _period(graph, month.month))
    return graph.lines


def _scores(graph: Graph, ns: Namespaces, source: str, score: Score, suffix: str, period: str | None) -> None:
    named = {dimension.value: share for dimension, share in score.dimensions.items()}
    if score.total is not None:
        named["total"] = score.total
    for name, share in named.items():
        _measure(graph, source, name + suffix, share, _metric(ns, name), period)


def _period(graph: Graph, month: str) -> str:
    node = f"<{graph.iri}#{month}>"
    graph.type(node, "dcterms:PeriodOfTime")
    graph.add(node, "dcat:startDate", typed(month, "gYearMonth"))
    graph.add(node, "dcat:endDate", typed(month, "gYearMonth"))
    return node


def _measure(graph: Graph, source: str, name: str, share: float, metric: str, period: str | None) -> None:
    node = f"<{graph.iri}#{name}>"
    graph.type(node, "dqv:QualityMeasurement")
    graph.add(node, "dqv:isMeasurementOf", metric)
    graph.add(node, "dqv:value", typed(f"{share:.4f}", "decimal"))
    graph.add(node, "dqv:computedOn", source)
    graph.add(source, "dqv:hasQualityMeasurement", node)
    if period:
        graph.add(node, "dcterms:temporal", period)


def define(graph: Graph, ns: Namespaces) -> None:
    """Say what every metric and dimension is."""
    for dimension, label in NAMES.items():
        node = f"<{ns.sta}quality-dimension-{dimension.value}>"
        graph.type(node, "dqv:Dimension")
        _labelled(graph, node, label)
        _define(graph, _metric(ns, dimension.value), label, node)
    _define(graph, _metric(ns, "total"), TOTAL, None)
    for rule in RULES:
        node = f"<{ns.sta}quality-dimension-{rule.dimension.value}>"
        _define(graph, _metric(ns, rule.id), rule.name, node)


def _define(graph: Graph, metric: str, label: Label, dimension: str | None) -> None:
    graph.type(metric, "dqv:Metric")
    _labelled(graph, metric, label)
    graph.add(metric, "dqv:expectedDataType", f"<{graph.terms.ns.expand('xsd:decimal')}>")
    if dimension is not None:
        graph.add(metric, "dqv:inDimension", dimension)


def _labelled(graph: Graph, node: str, label: Label) -> None:
    graph.add(node, "skos:prefLabel", tagged(label.zh, "zh"))
    graph.add(node, "skos:prefLabel", tagged(label.en, "en"))


def _metric(ns: Namespaces, name: str) -> str:
    return f"<{ns.sta}quality-{name}>"
