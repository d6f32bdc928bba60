"""Files: CSV, TSV, Excel, HTML tables, JSON, JSON Lines and XML, also packed as ZIP or gzip: at a web address, in an allowed
folder, dropped into a watched folder, or listed in a file catalogue.
"""

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

import msgspec

from harvesters import delimited, html_table, table, workbook, xml_records
from harvesters.answer import printable
from harvesters.archive import gunzipped, members, open_archive, unpacked
from harvesters.base import Endpoint, Harvested, LimitExceeded, OptionsError, TerminalError, TransientError
from harvesters.catalogue import Catalogue, Entry
from harvesters.charset import codec_name, detect
from harvesters.documents import Shape, lines, whole
from harvesters.folder import look
from harvesters.form import Form, Format, Found, form_of
from harvesters.listing import Listing
from harvesters.options import open_secrets, read_options, zone
from harvesters.secrets import Secret, SecretRef, Secrets
from harvesters.session import Request, Session
from harvesters.validators import NOT_MODIFIED, Conditional

Natural = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows count from 1 below the `skip_rows` at the top. `key` names columns (dotted paths in JSON and XML); several make one
    key, of which some may be empty.

    With `list_path` the address answers a JSON list of files (at that path, "." for the whole answer) instead of a file.
    An address that ends in / (file:///srv/drop/) is a watched folder: all its files are read, and of records with one key the
    one in the newest file counts. Of a ZIP file every member is read.
    """

    format: Format = "auto"  # auto: by the first bytes, the name and the media type; of an archive: what is in it
    key: str | tuple[str, ...] = "id"  # names the record
    encoding: str = "auto"  # auto, utf-8, gb18030, big5, utf-16 ...
    delimiter: str = ""  # empty: found from the first lines
    sheet: str = ""  # empty: the first visible one; "*": all visible ones
    skip_rows: Natural = 0  # rows above the table
    columns: tuple[str, ...] = ()  # names of the columns of a table without a heading
    header_row: Positive = 1  # where the heading begins
    header_rows: Positive = 1  # rows of the heading; levels are joined by /
    unit_row: Natural = 0  # row that holds units; 0: none
    skip_notes: bool = True  # leave out notes and sums at the end
    record_path: str = ""  # JSON: where the list stands; XML: the path of a record, below the outermost element
    modified: str = ""  # column or path of the date of change
    modified_format: str = "iso"  # iso, epoch, epoch_ms, or a pattern like "%Y%m%d"
    utc_offset: str = "+08:00"  # of dates without one
    record_url: str = ""  # a record's page: "https://kjcg.example/item/{id}"
    folder: str = ""  # the folder a file: address may be in
    settle_seconds: Natural = 60  # a file of a watched folder that changed since may not be whole yet: it waits
    each_is_complete: bool = False  # watched folder: the newest file alone is the listing, not all files together
    headers: dict[str, str | SecretRef] = {}  # sent with every request to the source's own host
    list_path: str = ""  # where a catalogue's list of files stands; ".": the whole answer
    list_method: Literal["GET", "POST"] = "GET"  # how the catalogue is asked
    list_form: dict[str, str | SecretRef] = {}  # sent to the catalogue
    entry_url: str = "url"  # where an entry holds its address
    entry_pattern: str = ""  # a regular expression the address of an entry, the name of a file must contain: "\\.xlsx$"
    member_pattern: str = ""  # the same for the names of files inside a ZIP; empty: all are read


class File(Conditional):
    """One pass over one file, or over all files of a catalogue, a folder or an archive.

    A file on the web that has not changed is not sent again, unless another one of its catalogue has: of records with one key
    the last counts, so all are read.
    """

    Options = Options

    def __init__(self, endpoint: Endpoint, secrets: Secrets) -> None:
        super().__init__(endpoint)
        self._endpoint = endpoint
        self._options = options = read_options(endpoint, "file", Options)
        self._secrets: list[Secret] = []
        self._headers: dict[str, str] = open_secrets(endpoint, secrets, "headers", options.headers, self._secrets)
        self._form: dict[str, str] = open_secrets(endpoint, secrets, "list_form", options.list_form, self._secrets)
        self._key = (options.key,) if isinstance(options.key, str) else options.key
        where = f"source {endpoint.source!r}"
        if options.encoding != "auto" and not codec_name(options.encoding):
            raise OptionsError(f"{where}: no encoding {options.encoding!r}; use auto, utf-8, gb18030, big5 or utf-16")
        if len(options.delimiter) > 1 or not self._key:
            raise OptionsError(f"{where}: delimiter is one character, key one name or more")
        if len(set(options.columns)) < len(options.columns) or "" in options.columns:
            raise OptionsError(f"{where}: columns has an empty name, or one twice")
        try:
            self._members = re.compile(options.member_pattern)
        except re.error as error:
            raise OptionsError(
                f"{where}: member_pattern {options.member_pattern!r} is no regular expression: {error}"
            ) from None
        self._zone = zone(where, options.utc_offset)
        self._catalogue = Catalogue(endpoint.url, options.list_path, options.entry_url, options.entry_pattern, where)
        self._complete = False

    @property
    def complete(self) -> bool:
        return self._complete

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        """Raises HarvestError, after what was read before the failure."""
        self._complete = False
        listing = Listing(self._endpoint)
        with Session(self._endpoint, self._secrets) as session:
            if self._is_watched:
                yield from self._dropped(session, listing)
            else:
                yield from self._listed(session, self._entries(session), listing)
        self._keep()
        self._complete = since is None and not (listing.nameless or self._unchanged)

    def _listed(self, session: Session, entries: Sequence[Entry], listing: Listing) -> Iterator[Harvested]:
        """The records of all files; none when every file says that it is as it was."""
        unchanged: list[Entry] = []
        changed = False
        for entry in entries:
            listing.page()
            with self._fetched(session, entry.url, on_condition=not changed) as found:
                if found is None:
                    unchanged.append(entry)
                    continue
                changed = True
                while unchanged:
                    yield from self._entry(session, unchanged.pop(0), listing)
                yield from self._read(found, listing, f"{entry.name}, " if entry.name else "")
        self._unchanged = not changed

    @property
    def _is_watched(self) -> bool:
        return self._endpoint.url.startswith("file:") and self._endpoint.url.endswith("/")

    def _dropped(self, session: Session, listing: Listing) -> Iterator[Harvested]:
        """The files of a watched folder, the newest first: what a newer file says of a record is never overtaken by an older
        one, not even for a moment. Files still being written make the pass incomplete.
        """
        o = self._options
        folder = self._inside(self._endpoint.url)
        found = look(
            folder, re.compile(o.entry_pattern), o.settle_seconds, session.say(self._endpoint.url, "the folder")
        )
        for name in found.waiting:
            yield listing.unreadable(name, f"still being written (see settle_seconds = {o.settle_seconds}); read later")
        newer: set[int] = set()
        for path in found.ready[:1] if o.each_is_complete else found.ready:
            here: set[int] = set()
            for one in self._entry(session, Entry(path.as_uri(), printable(path.name)), listing):
                mark = hash(one.identifier)
                here.add(mark)
                if mark not in newer:
                    yield one
            newer |= here

    def _entries(self, session: Session) -> list[Entry]:
        if not self._options.list_path:
            return [Entry(self._endpoint.url, "")]
        form = self._form if self._options.list_method == "POST" else None
        params = {} if form is not None else self._form
        request = Request(self._endpoint.url, self._options.list_method, params, self._headers, form)
        return self._catalogue.entries(session.fetch(request, session.json_of))

    def _entry(self, session: Session, entry: Entry, listing: Listing) -> Iterator[Harvested]:
        listing.page()
        with self._fetched(session, entry.url) as found:
            if found is not None:
                yield from self._read(found, listing, f"{entry.name}, " if entry.name else "")

    @contextmanager
    def _fetched(self, session: Session, url: str, *, on_condition: bool = False) -> Iterator[Found | None]:
        """The file; None for one that is as it was (`on_condition`)."""
        if urlsplit(url).scheme == "file":
            path = self._inside(url)
            where = session.say(url, "the file")
            with path.open("rb") as file:
                before = _state(file.fileno())
                yield Found(file, path.name, "", "", where)
                if _state(file.fileno()) != before:
                    raise TransientError(f"{where} changed while it was read; it is read again in the next pass")
            return
        with tempfile.TemporaryFile(prefix="chengguo-") as temporary:
            home = urlsplit(self._endpoint.url)[:2] == urlsplit(url)[:2]
            request = Request(url, headers=self._headers if home else {})
            answer = session.download(self._asked(request) if on_condition else request, temporary)
            if answer.status == NOT_MODIFIED:
                yield None
                return
            self._noted = self._noted.noted(url, answer)
            name = unquote(PurePosixPath(urlsplit(url).path).name)
            temporary.seek(0)
            yield Found(temporary, name, answer.media_type, answer.charset, session.say(answer.url, "the file"))

    def _inside(self, url: str) -> Path:
        """The local file, when it lies in the allowed folder and is a plain one; for an address that ends in / the folder.

        Raises TerminalError, LimitExceeded.
        """
        where = f"source {self._endpoint.source!r}: {url}"
        if not self._options.folder:
            raise OptionsError(f"{where}: a file: address needs folder in [options]: the folder it may be in")
        folder = Path(self._options.folder).resolve()
        path = (folder / unquote(url.removeprefix("file://").removeprefix("file:"))).resolve()
        if not path.is_relative_to(folder):
            raise TerminalError(f"{where}: is not inside the allowed folder {folder}")
        if url.endswith("/") and path.is_dir():
            return path
        if not path.is_file():
            raise TerminalError(f"{where}: there is no such file in {folder}")
        if path.stat().st_size > self._endpoint.limits.max_bytes:
            raise LimitExceeded(f"{where}: larger than limits.max_bytes = {self._endpoint.limits.max_bytes}")
        return path

    def _read(self, found: Found, listing: Listing, label: str, packed: bool = False) -> Iterator[Harvested]:
        form = form_of(found, self._options.format, self._endpoint.limits)
        if form in ("zip", "gzip"):
            if packed:
                raise TerminalError(
                    f"{found.where} is an archive inside an archive: ask for one with the files themselves"
                )
            yield from self._opened(found, form, listing, label)
        elif form in ("json", "jsonl", "xml"):
            yield from self._documents(found, form, listing, label)
        else:
            yield from self._tables(found, form, listing, label)

    def _opened(self, found: Found, form: Form, listing: Listing, label: str) -> Iterator[Harvested]:
        limits = self._endpoint.limits
        with ExitStack() as stack:
            if form == "gzip":
                file = stack.enter_context(gunzipped(found.file, limits, found.where))
                inner = Found(file, found.name.removesuffix(".gz"), "", found.charset, found.where)
                yield from self._read(inner, listing, label, packed=True)
                return
            archive = stack.enter_context(open_archive(found.file, limits, found.where))
            chosen = [each for each in members(archive) if self._members.search(each[0])]
            if not chosen:
                raise TerminalError(f"{found.where} holds no file that member_pattern fits: edit [options]")
            for name, entry in chosen:
                shown = printable(name)
                with unpacked(archive, entry, f"{found.where}, {shown}") as member:
                    inner = Found(member, name, "", "", f"{found.where}, {shown}")
                    yield from self._read(inner, listing, f"{label}{shown}, ", packed=True)

    def _documents(self, found: Found, form: Form, listing: Listing, label: str) -> Iterator[Harvested]:
        o = self._options
        declared = found.charset if o.encoding == "auto" else o.encoding
        shape = Shape(o.record_path, self._key, o.modified, o.modified_format, self._zone, o.record_url)
        if form == "json":
            yield from whole(found.file.read(), declared, shape, listing, found.where, label)
        elif form == "xml":
            yield from xml_records.records(found.file, declared, shape, listing, found.where, label)
        else:
            longest = self._endpoint.limits.max_record_bytes
            yield from lines(found.file, self._codec(found), longest, shape, listing, label)

    def _tables(self, found: Found, form: Form, listing: Listing, label: str) -> Iterator[Harvested]:
        o, limits = self._options, self._endpoint.limits
        if form in ("xlsx", "xls"):
            with closing(workbook.sheets(found.file, o.sheet, limits, found.where)) as sheets:
                for name, cells in sheets:
                    sheet = f"{label}sheet {name}, " if o.sheet == "*" else label
                    yield from table.records(cells, self._layout(), listing, found.where, sheet)
            return
        if form == "html":
            where = f"{found.where} (an HTML page)"
            with closing(html_table.rows(found.file, found.charset, where)) as rows:
                yield from table.records(rows, self._layout(), listing, where, label)
            return
        delimiter = o.delimiter or ("\t" if form == "tsv" else "")
        with closing(delimited.rows(found.file, self._codec(found), delimiter, limits.max_bytes, found.where)) as rows:
            yield from table.records(rows, self._layout(), listing, found.where, label)

    def _codec(self, found: Found) -> str:
        o = self._options
        return codec_name(o.encoding) if o.encoding != "auto" else detect(found.file, found.charset, found.where)

    def _layout(self) -> table.Layout:
        o = self._options
        return table.Layout(
            key=self._key,
            columns=o.columns,
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


def _state(descriptor: int) -> tuple[int, int]:
    stat = os.fstat(descriptor)
    return stat.st_size, stat.st_mtime_ns
