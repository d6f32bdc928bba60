"""Names as CKAN wants them: of datasets, organisations, groups, tags and licences, and what they stand for here."""

import hashlib
import re
from functools import cache, lru_cache

from publish import classification
from publish.licences import licence
from vocab.codes import Concept
from vocab.namespaces import Namespaces

NAME = re.compile(r"[a-z0-9_-]{2,100}")
DATASET = re.compile(r"([a-z]+)-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
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
    """The name, and the id, of a record: `achievement-` and the number in its permanent address."""
    kind, _, local = iri.rpartition("/id/")[2].partition("/")
    return f"{kind}-{local}"


def iri_of(name: str, ns: Namespaces) -> str | None:
    """The permanent address of a dataset's name or id, or the address itself."""
    if name.startswith(f"{ns.base}/id/"):
        return name
    known = DATASET.fullmatch(name)
    return f"{ns.base}/id/{known[1]}/{known[2]}" if known else None


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
