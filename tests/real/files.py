"""Real files of portals, each handed to the harvester as its owner would serve it."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from harvesters import harvester
from harvesters.base import HarvestError, RawRecord, Unreadable
from tests.conftest import ROOT
from tests.harvesters.endpoints import endpoint
from tests.harvesters.servers.web import Asked, Reply, serving

PAGE = ROOT / "docs" / "reference" / "real-files.md"
FOLDERS = ("tw-open-data", "code-tables", "mqa", "cn-projects", "oai-pmh")
PAPERS = ("SOURCE.txt", "index.tsv", "mapping.txt")  # about the files, not of them
_ROW = re.compile(r"\| `([^`]+)` \| (?:`(.*)`)? ?\| ([\d,]+) \| ([\d,]+) \| (.*?) ?\|")
_SPLIT = re.compile(r"; (?=\w+ = )")

Outcome = tuple[int, int, str]  # records, unreadable ones, why it was refused


class Case:
    """A row of the page: a file, the options it is read with, and what becomes of it."""

    def __init__(self, path: str, options: str, outcome: Outcome) -> None:
        self.path, self.outcome = path, outcome
        self.options: dict[str, object] = tomllib.loads("\n".join(_SPLIT.split(options))) if options else {}


def cases() -> Iterator[Case]:
    """The rows of the page. What is counted in records is what a person would count: rows with a key, not headings."""
    for path, options, records, unreadable, refusal in _ROW.findall(PAGE.read_text("utf-8")):
        yield Case(path, options, (int(records.replace(",", "")), int(unreadable.replace(",", "")), refusal))


def files(shared: Path) -> set[str]:
    """Every file there is to read, below data/."""
    data = shared / "data"
    found = {path for folder in FOLDERS for path in (data / folder).rglob("*") if path.is_file()}
    return {path.relative_to(data).as_posix() for path in found if path.name not in PAPERS}


def outcome(shared: Path, case: Case) -> Outcome:
    """What the harvester makes of one file: over HTTP; OAI-PMH answers as the answer to ListRecords."""
    body = (shared / "data" / case.path).read_bytes()
    if case.path.startswith("oai-pmh/"):
        return _answered(shared, body, case)
    name = quote(Path(case.path).name)
    with serving(lambda asked: Reply(body, media_type="application/octet-stream")) as server:
        return _read("file", f"{server.url}/{name}", case, server.url)


def _answered(shared: Path, body: bytes, case: Case) -> Outcome:
    sickle = shared / "data/oai-pmh/sickle"
    identify, lost = ((sickle / name).read_bytes() for name in ("Identify.xml", "badResumptionToken.xml"))

    def answer(asked: Asked) -> Reply:
        if "resumptionToken" in asked.query:  # the next page is a file of its own
            return Reply(lost, media_type="text/xml")
        return Reply(identify if asked.query["verb"] == "Identify" else body, media_type="text/xml")

    with serving(answer) as server:
        return _read("oai_pmh", f"{server.url}/oai", case, server.url)


def _read(protocol: str, url: str, case: Case, host: str) -> Outcome:
    records: set[str] = set()
    unreadable = 0
    refusal = ""
    try:
        for one in harvester(protocol, endpoint(url, case.options)).records():
            if isinstance(one, RawRecord):
                records.add(one.identifier)
            unreadable += isinstance(one, Unreadable)
    except HarvestError as error:
        refusal = plain(str(error), url, host)
    return len(records), unreadable, refusal


def plain(message: str, url: str, host: str) -> str:
    """A refusal without the address of today, fit for a cell of a table."""
    message = re.sub(rf"source 'cn-test': ({re.escape(host)}[^ ]*: )?", "", message)
    return message.replace(url, "").replace("|", "\\|").strip()
