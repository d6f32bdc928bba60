"""Files: CSV, TSV, Excel, JSON and JSON Lines, at a web address, in an allowed folder, or listed in a file catalogue."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath
from typing import IO, Annotated, Literal
from urllib.parse import unquote, urlsplit

import msgspec

from harvesters import delimited, table, when, workbook
from harvesters.answer import html_title, is_html
from harvesters.base import Endpoint, Harvested, LimitExceeded, OptionsError, TerminalError
from harvesters.catalogue import Catalogue, Entry
from harvesters.charset import codec_name, detect
from harvesters.documents import Shape, lines, whole
from harvesters.listing import Listing
from harvesters.options import read_options
from harvesters.secrets import Secret, SecretRef, Secrets
from harvesters.session import Request, Session

Form = Literal["auto", "csv", "tsv", "xlsx", "xls", "json", "jsonl"]
_SUFFIXES: dict[str, Form] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".json": "json",
    ".geojson": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_TYPES: dict[str, Form] = {
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/json": "json",
    "application/x-ndjson": "jsonl",
    "application/jsonl": "jsonl",
}
Natural = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows count from 1 below the `skip_rows` at the top. `key` names columns (paths in JSON); several make one key.

    With `list_path` the address answers a JSON list of files (at that path, "." for the whole answer) instead of a file.
    """

    format: Form = "auto"  # auto: by the first bytes, the name and the media type
    key: str | tuple[str, ...] = "id"  # names the record
    encoding: str = "auto"  # auto, utf-8, gb18030, big5, utf-16 ...
    delimiter: str = ""  # empty: found from the first lines
    sheet: str = ""  # empty: the first visible one; "*": all visible ones
    skip_rows: Natural = 0  # rows above the table
    header_row: Positive = 1  # where the heading begins
    header_rows: Positive = 1  # rows of the heading; levels are joined by /
    unit_row: Natural = 0  # row that holds units; 0: none
    skip_notes: bool = True  # leave out notes and sums at the end
    record_path: str = ""  # JSON: where the list of records stands
    modified: str = ""  # column or path of the date of change
    modified_format: str = "iso"  # iso, epoch, epoch_ms, or a pattern like "%Y%m%d"
    utc_offset: str = "+08:00"  # of dates without one
    record_url: str = ""  # a record's page: "https://kjcg.example/item/{id}"
    folder: str = ""  # the folder a file: address may be in
    headers: dict[str, str | SecretRef] = {}  # sent with every request to the source's own host
    list_path: str = ""  # where a catalogue's list of files stands; ".": the whole answer
    list_method: Literal["GET", "POST"] = "GET"  # how the catalogue is asked
    list_form: dict[str, str | SecretRef] = {}  # sent to the catalogue
    entry_url: str = "url"  # where an entry holds its address
    entry_pattern: str = ""  # a regular expression the entry's address must contain, such as "\\.xlsx$"


@dataclass(frozen=True, slots=True)
class _Found:
    """A file at hand: its bytes, its name for the format, what the source says about it."""

    file: IO[bytes]
    name: str
    media_type: str
    charset: str
    where: str


class File:
    """One pass over one file, or over all files of a catalogue."""

    Options = Options

    def __init__(self, endpoint: Endpoint, secrets: Secrets) -> None:
        self._endpoint = endpoint
        self._options = options = read_options(endpoint, "file", Options)
        self._secrets: list[Secret] = []
        self._headers = {k: self._open(secrets, f"headers.{k}", v) for k, v in options.headers.items()}
        self._form = {k: self._open(secrets, f"list_form.{k}", v) for k, v in options.list_form.items()}
        self._key = (options.key,) if isinstance(options.key, str) else options.key
        where = f"source {endpoint.source!r}"
        if options.encoding != "auto" and not codec_name(options.encoding):
            raise OptionsError(f"{where}: no encoding {options.encoding!r}; use auto, utf-8, gb18030, big5 or utf-16")
        if len(options.delimiter) > 1 or not self._key:
            raise OptionsError(f"{where}: delimiter is one character, key one name or more")
        try:
            self._zone: timezone = when.offset(options.utc_offset)
        except ValueError as error:
            raise OptionsError(f"{where}: {error}") from None
        self._catalogue = Catalogue(endpoint.url, options.list_path, options.entry_url, options.entry_pattern, where)
        self._complete = False

    @property
    def complete(self) -> bool:
        return self._complete

    def _open(self, secrets: Secrets, name: str, value: str | SecretRef) -> str:
        if isinstance(value, str):
            return value
        secret = secrets.resolve(self._endpoint.source, name, value)
        self._secrets.append(secret)
        return secret.reveal()

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        """Raises HarvestError, after what was read before the failure."""
        self._complete = False
        listing = Listing(self._endpoint)
        with Session(self._endpoint, self._secrets) as session:
            for entry in self._entries(session):
                listing.page()
                label = f"{entry.name}, " if entry.name else ""
                with self._fetched(session, entry.url) as found:
                    yield from self._read(found, listing, label)
        self._complete = since is None and not listing.nameless

    def _entries(self, session: Session) -> list[Entry]:
        if not self._options.list_path:
            return [Entry(self._endpoint.url, "")]
        form = self._form if self._options.list_method == "POST" else None
        params = {} if form is not None else self._form
        request = Request(self._endpoint.url, self._options.list_method, params, self._headers, form)
        return self._catalogue.entries(session.fetch(request, session.json_of))

    @contextmanager
    def _fetched(self, session: Session, url: str) -> Iterator[_Found]:
        if urlsplit(url).scheme == "file":
            path = self._inside(url)
            with path.open("rb") as file:
                yield _Found(file, path.name, "", "", session.say(url, "the file"))
            return
        with tempfile.TemporaryFile(prefix="chengguo-") as temporary:
            home = urlsplit(self._endpoint.url)[:2] == urlsplit(url)[:2]
            answer = session.download(Request(url, headers=self._headers if home else {}), temporary)
            name = unquote(PurePosixPath(urlsplit(url).path).name)
            temporary.seek(0)
            yield _Found(temporary, name, answer.media_type, answer.charset, session.say(answer.url, "the file"))

    def _inside(self, url: str) -> Path:
        """The local file, when it lies in the allowed folder and is a plain one. Raises TerminalError, LimitExceeded."""
        where = f"source {self._endpoint.source!r}: {url}"
        if not self._options.folder:
            raise OptionsError(f"{where}: a file: address needs folder in [options]: the folder it may be in")
        folder = Path(self._options.folder).resolve()
        path = (folder / unquote(url.removeprefix("file://").removeprefix("file:"))).resolve()
        if not path.is_relative_to(folder):
            raise TerminalError(f"{where}: is not inside the allowed folder {folder}")
        if not path.is_file():
            raise TerminalError(f"{where}: there is no such file in {folder}")
        if path.stat().st_size > self._endpoint.limits.max_bytes:
            raise LimitExceeded(f"{where}: larger than limits.max_bytes = {self._endpoint.limits.max_bytes}")
        return path

    def _read(self, found: _Found, listing: Listing, label: str) -> Iterator[Harvested]:
        o, limits = self._options, self._endpoint.limits
        form = self._form_of(found)
        if form in ("xlsx", "xls"):
            with closing(workbook.sheets(found.file, o.sheet, limits, found.where)) as sheets:
                for name, cells in sheets:
                    sheet = f"{label}sheet {name}, " if o.sheet == "*" else label
                    yield from table.records(cells, self._layout(), listing, found.where, sheet)
            return
        declared = found.charset if o.encoding == "auto" else o.encoding
        shape = Shape(o.record_path, self._key, o.modified, o.modified_format, self._zone, o.record_url)
        if form == "json":
            yield from whole(found.file.read(), declared, shape, listing, found.where, label)
            return
        codec = codec_name(o.encoding) if o.encoding != "auto" else detect(found.file, declared, found.where)
        if form == "jsonl":
            yield from lines(found.file, codec, limits.max_record_bytes, shape, listing, label)
            return
        delimiter = o.delimiter or ("\t" if form == "tsv" else "")
        with closing(delimited.rows(found.file, codec, delimiter, limits.max_bytes, found.where)) as rows:
            yield from table.records(rows, self._layout(), listing, found.where, label)

    def _layout(self) -> table.Layout:
        o = self._options
        return table.Layout(
            key=self._key,
            header=o.header_row,
            header_rows=o.header_rows,
            units=o.unit_row,
            skip=o.skip_rows,
            notes=o.skip_notes,
            modified=o.modified,
            modified_format=o.modified_format,
            zone=self._zone,
            url=o.record_url,
        )

    def _form_of(self, found: _Found) -> Form:
        """The format asked for, checked against the first bytes; with "auto" the bytes, the name and the type decide."""
        head = found.file.read(64 * 2**10)
        found.file.seek(0)
        if is_html(head):
            title = html_title(head, found.charset)
            raise TerminalError(
                f"{found.where} is an HTML page titled '{title}', not a data file: check url, or a login is needed"
            )
        asked = self._options.format
        binary: Form | None = None
        if head.startswith(workbook.ZIP_MAGIC):
            binary = "xlsx"
        elif head.startswith(workbook.OLE_MAGIC):
            binary = "xls"
        if asked != "auto":
            if (asked in ("xlsx", "xls")) != (binary is not None):
                raise TerminalError(
                    f"{found.where} is not {asked} by its first bytes: check url and format in [options]"
                )
            return binary or asked
        if binary:
            return binary
        named = _SUFFIXES.get(PurePosixPath(found.name).suffix.lower()) or _TYPES.get(found.media_type)
        if named and named != "xlsx":
            return named
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        return "json" if start in (b"{", b"[") else "csv"
