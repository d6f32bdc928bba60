"""Every setting, declared once: its type, default and meaning. Files, environment, `init` and the manual derive from it.

A setting stands in `chengguo.toml` as `[section] key = value`, or in the environment as `CHENGGUO_<SECTION>_<KEY>`, which
wins. Unknown names are refused in both, with the nearest known one.

Errors:

    SettingsError (chengguo.errors)    names the file or variable, the value and what is allowed
"""

import difflib
import tomllib
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from chengguo.errors import SettingsError

PREFIX = "CHENGGUO_"
RESERVED = frozenset({"HOME", "SHARED"})  # environment names with this prefix that are not settings
RESERVED_PREFIXES = ("TEST_", "DEMO_")

Port = Annotated[int, Meta(ge=1, le=65535)]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of `chengguo.toml`."""


class Site(Section, frozen=True):
    base_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/?#@]+$",
            description="Public address of this node: scheme and host, without a path or a slash at the end. "
            "Every permanent IRI begins with it: decide before the first harvest and do not change it afterwards.",
        ),
    ] = "http://localhost:8080"
    title_zh: Annotated[str, Meta(min_length=1, description="Name of the portal in Chinese.")] = (
        "政府资助科技成果开放平台"
    )
    title_en: Annotated[str, Meta(min_length=1, description="Name of the portal in English.")] = (
        "Open Platform of Publicly Funded Scientific and Technological Achievements"
    )
    contact: Annotated[
        str,
        Meta(description="E-mail address of the operator: shown on the portal and to harvested sources."),
    ] = ""
    notice_zh: Annotated[str, Meta(description="Notice above every page, in Chinese.")] = ""
    notice_en: Annotated[str, Meta(description="Notice above every page, in English.")] = ""
    demo: Annotated[bool, Meta(description="Say on every page that the content is fictional.")] = False


class Ledger(Section, frozen=True):
    url: Annotated[
        str,
        Meta(
            description="Database of the ledger (SQLAlchemy URL). Empty: SQLite in the home's data folder. "
            'For PostgreSQL: "postgresql+psycopg://user@host/name".'
        ),
    ] = ""


class Search(Section, frozen=True):
    engine: Annotated[
        Literal["tantivy", "elasticsearch"],
        Meta(
            description="tantivy: an index in a folder, nothing else to run. elasticsearch: an index in a cluster "
            "that somebody runs (docs/how-to/use-elasticsearch.md)."
        ),
    ] = "tantivy"
    directory: Annotated[
        str, Meta(description="tantivy: folder of the search index. Empty: the home's data/search.")
    ] = ""
    urls: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^https?://[^\s/?#@]+$")], ...],
        Meta(description='elasticsearch: addresses of its nodes, such as "https://es1.example:9200".'),
    ] = ()
    index: Annotated[
        str,
        Meta(
            pattern=r"^[a-z][a-z0-9_-]{0,99}$",
            description="elasticsearch: what the names of this node's indexes begin with. No other node may use it.",
        ),
    ] = "chengguo"
    shards: Annotated[
        int, Meta(ge=1, le=1024, description="elasticsearch: parts of an index. One holds some ten million records.")
    ] = 1
    replicas: Annotated[
        int, Meta(ge=0, le=9, description="elasticsearch: further copies of each part, on other nodes.")
    ] = 1
    api_key: Annotated[
        str, Meta(description='elasticsearch: where its API key is kept: "env:NAME" or "file:PATH".')
    ] = ""
    username: Annotated[str, Meta(description="elasticsearch: the user, when there is no API key.")] = ""
    password: Annotated[
        str, Meta(description='elasticsearch: where its user\'s password is kept: "env:NAME" or "file:PATH".')
    ] = ""
    ca_file: Annotated[
        str,
        Meta(
            description="elasticsearch: PEM file with the authority that signed its certificate, from the home folder."
        ),
    ] = ""
    fingerprint: Annotated[
        str,
        Meta(
            pattern=r"^$|^(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$",
            description="elasticsearch: SHA-256 fingerprint of its certificate, instead of an authority.",
        ),
    ] = ""
    timeout: Annotated[int, Meta(ge=1, le=600, description="elasticsearch: seconds a search may take.")] = 10


class Graph(Section, frozen=True):
    url: Annotated[
        str,
        Meta(
            description="Address of a SPARQL 1.1 store that somebody else runs for this node; of Fuseki, the address of the "
            "dataset. Empty: one of our own, started and watched by `chengguo serve`."
        ),
    ] = ""
    dialect: Annotated[
        Literal["oxigraph", "fuseki", "virtuoso"], Meta(description="What kind of store is at `url`.")
    ] = "oxigraph"
    user: Annotated[str, Meta(description="Who writes to the store at `url`. Empty: it asks nobody.")] = ""
    password: Annotated[
        str, Meta(description='Where the password of `user` is kept: "env:NAME" or "file:PATH", relative to the home.')
    ] = ""
    directory: Annotated[str, Meta(description="Folder of our own graph store. Empty: the home's data/graph.")] = ""
    timeout: Annotated[int, Meta(ge=1, le=3600, description="Seconds a SPARQL query may run.")] = 30
    memory_limit: Annotated[
        int, Meta(ge=64, description="Mebibytes our own graph store may use before it is restarted.")
    ] = 2048
    max_result_bytes: Annotated[int, Meta(ge=1024, description="Largest SPARQL answer, in bytes.")] = 64 * 2**20
    max_result_rows: Annotated[int, Meta(ge=1, description="Most rows of a SPARQL answer.")] = 1_000_000


class Http(Section, frozen=True):
    host: Annotated[str, Meta(min_length=1, description="Address to listen on; 0.0.0.0 for every interface.")] = (
        "127.0.0.1"
    )
    port: Annotated[Port, Meta(description="Port to listen on.")] = 8080
    workers: Annotated[int, Meta(ge=1, le=64, description="Web worker processes.")] = 2
    rate_per_second: Annotated[
        float, Meta(ge=0, description="Requests per second one client address may make on average; 0: no limit.")
    ] = 50.0
    rate_burst: Annotated[int, Meta(ge=1, description="Requests one client address may make at once.")] = 500
    oai_page: Annotated[int, Meta(ge=1, le=5000, description="Records on a page of OAI-PMH.")] = 500
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(description='Networks of proxies whose X-Forwarded-For is believed, such as "10.0.0.0/8".'),
    ] = ()


class Harvest(Section, frozen=True):
    batch_size: Annotated[int, Meta(ge=1, le=100_000, description="Records written to the ledger at once.")] = 1000
    workers: Annotated[int, Meta(ge=1, le=64, description="Sources harvested at the same time.")] = 4
    processes: Annotated[
        int,
        Meta(
            ge=0,
            le=256,
            description="Processes that judge the records of large harvests. "
            "1: none beside the command's own; 0: one for each processor.",
        ),
    ] = 0
    contact: Annotated[
        str, Meta(description="Contact named in the User-Agent towards sources. Empty: the site's contact.")
    ] = ""


class Attention(Section, frozen=True):
    webhook: Annotated[
        str,
        Meta(
            description="Where to POST what needs a person (Standard Webhooks). An address, or where one is kept that is "
            'secret itself: "env:NAME" or "file:PATH", relative to the home. Empty: nowhere.'
        ),
    ] = ""
    secret: Annotated[
        str, Meta(description='Where the key is kept that signs what is sent: "env:NAME" or "file:PATH".')
    ] = ""
    allow_private: Annotated[
        bool, Meta(description="Whether the webhook may live on a private or loopback address.")
    ] = False
    retries: Annotated[int, Meta(ge=0, le=10, description="Further attempts at once, with growing pauses.")] = 3


class Mail(Section, frozen=True):
    host: Annotated[
        str,
        Meta(
            description="Mail server (SMTP) that takes what the node sends to those who follow a search. Empty: none."
        ),
    ] = ""
    port: Annotated[Port, Meta(description="Its port.")] = 587
    security: Annotated[
        Literal["starttls", "tls", "none"],
        Meta(
            description="starttls: encrypted after the greeting; tls: from the first byte; none: only for a server of one's own."
        ),
    ] = "starttls"
    user: Annotated[str, Meta(description="Who sends, for the server. Empty: it asks nobody.")] = ""
    password: Annotated[
        str, Meta(description='Where the password of `user` is kept: "env:NAME" or "file:PATH", relative to the home.')
    ] = ""
    sender: Annotated[
        str,
        Meta(
            pattern=r"^([^\s@<>\"]+@[A-Za-z0-9.-]+)?$",
            description="Address that the letters come from; needed with `host`.",
        ),
    ] = ""

    @property
    def usable(self) -> bool:
        return bool(self.host and self.sender)


class Dumps(Section, frozen=True):
    schedule: Annotated[
        str,
        Meta(
            description="When `serve` writes a dump (cron: minute hour day month weekday), the first one as soon as records have "
            "come to rest. Empty: only when told to."
        ),
    ] = "30 3 * * *"
    timezone: Annotated[str, Meta(description="Time zone of `schedule` (IANA).")] = "Asia/Shanghai"
    formats: Annotated[
        tuple[Literal["jsonl", "csv", "xlsx", "nq", "ttl"], ...],
        Meta(min_length=1, description="What a dump is written as."),
    ] = ("jsonl", "csv", "xlsx", "nq", "ttl")
    compression: Annotated[Literal["zstd", "gzip"], Meta(description="How its files are compressed.")] = "zstd"
    keep: Annotated[
        int,
        Meta(
            ge=0, le=1000, description="Earlier dumps that are kept; all of them go when anything in them is withdrawn."
        ),
    ] = 3


class Webhooks(Section, frozen=True):
    enabled: Annotated[
        bool,
        Meta(
            description="Whether programs may follow a search: the node then POSTs to addresses that anybody may name "
            "and that have echoed a challenge."
        ),
    ] = False
    most: Annotated[int, Meta(ge=1, le=10_000, description="Webhooks of the node together.")] = 500
    give_up_days: Annotated[
        int, Meta(ge=1, le=30, description="Days of failing after which a webhook is no longer called.")
    ] = 5
    allow_private: Annotated[
        bool,
        Meta(
            description="Whether receivers may live at private or loopback addresses and at any port. "
            "For trials: anybody could make the node speak to its own network."
        ),
    ] = False


class Log(Section, frozen=True):
    level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="Least important message shown.")
    ] = "info"
    format: Annotated[
        Literal["auto", "console", "json"],
        Meta(description="auto: for people on a terminal, JSON lines elsewhere."),
    ] = "auto"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings of a node, checked."""

    site: Annotated[Site, Meta(description="What the node is called and where it is found.")] = Site()
    ledger: Annotated[Ledger, Meta(description="Where the truth is kept.")] = Ledger()
    search: Annotated[Search, Meta(description="The search index.")] = Search()
    graph: Annotated[Graph, Meta(description="The linked data and its SPARQL endpoint.")] = Graph()
    http: Annotated[Http, Meta(description="The web server.")] = Http()
    harvest: Annotated[Harvest, Meta(description="Reading the sources.")] = Harvest()
    attention: Annotated[Attention, Meta(description="Telling operators what needs a person.")] = Attention()
    mail: Annotated[Mail, Meta(description="Letters to those who follow a search.")] = Mail()
    dumps: Annotated[Dumps, Meta(description="Files of everything that is public, for downloading.")] = Dumps()
    webhooks: Annotated[Webhooks, Meta(description="Programs that follow a search.")] = Webhooks()
    log: Annotated[Log, Meta(description="What the processes tell.")] = Log()


class Setting(msgspec.Struct, frozen=True):
    """One declaration, for documents and checks."""

    section: str
    key: str
    type: str
    default: object
    help: str

    @property
    def variable(self) -> str:
        return f"{PREFIX}{self.section}_{self.key}".upper()


def sections() -> dict[str, tuple[type[Section], str]]:
    """Section name -> its Struct and its meaning, in the order of the file."""
    hints = typing.get_type_hints(Settings, include_extras=True)
    return {name: (_bare(hint), _described(hint)) for name, hint in hints.items()}


def declared() -> Iterator[Setting]:
    """Every setting, in the order of the file."""
    for section, (struct, _) in sections().items():
        hints = typing.get_type_hints(struct, include_extras=True)
        for field in msgspec.structs.fields(struct):
            hint = hints[field.name]
            yield Setting(section, field.name, _type_name(_bare(hint)), field.default, _described(hint))


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of a file, overridden by the environment. Raises SettingsError."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error
    _refuse_unknown(path, tables)
    _convert(tables, str(path))
    merged = {name: dict(table) for name, table in tables.items()}
    for setting, text in _overrides(environ):
        value = _from_text(setting, text)
        merged.setdefault(setting.section, {})[setting.key] = value
    return _convert(merged, str(path))


def nearest(name: str, known: typing.Iterable[str]) -> str:
    """What to say of an unknown name: " Did you mean X?", or all that is known."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"Known: {', '.join(names)}." if names else "There is none."


def _refuse_unknown(path: Path, tables: Mapping[str, Any]) -> None:
    known = sections()
    for section, table in tables.items():
        if section not in known:
            what = f"[{section}]" if isinstance(table, dict) else f'"{section}"'
            raise SettingsError(f"{path}: {what} is not a section. {nearest(section, known)}")
        if not isinstance(table, dict):
            raise SettingsError(f"{path}: {section} must be a table: write [{section}] and its keys below it.")
        keys = known[section][0].__struct_fields__
        for key in table:
            if key not in keys:
                raise SettingsError(f'{path}: "{key}" is not a setting of [{section}]. {nearest(key, keys)}')


def _overrides(environ: Mapping[str, str]) -> Iterator[tuple[Setting, str]]:
    known = {setting.variable: setting for setting in declared()}
    for variable, text in sorted(environ.items()):
        rest = variable.removeprefix(PREFIX)
        if rest == variable or rest in RESERVED or rest.startswith(RESERVED_PREFIXES):
            continue
        if variable not in known:
            raise SettingsError(f"environment variable {variable} is not a setting. {nearest(variable, known)}")
        yield known[variable], text


def _from_text(setting: Setting, text: str) -> object:
    struct = sections()[setting.section][0]
    hint = typing.get_type_hints(struct, include_extras=True)[setting.key]
    try:
        value = [part.strip() for part in text.split(",")] if typing.get_origin(_bare(hint)) is tuple else text
        return msgspec.to_builtins(msgspec.convert(value, type=hint, strict=False))
    except msgspec.ValidationError as error:
        raise SettingsError(f'environment variable {setting.variable} = "{text}": {error}') from error


def _convert(tables: Mapping[str, Any], where: str) -> Settings:
    try:
        return msgspec.convert(tables, type=Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{where}: {_readable(str(error))}") from error


def _readable(message: str) -> str:
    """msgspec's "... - at `$.http.port`" with the setting named as it stands in the file."""
    text, mark, path = message.partition(" - at `$.")
    section, _, key = path.rstrip("`").partition(".")
    return f"[{section}] {key}: {text}" if mark else message


def _bare(hint: Any) -> Any:
    while typing.get_origin(hint) is Annotated:
        hint = typing.get_args(hint)[0]
    return hint


def _described(hint: Any) -> str:
    found = [m.description for m in getattr(hint, "__metadata__", ()) if isinstance(m, Meta) and m.description]
    return found[-1] if found else ""


def _type_name(hint: Any) -> str:
    if typing.get_origin(hint) is Literal:
        return " | ".join(f'"{value}"' for value in typing.get_args(hint))
    if typing.get_origin(hint) is tuple:
        return f"list of {_type_name(_bare(typing.get_args(hint)[0]))}"
    names: dict[Any, str] = {str: "text", int: "integer", float: "number", bool: "true | false"}
    return names[hint]
