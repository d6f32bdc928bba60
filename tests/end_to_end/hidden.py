"""What the demonstration must never show: the hidden records of each day, and where anything could leak."""

import html as html_module
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import msgspec
import zstandard
from lxml import etree, html

from chengguo.demo.cases import CLASSIFIED, HARD, on_day
from chengguo.demo.platforms import PLATFORMS
from tests.end_to_end.node import Node, Portal
from vocab.kinds import KINDS

PHONE = ("13800000000", "138-0000-0000")
REFUSED = (11, 12, 13, 14, 15, 16, 17)  # Beijing's numbers, see chengguo.demo.cases
SECRET = (11, 12, 13, 14, 17)  # of these not even the raw record may be kept (E02)
EMBARGOED = 18
CLASSIFYING = {"beijing": "beijing", "shanghai": "shanghai", "guangdong": "guangdong", "hubei": "hubei"}
SUFFIXES = ("json", "jsonld", "ttl", "rdf", "nt")
# What further tells of a record, after its permanent address.
ABOUT = (".bib", ".ris", ".csl", ".txt", "/linkset", "/timemap", "/version/1", "/version/1.json")
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


class Hidden(msgspec.Struct, frozen=True):
    """A record that is not public. `words` are those that no public record holds."""

    source: str
    local_id: str
    title: str
    words: tuple[str, ...]


def hard_cases() -> dict[int, Hidden]:
    """The refused and deferred records of Beijing, from the first day on."""
    listing = {f.number: f for f in PLATFORMS["beijing"]().fictions(1)}
    cases = [listing[number] for number in HARD if number in (*REFUSED, EMBARGOED)]
    return {f.number: Hidden("beijing", f.local_id, f.title, (f.title, f.registration_no)) for f in cases}


def classified() -> list[Hidden]:
    """What became secret on the second day. A title counts when no other record has it on that day."""
    found = []
    titles = [f.title for name in PLATFORMS for f in on_day(PLATFORMS[name]().fictions(2), 2)]
    for source, name in CLASSIFYING.items():
        fiction = next(f for f in PLATFORMS[name]().fictions(1) if f.number == CLASSIFIED)
        own = (fiction.title,) if sum(fiction.title in title for title in titles) == 1 else ()
        found.append(Hidden(source, fiction.local_id, fiction.title, (*own, fiction.registration_no)))
    return found


# What of the addresses in a document of a feed leads to another one.
FEEDS = re.compile(r"http://[^<>\"#?]+/feed(?:/[^<>\"#?]+(?:\.nq|\.xml)|\.atom\?page=\d+)")


def public_texts(portal: Portal) -> Iterator[tuple[str, str]]:
    """Everything the node tells without being asked for a word: (door, text)."""
    for path in ("/", "/?lang=en", "/about", "/source", "/search", "/metrics", "/sparql", "/readyz", "/robots.txt"):
        yield path, portal.get(path, accept="text/html").text
    sources = portal.json("/api/v1/sources")
    yield "sources", msgspec.json.encode(sources).decode()
    for source in sources["items"]:
        yield f"page of {source['id']}", portal.get(f"/source/{source['id']}", accept="text/html").text
        yield f"source {source['id']}", portal.get(f"/api/v1/sources/{source['id']}").text
    for path, params in (
        ("/api/v1/records", {"size": "100"}),
        ("/api/v1/changes", {}),
        ("/api/v1/search", {"size": "100"}),
    ):
        for page in portal.pages(path, **params):
            yield path, msgspec.json.encode(page).decode()
    for address in addresses(portal.get("/sitemap.xml").content):
        yield address, portal.get(address).text
    yield from harvested(portal)
    yield from followed(portal)


def followed(portal: Portal) -> Iterator[tuple[str, str]]:
    """Every document that a change feed leads to."""
    todo, seen = ["/feed.atom", "/feed/ldes.nq", "/feed/records.nq", "/.well-known/resourcesync"], set[str]()
    while todo:
        address = todo.pop()
        if address not in seen:
            seen.add(address)
            text = portal.get(address).text
            yield address, text
            todo += [found.removeprefix(portal.base) for found in re.findall(FEEDS, html_module.unescape(text))]


def harvested(portal: Portal) -> Iterator[tuple[str, str]]:
    """What other networks' harvesters are given."""
    for verb in ("Identify", "ListSets", "ListMetadataFormats"):
        yield verb, portal.get("/oai", verb=verb).text
    for verb, prefix in (
        ("ListIdentifiers", "oai_dc"),
        *(("ListRecords", one) for one in ("oai_dc", "chengguo", "rdf")),
    ):
        asked = {"verb": verb, "metadataPrefix": prefix}
        while asked:
            text = portal.get("/oai", **asked).text
            yield f"{verb} {prefix}", text
            token = re.search("<resumptionToken[^>]*>([^<]+)<", text)
            asked = {"verb": verb, "resumptionToken": token[1]} if token else {}
    for action in ("package_list", "organization_list", "group_list", "tag_list", "license_list", "status_show"):
        yield action, portal.get(f"/api/3/action/{action}", all_fields="true").text
    yield "datasets", portal.get("/api/3/action/current_package_list_with_resources", limit="1000").text


def addresses(sitemap: bytes) -> list[str]:
    return [str(node.text) for node in etree.fromstring(sitemap).iter("{*}loc")]


def answers_to(portal: Portal, text: str) -> Iterator[tuple[str, str]]:
    """What search and suggestions give back for a text, without the echo of the question."""
    for asked in (text, f'"{text}"', text[: len(text) // 2 + 1]):
        found = portal.search(q=asked)
        for part in ("items", "facets"):
            yield f"search {part}", msgspec.json.encode(found[part]).decode()
        datasets = portal.json("/api/3/action/package_search", q=asked, rows="100")["result"]["results"]
        yield "package_search", msgspec.json.encode(datasets).decode()
        page = html.fromstring(portal.get("/search", q=asked, accept="text/html").text)
        for card in page.iter("article"):
            yield "search page", html.tostring(card, encoding="unicode")
    for length in range(1, len(text) + 1):
        given = portal.json("/api/v1/suggest", q=text[:length])["suggestions"]
        yield "suggest", msgspec.json.encode(given).decode()


def doors_of(iri: str, kinds: tuple[str, ...] = tuple(KINDS)) -> Iterator[str]:
    """Every address at which a record could be asked for."""
    _, _, local = iri.rpartition("/")
    for kind in kinds:
        yield f"/id/{kind}/{local}"
        yield f"/{kind}/{local}"
        yield f"/api/v1/records/{kind}/{local}"
        for ending in (*(f".{suffix}" for suffix in SUFFIXES), *ABOUT):
            yield f"/id/{kind}/{local}{ending}"
    yield f"/api/v1/records/{quote(iri, safe='')}"


def stored(home: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of the data folder as it lies on the disk, and every compressed body in the ledger, unpacked."""
    for path in sorted((home / "data").rglob("*")):
        if path.is_file():
            body = path.read_bytes()
            yield str(path.relative_to(home)), body
            if path.name.startswith("ledger.sqlite"):
                for found in re.finditer(re.escape(ZSTD_MAGIC), body):  # also in pages that SQLite has freed
                    yield f"{path.name} at {found.start()}", unpacked(body[found.start() : found.start() + 2**20])
    connection = sqlite3.connect(f"file:{home}/data/ledger.sqlite?mode=ro", uri=True)
    try:
        for table, column in (("raw", "body"), ("staged", "body"), ("version", "record"), ("published", "record")):
            for (body,) in connection.execute(f"select {column} from {table}"):
                yield table, zstandard.decompress(body) if body.startswith(ZSTD_MAGIC) else body
    finally:
        connection.close()


def unpacked(frame: bytes) -> bytes:
    """As much of a frame as is still there."""
    unpacking, found = zstandard.ZstdDecompressor().decompressobj(), b""
    try:
        for start in range(0, len(frame), 512):
            found += unpacking.decompress(frame[start : start + 512])
            if unpacking.eof:
                break
    except zstandard.ZstdError:
        return found
    return found


def hidden_iris(node: Node, hidden: list[Hidden]) -> set[str]:
    return {node.iri(h.source, h.local_id, kind) for h in hidden for kind in KINDS}
