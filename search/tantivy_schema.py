"""The tantivy schema of a search document."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import msgspec
import tantivy

from search.base import FACETS
from search.indexed import RUNS, SEPARATOR, SETS, DocumentMaker, facet_field
from search.weights import WORD_FIELDS
from vocab.document import SearchDocument

PLAIN = b"="
OF_TITLE = f"{SEPARATOR}t{SEPARATOR}"
_DECODER = msgspec.json.Decoder(SearchDocument)


@cache
def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("iri", "holds", "identifiers", "suggest", "suggest_titles"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in WORD_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in RUNS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in SETS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    for name in FACETS:
        builder.add_text_field(facet_field(name), tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field("cluster", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("day", fast=True)  # ranges of numbers are read from their columns
    builder.add_float_field("price", fast=True)
    builder.add_integer_field("by_date", fast=True)
    builder.add_text_field("by_title", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_float_field("newness", fast=True)
    builder.add_bytes_field("document", stored=True)
    return _lean(builder.build())


def _lean(full: tantivy.Schema) -> tantivy.Schema:
    """Without an index of what is only sorted by. The binding makes one of every text and has no option for it; but a schema is
    pickled as what the engine writes of it, which has."""
    pickled: Any = full.__reduce__()
    remake, (told,) = pickled
    for field in told["inner"]:
        if field["name"] == "by_title":
            del field["options"]["indexing"]
    schema: tantivy.Schema = remake(told)
    return schema


def made(maker: DocumentMaker, documents: Sequence[SearchDocument]) -> Iterator[tantivy.Document]:
    for document, (values, plain) in zip(documents, maker.values(documents), strict=True):
        out = tantivy.Document(**_parted(values))
        flag = PLAIN if plain else b"?"
        out.add_bytes("document", flag + msgspec.json.encode(document))  # as a value it would be tried as a text first
        yield out


def _parted(values: dict[str, object]) -> dict[str, object]:
    """The terms of titles by themselves: there are as many as records, and each leads to one."""
    terms: list[str] = values["suggest"]  # type: ignore[assignment]  # what DocumentMaker makes of a document
    titles = [term for term in terms if OF_TITLE in term]
    return {**values, "suggest": [term for term in terms if OF_TITLE not in term], "suggest_titles": titles}


def stored(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> tuple[SearchDocument, bool]:
    """(document, whether its texts can be marked directly)"""
    body: bytes = searcher.doc(address)["document"][0]
    return _DECODER.decode(memoryview(body)[1:]), body[:1] == PLAIN
