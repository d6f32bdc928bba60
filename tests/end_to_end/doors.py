"""The doors behind which one record is seen, from its page to the dump."""

from collections.abc import Callable

import zstandard

from tests.end_to_end.node import Portal

Look = Callable[[Portal, str, str], bool]  # at a record's permanent address and its title


def shown(portal: Portal, iri: str, title: str) -> set[str]:
    """Those behind which it is seen now."""
    return {door for door, look in DOORS.items() if look(portal, iri, title)}


def _reading(address: str, accept: str = "*/*", find: str = "TITLE", **asked: str) -> Look:
    """Whether it is told there. `IRI`, `DATA`, `PAGE`, `TITLE` and `PHRASE` stand for those of the record."""

    def look(portal: Portal, iri: str, title: str) -> bool:
        path = iri.removeprefix(f"{portal.base}/id")
        words = {"IRI": iri, "DATA": f"{iri}.json", "PAGE": path, "TITLE": title, "PHRASE": f'"{title}"'}
        query = {name: words.get(value, value) for name, value in asked.items()}
        return words[find] in portal.get(words.get(address, address), accept, **query).text

    return look


def _searched(portal: Portal, iri: str, title: str) -> bool:
    return iri in {item["iri"] for item in portal.search(q=f'"{title}"')["items"]}


def _in_graph(portal: Portal, iri: str, title: str) -> bool:
    return bool(portal.select(f"SELECT ?o {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"))


def _listed(portal: Portal, iri: str, title: str) -> bool:
    return iri in {record["iri"] for record in portal.records()}


def _among(*paths: str) -> Look:
    """In one of these pages of a feed, which are cut by the numbers of changes."""
    return lambda portal, iri, title: any(title in portal.get(path).text for path in paths)


def _dumped(portal: Portal, iri: str, title: str) -> bool:
    led = portal.get("/dumps/latest/records.jsonl.zst")
    if led.status_code != 302:
        return False
    file = portal.get(led.headers["location"])
    return file.status_code == 200 and title.encode() in zstandard.ZstdDecompressor().decompressobj().decompress(
        file.content
    )


DOORS: dict[str, Look] = {
    "page": _reading("PAGE", "text/html"),
    "data": _reading("DATA"),
    "API": _listed,
    "search": _searched,
    "search page": _reading("/search", "text/html", find="PAGE", q="PHRASE"),
    "SPARQL": _in_graph,
    "OAI-PMH": _reading("/oai", verb="GetRecord", metadataPrefix="oai_dc", identifier="IRI"),
    "CKAN": _reading("/api/3/action/package_search", find="IRI", q="PHRASE"),
    "Atom": _among("/feed.atom", "/feed.atom?page=0"),
    "stream": _among("/feed/records/page/0.nq", "/feed/records/page/1.nq"),
    "dump": _dumped,
}
