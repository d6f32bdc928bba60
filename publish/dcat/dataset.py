"""A source as a dcat:Dataset, and the record that the catalogue keeps of it."""

from datetime import timedelta

from federation.clock import now
from federation.source import Name, Source
from publish.dcat import authority
from publish.dcat.authority import Key, described, entry
from publish.dcat.distribution import distribution, forms
from publish.dcat.facts import Facts
from publish.dcat.nodes import both, dataset, document, period, standard
from publish.dcat.profile import Profile
from publish.dcat.themes import themes
from publish.labels import kind_label
from publish.languages import Lang
from publish.services import Services
from vocab.codes import Concept, concept
from vocab.crosswalks import matches
from vocab.namespaces import REGION_SCHEME
from vocab.rdf.graph import Graph
from vocab.rdf.terms import moment, string, tagged, typed

INTERNATIONAL = "iso3166-2-cn"
PERIODS = (
    (timedelta(hours=1), authority.HOURLY),
    (timedelta(days=1), authority.DAILY),
    (timedelta(days=7), authority.WEEKLY),
    (timedelta(days=31), authority.MONTHLY),
)


def describe(graph: Graph, facts: Facts, services: Services, contact: str) -> str:
    """The term of the dataset, which is described. `contact` is the term of a contact point."""
    source, ns = facts.source, services.namespaces
    node = f"<{ns.source(source.id)}>"
    dataset(graph, node, source.publisher, contact)
    graph.type(node, "void:Dataset")
    _texts(graph, node, facts)
    graph.add(node, "dcterms:identifier", string(source.id))
    graph.add(node, "void:entities", typed(str(sum(facts.records.values())), "integer"))
    graph.add(node, "dcterms:modified", moment(facts.modified))
    if facts.issued:
        graph.add(node, "dcterms:issued", moment(facts.issued))
    for theme in themes(facts.fields):
        graph.add(node, "dcat:theme", described(graph, theme))
    graph.add(node, "dcterms:accrualPeriodicity", entry(graph, _frequency(source)))
    _places(graph, node, source)
    _period(graph, node, facts)
    _pages(graph, node, source, services)
    for form in forms(source):
        graph.add(node, "dcat:distribution", distribution(graph, form, source, services))
    return node


def record(graph: Graph, dataset: str, facts: Facts, profile: Profile) -> str:
    """The term of the catalogue's record of a dataset, which is described."""
    node = f"<{graph.iri}#record-{facts.source.id}>"
    graph.type(node, "dcat:CatalogRecord")
    graph.add(node, "foaf:primaryTopic", dataset)
    graph.add(node, "dcterms:modified", moment(facts.modified))
    if facts.issued:
        graph.add(node, "dcterms:issued", moment(facts.issued))
    graph.add(node, "dcterms:conformsTo", standard(graph, profile.iri, f"DCAT-AP {profile.number}"))
    return node


def _texts(graph: Graph, node: str, facts: Facts) -> None:
    source, count = facts.source, sum(facts.records.values())
    kinds = {lang: [kind_label(kind, lang) for kind in facts.records] for lang in Lang}
    fields = [found for code in facts.fields if (found := concept(code))]
    both(graph, node, "dcterms:title", source.title)
    zh = f"{source.publisher.zh}公开的科技成果数据（{'、'.join(kinds[Lang.ZH])}），共 {count} 条。"
    by = source.publisher.en or f"the publisher of {source.id}"
    en = f"What {by} publishes of its results in science and technology ({', '.join(kinds[Lang.EN])}): records in all {count}."
    if source.fictional:
        zh, en = f"演示用虚构数据。{zh}", f"Fictional, for demonstration. {en}"
    both(graph, node, "dcterms:description", Name(zh, en))
    for word in (*kinds[Lang.ZH], *(field.zh for field in fields)):
        graph.add(node, "dcat:keyword", tagged(word, "zh"))
    for word in (*kinds[Lang.EN], *(field.en for field in fields if field.en)):
        graph.add(node, "dcat:keyword", tagged(word, "en"))


def _places(graph: Graph, node: str, source: Source) -> None:
    place = graph.terms.region(source.region)
    if place.startswith("<"):  # else no code of a division
        graph.type(place, "dcterms:Location")
        if known := concept(f"{REGION_SCHEME}/{source.region}"):
            both(graph, place, "skos:prefLabel", Name(known.zh, known.en))
            for match in matches(known):
                if isinstance(match.target, Concept) and match.target.scheme == INTERNATIONAL:
                    graph.add(place, f"skos:{match.relation}", graph.terms.code(match.target.code))
                    graph.add(place, "skos:notation", string(match.target.notation))
        graph.add(node, "dcterms:spatial", place)


def _period(graph: Graph, node: str, facts: Facts) -> None:
    if facts.years is None:
        return
    graph.add(node, "dcterms:temporal", period(graph, f"<{graph.iri}#period-{facts.source.id}>", *facts.years))


def _pages(graph: Graph, node: str, source: Source, services: Services) -> None:
    """The source's own page on the web, what this site says of it, and how good it is."""
    if landing := document(graph, source.homepage):
        graph.add(node, "dcat:landingPage", landing)
    quality = f"<{services.namespaces.source(source.id)}/quality>"
    graph.type(quality, "dqv:QualityMetadata")
    graph.add(node, "dqv:hasQualityMetadata", quality)


def _frequency(source: Source) -> Key:
    """How often the source is read, which is as often as it can change here."""
    timing = source.timing()
    period = timing.period(now()) if timing else None
    return next((one for longest, one in PERIODS if period and period <= longest), authority.IRREGULAR)
