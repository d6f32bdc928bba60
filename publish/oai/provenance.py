"""The `about` of a record: where it was harvested, nested along the nodes it came through (OAI provenance schema)."""

import re

import msgspec

from publish.links import safe
from publish.oai.xml import OAI, element, located, quoted
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord
from vocab.values import Provenance

NAMESPACE = f"{OAI}provenance"
_OPEN = f'<provenance xmlns="{NAMESPACE}" {located({NAMESPACE: f"{NAMESPACE}.xsd"})}>'
_ORIGIN = re.compile(r"^https?://[^/?#]+", re.IGNORECASE)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")


class Harvest(msgspec.Struct, frozen=True):
    """One step of the way: fetched from `base_url` at `at`, where the record was `identifier` in the format `namespace`."""

    base_url: str
    identifier: str
    namespace: str
    at: str


def about(public: PublicRecord, ns: Namespaces, record_path: str) -> str:
    """The container, or nothing for a record that does not say where it is from. `record_path` is our format's namespace."""
    found = public.record.provenance
    inside = ""
    for step in reversed(_steps(found, ns, record_path)) if found else ():
        inside = _description(step, inside)
    return f"<about>{_OPEN}{inside}</provenance></about>" if inside else ""


def _steps(found: Provenance, ns: Namespaces, record_path: str) -> list[Harvest]:
    """The nearest first: each node was asked when the one above says it fetched the record."""
    steps, base, source, page, fetched = [], ns.base, found.source, found.url, found.retrieved
    for origin in found.chain:
        base = origin.iri.partition("/id/")[0]
        steps.append(Harvest(f"{base}/oai", origin.iri, base + record_path, fetched))
        source, page, fetched = origin.source, origin.url, origin.retrieved
    if address := safe(page):
        # A platform's own format has no namespace: the page of the source, where it is mapped, stands for it.
        platform = "".join(_ORIGIN.findall(address)[:1])
        steps.append(Harvest(f"{platform}/", address, f"{base}/source/{source}", fetched))
    return steps


def _description(step: Harvest, inside: str) -> str:
    """Every platform is mapped to our vocabulary on the way, so every record was altered."""
    at = _MOMENT.match(step.at)
    if at is None:
        return inside
    moment = f"{at[0]}Z"
    parts = (
        element("baseURL", step.base_url),
        element("identifier", step.identifier),
        element("datestamp", moment),
        element("metadataNamespace", step.namespace),
    )
    return (
        f'<originDescription harvestDate="{quoted(moment)}" altered="true">{"".join(parts)}{inside}</originDescription>'
    )
