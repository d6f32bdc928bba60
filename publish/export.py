"""A result as a file: CSV and XLSX with one line per record in the reader's language, JSON Lines with whole public records.

At most MOST records, in the order of the search, those of one achievement one by one; two headers say how many there are and
how many the file may have. What a spreadsheet would take for a formula is kept from being one.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from tempfile import TemporaryFile

import msgspec
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from publish.links import record_path
from publish.plain import harmless, writable
from publish.portal.asked import PATH, Asked, asked
from publish.portal.reader import Reader
from publish.portal.site import VARY, Site
from search.base import Hit, Page
from vocab.document import SearchDocument

MOST = 10_000
PAGE = 500
BLOCK = 64 * 1024
COLUMNS = (
    *("iri", "page", "kind", "title_zh", "title_en", "orgs", "keywords", "region", "field", "stage", "transfer"),
    *("price", "date", "source", "cluster", "abstract"),
)
LONGEST_CELL = 32_000  # characters: what a cell of XLSX holds

Cell = str | int | float
Found = Iterator[tuple[Hit, ...]]
Body = Callable[[Found, Reader], Iterator[bytes]]


def routes(site: Site) -> list[Route]:
    return [Route(f"{PATH}.{form}", _endpoint(site, form), name=f"search-{form}") for form in FORMS]


def _endpoint(site: Site, form: str) -> Callable[[Request], Response]:
    media_type, body = FORMS[form]

    def export(request: Request) -> Response:
        wanted = asked(request.query_params, site.services.settings.limits.query_text)
        wanted = replace(wanted, cursor=None, each=True)
        first = site.services.index.search(wanted.query(size=PAGE))  # what is wrong is said before the file begins
        reader = site.reader(request)
        headers = {
            **VARY,
            "Content-Disposition": f'attachment; filename="search.{form}"',
            "Content-Language": reader.lang.tag,
            "X-Total-Count": str(first.total),
            "X-Export-Limit": str(MOST),
            "X-Robots-Tag": "noindex",
        }
        if request.method == "HEAD":
            return Response(b"", media_type=media_type, headers=headers)
        return StreamingResponse(body(pages(site, wanted, first), reader), media_type=media_type, headers=headers)

    return export


def pages(site: Site, wanted: Asked, first: Page) -> Found:
    """Hits, page after page, MOST at most."""
    page, left = first, MOST
    while True:
        yield page.hits[:left]
        left -= len(page.hits)
        if left <= 0 or page.next is None:
            return
        page = site.services.index.search(replace(wanted, cursor=page.next).query(size=PAGE))


def _csv(found: Found, reader: Reader) -> Iterator[bytes]:
    """With the mark by which spreadsheets know UTF-8."""
    yield "\ufeff".encode()
    for lines in _lines(found, reader):
        text = io.StringIO()
        csv.writer(text).writerows(
            [harmless(cell) if isinstance(cell, str) else cell for cell in line] for line in lines
        )
        yield text.getvalue().encode()


def _xlsx(found: Found, reader: Reader) -> Iterator[bytes]:
    """Written to a file without a name, then read from it: a ZIP has its table of contents at the end."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for lines in _lines(found, reader):
        for line in lines:
            sheet.append([_typed(sheet, cell) for cell in line])
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


def _json_lines(found: Found, reader: Reader) -> Iterator[bytes]:
    """As in dumps. What was withdrawn since it was found is not there."""
    for hits in found:
        iris = [hit.document.iri for hit in hits]
        public = reader.services.view.records(iris)
        for record in (public[iri] for iri in iris if iri in public):
            names = ("iri", "kind", "source", "version", "seq", "at", "first", "digest", "record")
            yield msgspec.json.encode({name: getattr(record, name) for name in names}) + b"\n"


FORMS: dict[str, tuple[str, Body]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "jsonl": ("application/jsonl", _json_lines),
}


def _lines(found: Found, reader: Reader) -> Iterator[list[list[Cell]]]:
    """The headings, then the cells of each page."""
    yield [[reader.text(f"export.{name}") for name in COLUMNS]]
    for hits in found:
        yield [[_bounded(cell) for cell in _cells(hit.document, reader)] for hit in hits]


def _cells(found: SearchDocument, reader: Reader) -> Iterator[Cell]:
    """In the order of COLUMNS."""
    site, base = reader.services.settings.base_url, reader.services.namespaces.base
    path = record_path(found.iri, base)
    yield found.iri
    yield site + path if path else found.iri
    yield reader.kind(found.kind)
    yield from (found.title_zh, found.title_en)
    yield _listed(found.orgs)
    yield _listed(found.keywords)
    yield reader.place(found.facets["region"][-1]) if found.facets.get("region") else ""
    yield from (_listed(map(reader.code, found.facets.get(name, ()))) for name in ("field", "stage", "transfer"))
    yield "" if found.price is None else int(found.price) if found.price.is_integer() else found.price
    yield found.date
    yield reader.source(found.source)
    yield found.cluster
    yield found.abstract


def _listed(texts: Iterable[str]) -> str:
    return "; ".join(texts)


def _bounded(cell: Cell) -> Cell:
    return writable(cell)[:LONGEST_CELL] if isinstance(cell, str) else cell


def _typed(sheet: WriteOnlyWorksheet, cell: Cell) -> Cell | SheetCell:
    """A cell of XLSX: what begins with = is said to be a text."""
    if not (isinstance(cell, str) and cell.startswith("=")):
        return cell
    text = WriteOnlyCell(sheet, cell)
    text.data_type = "s"
    return text
