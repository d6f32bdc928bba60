"""What sort of file this is: told by its first bytes, then its name, then its media type; never by a promise alone."""

import codecs
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Literal

from harvesters.answer import html_title
from harvesters.archive import GZIP_MAGIC, ZIP_MAGIC, open_archive
from harvesters.base import Limits, TerminalError

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Format = Literal["auto", "csv", "tsv", "xlsx", "xls", "html", "json", "jsonl", "xml"]  # what a source file may ask for
Form = Literal["csv", "tsv", "xlsx", "xls", "html", "json", "jsonl", "xml", "zip", "gzip"]
_SUFFIXES: dict[str, Form] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".txt": "csv",
    ".json": "json",
    ".geojson": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xml": "xml",
}
_TYPES: dict[str, Form] = {
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/json": "json",
    "application/x-ndjson": "jsonl",
    "application/jsonl": "jsonl",
    "application/xml": "xml",
    "text/xml": "xml",
}
_FOREIGN = (  # what people hand in as well, and how to ask for something better
    (b"%PDF", "a PDF document: ask for the table it was made from"),
    (b"Rar!\x1a\x07", "a RAR archive: pack it as ZIP"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: pack it as ZIP"),
    (b"\x00\x01\x00\x00Standard ", "an Access database: export its table as CSV or Excel"),
    (b"\x89PNG", "a picture: ask for the table it shows"),
    (b"\xff\xd8\xff", "a picture: ask for the table it shows"),
)
_SPREADSHEET_2003 = "urn:schemas-microsoft-com:office:spreadsheet"
_HTML = re.compile(
    r"\A\ufeff?(?:\s+|<\?xml[^>]*\?>|<!--.*?-->)*<(?:!doctype\s+html|html|head|meta|style|table)\b", re.I | re.S
)
_HEAD = 64 * 2**10


@dataclass(frozen=True, slots=True)
class Found:
    """A file at hand: its bytes, its name, what the source says about it, and what messages call it."""

    file: IO[bytes]
    name: str
    media_type: str
    charset: str
    where: str


def form_of(found: Found, asked: Format, limits: Limits) -> Form:
    """The form of a file, checked against the one asked for. Archives come in any case: `asked` then speaks of what is inside.

    The file is left at its start. Raises TerminalError for what is no data, or not what was asked for.
    """
    head = found.file.read(_HEAD)
    found.file.seek(0)
    _refuse_foreign(head, found.where)
    binary = _binary(found, head, limits)
    if binary in ("zip", "gzip"):
        return binary
    text = "" if binary else _text(head)
    if _HTML.match(text):
        return _html(found, head, text, asked)
    if _SPREADSHEET_2003 in text:
        raise TerminalError(f"{found.where} is an XML Spreadsheet 2003: open it in Excel or WPS and save it as .xlsx")
    if asked != "auto" and (asked in ("xlsx", "xls")) != (binary is not None):
        raise TerminalError(f"{found.where} is not {asked} by its first bytes: check url and format in [options]")
    if binary:
        return binary
    if asked != "auto":
        return asked
    return _SUFFIXES.get(PurePosixPath(found.name).suffix.lower()) or _TYPES.get(found.media_type) or _by_start(text)


def _refuse_foreign(head: bytes, where: str) -> None:
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise TerminalError(f"{where} is {what}")


def _binary(found: Found, head: bytes, limits: Limits) -> Literal["xlsx", "xls", "zip", "gzip"] | None:
    if head.startswith(OLE_MAGIC):
        return "xls"
    if head.startswith(GZIP_MAGIC):
        return "gzip"
    if not head.startswith(ZIP_MAGIC):
        return None
    with open_archive(found.file, limits, found.where) as archive:
        names = archive.namelist()
    found.file.seek(0)
    if any(name.startswith("word/") for name in names):
        raise TerminalError(f"{found.where} is a Word document: ask for the table as CSV or Excel")
    if "mimetype" in names and "content.xml" in names:
        raise TerminalError(f"{found.where} is an OpenDocument file: save it as .xlsx")
    return "xlsx" if any(name.startswith("xl/") for name in names) else "zip"


def _html(found: Found, head: bytes, text: str, asked: Format) -> Form:
    """A table that calls itself Excel is read as the table it is; any other page is an error page or a login."""
    spreadsheet = PurePosixPath(found.name).suffix.lower() in (".xls", ".xlsx") and asked in ("auto", "xls")
    if "<table" in text.lower() and (asked == "html" or spreadsheet):
        return "html"
    title = html_title(text.encode(), "utf-8") or html_title(head, found.charset)
    raise TerminalError(
        f"{found.where} is an HTML page titled '{title}', not a data file: check url, or a login is needed"
    )


def _text(head: bytes) -> str:
    """The first characters, for a look. Excel writes UTF-16, sometimes without a mark."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace")
    if head[:1] == b"<" and head[1:2] == b"\0":
        return head.decode("utf-16-le", "replace")
    for codec in ("utf-8", "gb18030"):
        text = head.decode(codec, "replace")
        if text.count("\ufffd") <= 1:  # one character may be cut at the end
            return text
    return head.decode("latin-1")


def _by_start(text: str) -> Form:
    first = text.lstrip("\ufeff \t\r\n")[:1]
    return "json" if first in ("{", "[") and first else "xml" if first == "<" else "csv"
