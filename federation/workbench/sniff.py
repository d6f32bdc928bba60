"""Sniffing: by which protocol a listing can be read, and with which options. Asks through the guarded session alone."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from io import BytesIO
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

import msgspec
from lxml import etree

from federation.errors import ConfigurationError
from harvesters import HARVESTERS, delimited, workbook
from harvesters.answer import Answer
from harvesters.archive import ZIP_MAGIC
from harvesters.base import JSON, XML, Endpoint, HarvestError, Limits, TerminalError
from harvesters.charset import detect
from harvesters.form import OLE_MAGIC, form_of
from harvesters.form import Found as File
from harvesters.session import Request, Session
from vocab.decode import DecodeError, decode
from vocab.suggest.layout import ROWS, Layout, layout
from vocab.tree import Tree

PAGES = (  # paging, what asks for the page, what for its size
    ("page", "page", "size"),
    ("page", "pageNo", "pageSize"),
    ("page", "pageNum", "pageSize"),
    ("page", "page", "rows"),
    ("page", "page", "per_page"),
    ("offset", "offset", "limit"),
    ("offset", "start", "rows"),
)
SMALL = 2  # records of a page when paging is tried
FEEDS = {"rss": "feed", "feed": "feed", "RDF": "dcat"}  # local name of an XML root: protocol
RDF = ("text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples")
FILES = ("text/csv", "text/tab-separated-values", "application/x-ndjson", "application/jsonl")
ANY = frozenset(range(400, 500))
_FILE = re.compile(r"\.(xlsx|xlsm|xls|csv|tsv|json|jsonl|ndjson)(?:$|\?)", re.IGNORECASE)
_TOTAL = re.compile(r"(?i)^(?:total|count|totalrecords?|totalcount|total_count|totalnum|recordcount|num_?found)$")
_DEEPEST = 4  # objects inside each other in which a list is looked for


class Found(msgspec.Struct, frozen=True):
    """How a listing can be read. `key`: a column or path that at least lets a sample be read."""

    protocol: str
    url: str
    options: dict[str, Any]
    key: str = ""
    title: str = ""
    notes: tuple[str, ...] = ()


def sniff(where: str, name: str, limits: Limits, protocol: str = "", options: Mapping[str, Any] | None = None) -> Found:
    """How the listing at a path of this machine or an address can be read. Raises HarvestError, ConfigurationError."""
    known = dict(options or {})
    if urlsplit(where).scheme not in ("http", "https"):
        return _local(Path(where), known)
    endpoint = Endpoint(name, where, limits=limits)
    with Session(endpoint) as session:
        one = _Sniffer(session, where, known)
        if protocol in ("", "file", "json_api"):
            return one.look(protocol)
    return Found(protocol, where, known)


def _local(path: Path, known: dict[str, Any]) -> Found:
    if not path.is_file():
        raise ConfigurationError(f"{path}: there is no such file, and it is no http(s) address")
    options = {"folder": str(path.parent), **known}
    with path.open("rb") as file:
        found = _file(file, path.name, str(path))
    return msgspec.structs.replace(found, url=f"file:{path.name}", options=options | found.options | known)


def _file(file: IO[bytes], name: str, where: str, media_type: str = "") -> Found:
    """A file, by its first bytes, its name and its media type."""
    form = form_of(File(file, name, media_type, "", where), "auto", Limits())
    if form in ("zip", "gzip"):
        raise TerminalError(f"{where} is an archive: unpack it and give one of the files in it")
    if form in ("xlsx", "xls"):
        with closing(workbook.sheets(file, "", Limits(), where)) as sheets:
            rows = [cells for _, every in islice(sheets, 1) for _, cells in islice(every, ROWS)]
        return _table(form, layout(rows))
    if form in ("json", "jsonl", "xml"):
        return _document(form, file.readline(Limits().max_bytes) if form == "jsonl" else file.read(Limits().max_bytes))
    if form == "html":
        return Found("file", "", {"format": form}, notes=("a table in HTML: name its key",))
    codec = detect(file, "", where)
    separator = "\t" if form == "tsv" else ""
    with closing(delimited.rows(file, codec, separator, Limits().max_bytes, where)) as lines:
        return _table(form, layout([cells for _, cells in islice(lines, ROWS)]))


def _table(form: str, found: Layout) -> Found:
    said = {"skip_rows": found.skip_rows, "header_rows": found.header_rows, "unit_row": found.unit_row}
    options = {name: value for name, value in said.items() if value != (1 if name == "header_rows" else 0)}
    return Found("file", "", {"format": form, **options}, key=next(iter(found.simple), ""))


def _document(form: str, body: bytes) -> Found:
    try:
        tree = decode(XML if form == "xml" else JSON, body)
    except DecodeError as error:
        raise TerminalError(f"the file cannot be read as {form}: {error}") from None
    if form == "jsonl":
        return Found("file", "", {"format": form}, key=_any_key([tree]))
    path, rows = records_in(tree)
    if form == "xml":  # its path begins below the outermost element
        path = path.partition(".")[2]
    return Found("file", "", {"format": form} | ({"record_path": path} if path else {}), key=_any_key(rows))


def records_in(tree: Tree) -> tuple[str, list[dict[str, Tree]]]:
    """The longest list of objects in a JSON answer and the dotted path to it; JSON inside strings is looked into."""
    best: tuple[str, list[dict[str, Tree]]] = ("", [])
    for path, rows in _lists(tree, ()):
        if len(rows) > len(best[1]):
            best = (".".join(path), rows)
    return best


def _lists(node: Tree, at: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[dict[str, Tree]]]]:
    if isinstance(node, str) and node.lstrip()[:1] in ("{", "["):
        try:
            node = decode(JSON, node.encode())
        except (DecodeError, UnicodeEncodeError):
            return
    if isinstance(node, list):
        rows = [item for item in node if isinstance(item, dict)]
        if rows and len(rows) == len(node):
            yield at, rows
    elif isinstance(node, dict) and len(at) < _DEEPEST:
        for name, value in node.items():
            yield from _lists(value, (*at, name))


def _any_key(rows: Sequence[Tree]) -> str:
    """A name that every record fills with a scalar, the one with most different values."""
    objects = [row for row in rows if isinstance(row, dict)]
    names = [
        (len({str(row[name]) for row in objects}), -n, name)
        for n, name in enumerate(objects[0] if objects else {})
        if all(isinstance(row.get(name), str | int) and str(row[name]).strip() for row in objects)
    ]
    return max(names, default=(0, 0, ""))[2]


class _Sniffer:
    """Asks one address in the ways that listings answer to."""

    def __init__(self, session: Session, url: str, known: dict[str, Any]) -> None:
        self._session, self._url, self._known = session, url, known

    def look(self, protocol: str) -> Found:
        """Raises TerminalError when nothing known is there."""
        answer = self._ask(self._url, {})
        found = self._answered(answer) if answer.status < 400 else None
        found = found or (self._oai() or self._ckan() if not protocol else None)
        if found is None:
            known = ", ".join(sorted(HARVESTERS))
            raise TerminalError(
                self._session.say(
                    self._url,
                    f"status {answer.status} {answer.media_type}: no list of records was found there. Give the address that"
                    f" answers one, its --protocol ({known}), or --option method='\"POST\"' and the like",
                )
            )
        return found

    def _answered(self, answer: Answer) -> Found | None:
        name = unquote(PurePosixPath(urlsplit(self._url).path).name)
        if answer.media_type in RDF:
            return Found("dcat", self._url, dict(self._known))
        if _FILE.search(name) or answer.media_type in FILES or answer.body.startswith((ZIP_MAGIC, OLE_MAGIC)):
            found = _file(BytesIO(answer.body), name, self._url, answer.media_type)
            return msgspec.structs.replace(found, url=self._url, options=found.options | self._known)
        if answer.body.lstrip()[:1] in (b"{", b"["):
            return self._json(_tree(JSON, answer.body))
        return self._xml(answer.body)

    def _xml(self, body: bytes) -> Found | None:
        root = _root(body)
        if root == "OAI-PMH":
            return self._oai()
        return Found(FEEDS[root], self._url, dict(self._known)) if root in FEEDS else None

    def _oai(self) -> Found | None:
        base = urlunsplit((*urlsplit(self._url)[:3], "", ""))
        body = self._quietly(base, {"verb": "Identify"})
        tree = _tree(XML, body)
        identify = tree.get("OAI-PMH") if isinstance(tree, dict) else None
        identify = identify.get("Identify") if isinstance(identify, dict) else None
        if not isinstance(identify, dict):
            return None
        title = identify.get("repositoryName")
        formats = _texts(_tree(XML, self._quietly(base, {"verb": "ListMetadataFormats"})), "metadataPrefix")
        prefix = "oai_dc" if "oai_dc" in formats or not formats else formats[0]
        notes = (f"metadata formats: {', '.join(formats)}",) if formats else ()
        return Found("oai_pmh", base, {"metadata_prefix": prefix} | self._known, title=str(title or ""), notes=notes)

    def _ckan(self) -> Found | None:
        parts = urlsplit(self._url)
        site = urlunsplit((*parts[:2], parts.path.partition("/api/")[0].partition("/dataset")[0].rstrip("/"), "", ""))
        body = self._quietly(f"{site}/api/3/action/package_search", {"rows": "0"})
        tree = _tree(JSON, body)
        result = tree.get("result") if isinstance(tree, dict) and tree.get("success") is True else None
        if not isinstance(result, dict) or "count" not in result:
            return None
        status = _tree(JSON, self._quietly(f"{site}/api/3/action/status_show", {}))
        titles = _texts(status, "site_title")
        return Found("ckan", site, {"rows": 100} | self._known, title=titles[0] if titles else "")

    def _json(self, tree: Tree) -> Found | None:
        if isinstance(tree, dict) and tree.get("success") is True and "result" in tree and "help" in tree:
            return self._ckan()
        path, rows = records_in(tree)
        if not rows:
            return None
        if entry := _entry(rows):
            return self._catalogue(path, entry, rows)
        parts = urlsplit(self._url)
        asked = dict(parse_qsl(parts.query))
        options: dict[str, Any] = {"params": asked} if asked else {}
        options |= self._known | ({"record_path": path} if path else {})
        total = _total(tree)
        options |= {"total_path": total[0]} if total and total[1] >= len(rows) else {}
        url = urlunsplit((*parts[:3], "", ""))
        options |= self._paging(url, options, rows, total[1] if total else 0)
        return Found("json_api", url, options, key=_any_key(rows))

    def _catalogue(self, path: str, entry: str, rows: Sequence[Mapping[str, Tree]]) -> Found:
        """A list of files: the first of them says how they are laid out."""
        first = str(rows[0][entry])
        suffix = _FILE.search(first)
        assert suffix is not None
        answer = self._ask(first, {}, bare=True)
        found = _file(BytesIO(answer.body), f"file.{suffix[1].lower()}", first)
        options = {"list_path": path or ".", "entry_url": entry, "entry_pattern": rf"\.{suffix[1]}"}
        return msgspec.structs.replace(found, url=self._url, options=found.options | options | self._known)

    def _paging(self, url: str, options: dict[str, Any], rows: Sequence[object], total: int) -> dict[str, Any]:
        if 0 < total <= len(rows):
            return {"paging": "none"}
        given = dict(options.get("params", {}))
        ways = [way for way in PAGES if way[1] in given] or PAGES
        for paging, at, size in ways:
            first = self._page(url, options, {**given, at: 1 if paging == "page" else 0, size: SMALL})
            second = self._page(url, options, {**given, at: 2 if paging == "page" else SMALL, size: SMALL})
            if len(first) == SMALL and second and second[0] != first[0]:
                params = {name: value for name, value in given.items() if name not in (at, size)}
                kept = {"params": params} if given else {}
                default = ("page", "offset") if paging == "page" else ("offset", "page")
                named = {f"{paging}_param": at} if at != default[0] else {}
                return {"paging": paging, **named, "size_param": size, "size": 100, **kept}
        return {"paging": "none"}

    def _page(self, url: str, options: Mapping[str, Any], params: Mapping[str, Any]) -> list[dict[str, Tree]]:
        answer = self._ask(url, params)
        tree = _tree(JSON, answer.body) if answer.status < 400 else None
        return records_in(tree)[1]

    def _ask(self, url: str, params: Mapping[str, Any], *, bare: bool = False) -> Answer:
        """As the options that are known already say: method, headers, where parameters go. `bare`: a plain GET."""
        known = {} if bare else self._known
        texts = {name: str(value) for name, value in {**known.get("params", {}), **params}.items()}
        headers = known.get("headers", {})
        if known.get("method") != "POST":
            return self._session.fetch(Request(url, "GET", texts, headers, accept_status=ANY), _as_it_is)
        if known.get("send") == "json":
            body = {**known.get("params", {}), **params}
            return self._session.fetch(Request(url, "POST", headers=headers, json=body, accept_status=ANY), _as_it_is)
        return self._session.fetch(Request(url, "POST", headers=headers, form=texts, accept_status=ANY), _as_it_is)

    def _quietly(self, url: str, params: Mapping[str, str]) -> bytes:
        try:
            answer = self._session.fetch(Request(url, params=params, accept_status=ANY), _as_it_is)
        except HarvestError:
            return b""
        return answer.body if answer.status < 400 else b""


def _as_it_is(answer: Answer) -> Answer:
    return answer


def _tree(media_type: str, body: bytes) -> Tree:
    try:
        return decode(media_type, body) if body else None
    except DecodeError:
        return None


def _root(body: bytes) -> str:
    """The local name of an XML document's root; empty for anything else."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except (etree.XMLSyntaxError, ValueError):
        return ""
    return str(root.tag).rpartition("}")[2]


def _texts(tree: Tree, name: str) -> list[str]:
    """Every text under this name, wherever it stands."""
    if isinstance(tree, list):
        return [text for item in tree for text in _texts(item, name)]
    if not isinstance(tree, dict):
        return []
    own = tree.get(name)
    return [own] if isinstance(own, str) else [text for value in tree.values() for text in _texts(value, name)]


def _entry(rows: Iterable[Mapping[str, Tree]]) -> str:
    """The name under which every entry of a catalogue holds a file's address; empty when it is no catalogue of files."""
    every = list(rows)
    for name, value in every[0].items():
        if isinstance(value, str) and all(_FILE.search(str(row.get(name, ""))) for row in every):
            return name
    return ""


def _total(node: Tree, at: tuple[str, ...] = ()) -> tuple[str, int] | None:
    """Where the answer says how many records there are."""
    if not isinstance(node, dict) or len(at) >= _DEEPEST:
        return None
    for name, value in node.items():
        if _TOTAL.match(name) and str(value).isdigit() and int(str(value)[:15]) > 0:
            return ".".join((*at, name)), int(str(value)[:15])
    return next((found for name, value in node.items() if (found := _total(value, (*at, name)))), None)
