"""Everything that is public as one dataset, with the files of the newest dump as its distributions.

It is the dataset that the statistics describe, under the same address.
"""

from collections.abc import Iterator

from federation.source import Name
from publish.dcat import authority
from publish.dcat.authority import Key, entry
from publish.dcat.nodes import address, both, joint_dataset, media_type, standard
from publish.dcat.profile import Profile
from publish.dumps.download import PACKED
from publish.dumps.offer import PATH, DumpItem, FileItem
from publish.services import Services
from vocab.kinds import KINDS
from vocab.rdf.graph import Graph
from vocab.rdf.statistics import dataset
from vocab.rdf.terms import external, moment, string, typed

FORMATS: dict[str, tuple[Key, str, str]] = {
    "jsonl": (authority.JSON, "JSON Lines", "JSON Lines"),
    "csv": (authority.CSV, "CSV 表格", "CSV"),
    "xlsx": (authority.XLSX, "Excel 工作簿", "Excel workbook"),
    "nq": (authority.N_QUADS, "N-Quads", "N-Quads"),
    "ttl": (authority.TURTLE, "Turtle", "Turtle"),
}
REGISTERED = frozenset(
    {"text/csv", "application/n-quads", "text/turtle"}
)  # JSON Lines is not, and XLSX is one with its name
TITLE = Name("全部公开记录", "All public records")
SHA256 = "spdx:checksumAlgorithm_sha256"


def describe(graph: Graph, dump: DumpItem, services: Services, contact: str, profile: Profile) -> str:
    """The term of the dataset, which is described."""
    node = dataset(services.namespaces)
    joint_dataset(graph, node, services, contact)
    graph.type(node, "void:Dataset")
    both(graph, node, "dcterms:title", TITLE)
    zh = f"各来源全部公开记录的整包文件，共 {dump.records} 条，截至第 {dump.seq} 号变更。"
    en = f"Everything that the sources publish, {dump.records} records as of change {dump.seq}, as files."
    both(graph, node, "dcterms:description", Name(zh, en))
    graph.add(node, "dcterms:identifier", string("all"))
    graph.add(node, "void:entities", typed(str(dump.records), "integer"))
    if dump.at:
        graph.add(node, "dcterms:modified", moment(dump.at))
    graph.add(node, "dcat:landingPage", _page(graph, services))
    for distribution in _distributions(graph, dump, services, profile):
        graph.add(node, "dcat:distribution", distribution)
    return node


def record(graph: Graph, node: str, dump: DumpItem, profile: Profile) -> str:
    """The term of the catalogue's record of the dataset, which is described."""
    found = f"<{graph.iri}#record-all>"
    graph.type(found, "dcat:CatalogRecord")
    graph.add(found, "foaf:primaryTopic", node)
    graph.add(found, "dcterms:modified", moment(dump.written))
    graph.add(found, "dcterms:conformsTo", standard(graph, profile.iri, f"DCAT-AP {profile.number}"))
    return found


def _distributions(graph: Graph, dump: DumpItem, services: Services, profile: Profile) -> Iterator[str]:
    """Without the files of kinds that have no records."""
    for file in dump.files:
        if file.format and (file.records or not file.kind):
            yield _distribution(graph, dump, file, services, profile)


def _distribution(graph: Graph, dump: DumpItem, file: FileItem, services: Services, profile: Profile) -> str:
    node = f"<{graph.iri}#dump-{file.name}>"
    graph.type(node, "dcat:Distribution")
    form, zh, en = FORMATS[file.format]
    kind = KINDS.get(file.kind)
    title = Name(f"{zh}（{kind.zh}）", f"{en} ({kind.en})") if kind else Name(zh, en)
    both(graph, node, "dcterms:title", title)
    both(graph, node, "dcterms:description", Name(f"{file.records} 条记录。", f"{file.records} records."))
    graph.add(node, "dcat:accessURL", _page(graph, services))
    graph.add(node, "dcat:downloadURL", address(graph, file.url.removeprefix(services.settings.base_url), services))
    graph.add(node, "dcat:byteSize", typed(str(file.bytes), profile.size))
    graph.add(node, "dcterms:format", entry(graph, form))
    if file.media_type in REGISTERED:
        graph.add(node, "dcat:mediaType", media_type(graph, file.media_type))
    if file.compression:
        graph.add(node, "dcat:compressFormat", media_type(graph, PACKED[file.compression]))
    if profile.sha256:
        graph.add(node, "spdx:checksum", _checksum(graph, file))
    graph.add(node, "dcterms:issued", moment(dump.written))
    graph.add(node, "dcatap:availability", entry(graph, authority.AVAILABLE))
    return node


def _checksum(graph: Graph, file: FileItem) -> str:
    node = f"<{graph.iri}#sum-{file.name}>"
    graph.type(node, "spdx:Checksum")
    graph.add(node, "spdx:algorithm", graph.terms.name(SHA256))
    graph.add(node, "spdx:checksumValue", typed(file.sha256, "hexBinary"))
    graph.type(graph.terms.name(SHA256), "spdx:ChecksumAlgorithm")
    return node


def _page(graph: Graph, services: Services) -> str:
    node = external(services.settings.base_url + PATH) or ""
    graph.type(node, "rdfs:Resource")
    graph.type(node, "foaf:Document")
    return node
