"""Addresses: absolute ones from the configured base, paths inside the site, and what may become a link at all."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote, urlencode, urlsplit

from vocab.kinds import KINDS

QueryValue = str | int | Sequence[str]


def with_query(path: str, values: Mapping[str, QueryValue | None]) -> str:
    """The path with the parameters that have a value, in the order given."""
    kept = {name: value for name, value in values.items() if value not in (None, "", ())}
    return f"{path}?{urlencode(kept, doseq=True)}" if kept else path


def segment(text: str) -> str:
    """Text as one segment of a path."""
    return quote(text, safe="")


def safe(address: str | None) -> str | None:
    """The address if it may be linked: http(s) with a host. Anything else (`javascript:`, `data:`) stays text."""
    if not address:
        return None
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    return address.strip() if parts.scheme in {"http", "https"} and parts.netloc else None


def code_path(code: str) -> str:
    """The address of a code `scheme/notation` within the site: that of its concept's IRI."""
    scheme, _, notation = code.partition("/")
    return f"/code/{segment(scheme)}/{segment(notation)}"


def record_path(iri: str, base: str) -> str | None:
    """The page of one of our own records (`/achievement/…`), None for an IRI of somebody else."""
    prefix = f"{base}/id/"
    if not iri.startswith(prefix):
        return None
    kind, _, local = iri[len(prefix) :].partition("/")
    return f"/{segment(kind)}/{segment(local)}" if kind and local else None


def record_iri(address: str, base: str) -> str | None:
    """The IRI of the record that one of our own addresses is about: its page, its data, a version, a document about it, its place
    in the API. Also without the base. None for any other address; whether there is such a record is not looked at.
    """
    path = unquote(address.strip().partition("#")[0].partition("?")[0])
    path = path.rpartition(f"{base}/")[2] if base in path else path.removeprefix("/")
    kind, _, rest = path.removeprefix("api/v1/records/").removeprefix("id/").partition("/")
    local = rest.partition("/")[0].partition(".")[0]
    return f"{base}/id/{kind}/{local}" if kind in KINDS and local else None
