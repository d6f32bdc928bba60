"""Real data as it would come over the wire: OAI-PMH records, CKAN packages, a CSV in GB 18030."""

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tests.harvesters.servers.oai import OaiRecord

CHINESE = re.compile(r"[\u4e00-\u9fff]")
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
STAMP = "2022-09-30T00:00:00Z"


def chinaxiv(shared: Path, every: int = 1) -> list[OaiRecord]:
    """Every nth paper as oai_dc."""
    return [
        OaiRecord(f"oai:{paper['id']}v{paper['version']}", STAMP, dublin_core(paper))
        for paper in list(_lines(shared / "data/chinaxiv/papers-A.jsonl.gz"))[::every]
    ]


def data_gov(shared: Path, every: int = 1) -> list[dict[str, Any]]:
    return list(_lines(shared / "data/ckan-data-gov/packages-A.jsonl.gz"))[::every]


def nssfc(shared: Path, every: int = 1) -> bytes:
    """The CSV in GB 18030, every nth row. The owner's file is UTF-8; his portal and its like serve GB."""
    with gzip.open(shared / "data/cn-projects/nssfc-social-science-projects-A.csv.gz", "rt", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows[::every]])
    return text.getvalue().encode("gb18030")


def dublin_core(paper: dict[str, Any]) -> str:
    elements = [
        *_element("title", paper["title"]),
        *_element("creator", paper["byline_raw"]),
        *_element("description", paper["abstract_zh"], "zh"),
        *_element("description", paper["abstract_en"], "en"),
        *(e for word in paper["keywords_zh"] or () for e in _element("subject", word)),
        *_element("source", paper["body_start"]),
        *_element("identifier", paper["doi"]),
        *_element("coverage", paper["clc"]),
        f"<dc:date>{paper['id'][9:13]}-{paper['id'][13:15]}</dc:date><dc:publisher>ChinaXiv</dc:publisher>",
    ]
    return (
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/">{"".join(elements)}</oai_dc:dc>'
    )


def _element(name: str, value: str | None, language: str | None = None) -> Iterator[str]:
    if value:
        tongue = language or ("zh" if CHINESE.search(value) else "en")
        yield f'<dc:{name} xml:lang="{tongue}">{escape(UNWRITABLE.sub("", value))}</dc:{name}>'


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rb") as file:
        yield from (json.loads(line) for line in file)
