"""The catalogue with one page of its datasets. The pages together are the whole; what they have in common each of them says."""

from collections.abc import Iterator, Sequence

import msgspec
import pyoxigraph

from federation.source import Name
from publish.dcat import authority, whole, years
from publish.dcat.authority import entry, scheme
from publish.dcat.dataset import describe, record
from publish.dcat.doors import DOORS, Door
from publish.dcat.facts import Facts
from publish.dcat.nodes import address, both, document, publisher, standard
from publish.dcat.profile import NEWEST, Profile
from publish.dcat.years import Year
from publish.dumps.offer import DumpItem
from publish.links import safe
from publish.services import Services
from vocab.rdf.graph import Graph, Terms
from vocab.rdf.statistics import address as statistics
from vocab.rdf.terms import external, moment, string, tagged, typed

PATH = "/catalog"
TITLE = Name("数据目录", "Data catalogue")
DESCRIPTION = Name(
    "各来源公开的政府资助科技成果，每个来源一个数据集，附下载地址与数据服务。",
    "Results of publicly funded research and development, a dataset for each source, with downloads and data services.",
)


class Leaf(msgspec.Struct, frozen=True):
    """A page of the catalogue. `links`: first, last, next or previous -> address. `changed`: of the whole, RFC 3339."""

    address: str
    links: dict[str, str]
    total: int
    facts: Sequence[Facts]
    changed: str = ""
    issued: str = ""
    dump: DumpItem | None = None  # of everything; the first page has it
    years: Sequence[Year] = ()  # the first page has them
    profile: Profile = NEWEST


def triples(leaf: Leaf, services: Services) -> Iterator[pyoxigraph.Triple]:
    graph = Graph(Terms(services.namespaces), f"{services.namespaces.base}{PATH}")
    contact = _contact(graph, services)
    _catalogue(graph, leaf, services)
    datasets = []
    for facts in leaf.facts:
        datasets.append(describe(graph, facts, services, contact))
        graph.add(graph.subject, "dcat:dataset", datasets[-1])
        graph.add(graph.subject, "dcat:record", record(graph, datasets[-1], facts, leaf.profile))
    if leaf.dump:
        datasets.append(whole.describe(graph, leaf.dump, services, contact, leaf.profile))
        graph.add(graph.subject, "dcat:dataset", datasets[-1])
        graph.add(graph.subject, "dcat:record", whole.record(graph, datasets[-1], leaf.dump, leaf.profile))
    for node in years.describe(graph, leaf.years, services, contact):
        graph.add(graph.subject, "dcat:dataset", node)
    for door in DOORS:
        graph.add(graph.subject, "dcat:service", _service(graph, door, datasets, contact, services))
    _page(graph, leaf)
    body = " .\n".join(dict.fromkeys(graph.lines)) + " .\n"
    for quad in pyoxigraph.parse(body.encode(), format=pyoxigraph.RdfFormat.N_TRIPLES):
        yield quad.triple


def _catalogue(graph: Graph, leaf: Leaf, services: Services) -> None:
    node, title = graph.subject, services.settings.title
    graph.type(node, "dcat:Catalog")
    english = f"{TITLE.en}: {title.en}" if title.en else TITLE.en
    both(graph, node, "dcterms:title", Name(f"{title.zh}{TITLE.zh}", english))
    both(graph, node, "dcterms:description", DESCRIPTION)
    graph.add(node, "dcterms:publisher", publisher(graph, title))
    for language in (authority.CHINESE, authority.ENGLISH):
        graph.add(node, "dcterms:language", entry(graph, language))
    graph.add(node, "dcterms:spatial", entry(graph, authority.CHINA))
    graph.add(node, "dcat:themeTaxonomy", scheme(graph, authority.TECHNOLOGY[0]))
    if home := document(graph, f"{services.settings.base_url}/"):
        graph.add(node, "foaf:homepage", home)
    if leaf.changed:
        graph.add(node, "dcterms:modified", moment(leaf.changed))
        graph.add(node, "dcterms:issued", moment(leaf.issued))
    graph.add(node, "rdfs:seeAlso", f"<{statistics(services.namespaces)}>")


def _page(graph: Graph, leaf: Leaf) -> None:
    """How the pages hang together (https://www.hydra-cg.com/spec/latest/core/#collections)."""
    view = f"<{leaf.address}>"
    graph.type(graph.subject, "hydra:Collection")
    graph.add(graph.subject, "hydra:totalItems", typed(str(leaf.total), "integer"))
    graph.add(graph.subject, "hydra:view", view)
    graph.type(view, "hydra:PartialCollectionView")
    for name, other in leaf.links.items():
        graph.add(view, f"hydra:{name}", f"<{other}>")


def _contact(graph: Graph, services: Services) -> str:
    """Whom to ask: the site's contact, an e-mail address or a page; without one, the page about the site."""
    node, given = f"<{graph.iri}#contact>", services.settings.contact.strip().removeprefix("mailto:")
    graph.type(node, "vcard:Kind")
    graph.type(node, "vcard:Organization")
    both(graph, node, "vcard:fn", services.settings.title)
    mail = external(f"mailto:{given}") if "@" in given and not safe(given) else None
    page = external(given) if safe(given) else None
    if mail:
        graph.add(node, "vcard:hasEmail", mail)
    else:
        graph.add(node, "vcard:hasURL", page or f"<{services.settings.base_url}/about>")
    return node


def _service(graph: Graph, door: Door, datasets: Sequence[str], contact: str, services: Services) -> str:
    node, site = f"<{graph.iri}#service-{door.name}>", services.settings.base_url
    graph.type(node, "dcat:DataService")
    both(graph, node, "dcterms:title", Name(door.zh, door.en))
    both(graph, node, "dcterms:description", Name(door.zh_text, door.en_text))
    graph.add(node, "dcterms:identifier", string(door.name))
    graph.add(node, "dcat:endpointURL", address(graph, door.address, services))
    graph.add(node, "dcat:endpointDescription", address(graph, door.description, services))
    graph.add(node, "dcterms:conformsTo", standard(graph, *door.standard))
    graph.add(node, "dcterms:publisher", publisher(graph, services.settings.title))
    graph.add(node, "dcat:contactPoint", contact)
    graph.add(node, "dcat:theme", entry(graph, authority.TECHNOLOGY))
    graph.add(node, "dcat:keyword", tagged("科技成果", "zh"))
    graph.add(node, "dcat:keyword", tagged("research results", "en"))
    graph.add(node, "dcterms:accessRights", entry(graph, authority.PUBLIC))
    if about := document(graph, f"{site}/about"):
        graph.add(node, "dcat:landingPage", about)
    for dataset in datasets:
        graph.add(node, "dcat:servesDataset", dataset)
    return node
