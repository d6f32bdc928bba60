"""Names as CKAN wants them: of datasets, organisations, groups, tags and licences, and what they stand for here."""

import hashlib
import re
import uuid
from functools import cache, lru_cache

from publish import classification
from publish.licences import licence
from vocab.codes import Concept
from vocab.kinds import KINDS
from vocab.namespaces import Namespaces

NAME = re.compile(r"[a-z0-9_-]{2,100}")
NUMBER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DATASET = re.compile(rf"([a-z]+)-({NUMBER.pattern})")
KEPT = 0xF000_C000_0000_0000_0000  # version and variant of a UUID (RFC 9562, sections 4.1 and 4.2)
_NO_TAG = re.compile(r"[^\w .-]+")  # CKAN's rule for the characters of a tag
_SPACES = re.compile(r"\s+")
# CKAN's own ids of licences, by the name this site gives them.
LICENCES = (
    ("CC BY-SA", "cc-by-sa"),
    ("CC BY-NC", "cc-nc"),
    ("CC BY", "cc-by"),
    ("CC0", "cc-zero"),
    ("PDM", "other-pd"),
    ("ODC-By", "odc-by"),
    ("ODbL", "odc-odbl"),
    ("PDDL", "odc-pddl"),
)
OPEN = frozenset({"cc-by", "cc-by-sa", "cc-zero", "other-pd", "odc-by", "odc-odbl", "odc-pddl"})
NOT_SAID, OWN = "notspecified", "custom"


def dataset(iri: str) -> str:
    """The name of a record: `achievement-` and the number in its permanent address."""
    kind, _, local = iri.rpartition("/id/")[2].partition("/")
    return f"{kind}-{local}"


def dataset_id(iri: str) -> str:
    """The id of a record: a UUID, as CKAN wants it; its number mixed with its kind, as two kinds may share a number."""
    return _mixed(iri, "")


def resource_id(iri: str, suffix: str) -> str:
    """The id of a record's resource, by the suffix of its address or what it links to."""
    return _mixed(iri, suffix)


def addresses(text: str, ns: Namespaces, suffix: str = "") -> tuple[str, ...]:
    """The permanent addresses that a dataset's name or id, or an address itself, may stand for: at most one has a record.

    With a suffix: those that a resource's id may stand for.
    """
    if text.startswith(f"{ns.base}/id/"):
        return (text,)
    if known := DATASET.fullmatch(text):
        return (f"{ns.base}/id/{known[1]}/{known[2]}",)
    if not NUMBER.fullmatch(text):
        return ()
    number = uuid.UUID(text).int
    return tuple(f"{ns.base}/id/{kind}/{uuid.UUID(int=number ^ _mask(kind, suffix))}" for kind in KINDS)


def _mixed(iri: str, suffix: str) -> str:
    kind, _, local = iri.rpartition("/id/")[2].partition("/")
    if not NUMBER.fullmatch(local):
        return fixed(f"{iri}#{suffix}")
    return str(uuid.UUID(int=uuid.UUID(local).int ^ _mask(kind, suffix)))


@lru_cache(maxsize=256)
def _mask(kind: str, suffix: str) -> int:
    """Bits to mix in, and to take out again; those that say which sort of UUID it is stay as they are."""
    return int.from_bytes(hashlib.sha256(f"{kind}\n{suffix}".encode()).digest()[:16]) & ~KEPT


@lru_cache(maxsize=4_096)
def fixed(text: str) -> str:
    """A UUID of a text, for what has no number."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


@lru_cache(maxsize=1_024)
def organisation(source: str) -> str:
    """The name of a source: its id, or where CKAN would not take that a number made of it."""
    return source if NAME.fullmatch(source) else f"source-{hashlib.sha256(source.encode()).hexdigest()[:16]}"


@lru_cache(maxsize=1_024)
def group(code: str) -> str:
    """The name of a field: `cl10-4`."""
    return code.replace("/", "-").lower()


@cache
def groups() -> dict[str, Concept]:
    """Every group by its name."""
    return {group(one.code): one for one in classification.fields()}


def tag(word: str) -> str | None:
    """A keyword as a tag: 2 to 100 letters, digits, spaces and `-_.`; None when too little is left of it."""
    cut = _SPACES.sub(" ", _NO_TAG.sub(" ", word)).strip()[:100].strip()
    return cut if len(cut) >= 2 else None


@lru_cache(maxsize=1_024)
def licence_id(given: str | None) -> str:
    """CKAN's id of a licence; one it does not know is `custom`, with title and address beside it."""
    if not given:
        return NOT_SAID
    name = licence(given).name
    return next((known for start, known in LICENCES if name.startswith(start)), OWN)
