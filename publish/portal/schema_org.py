"""A record's page in schema.org, as search engines read it: the page, and the thing it is about."""

import json
from typing import Any

from publish.citations import Work
from publish.links import record_path, safe
from publish.services import Services
from vocab.public import PublicRecord
from vocab.values import Agent

TYPES = {
    "achievement": "CreativeWork",
    "organisation": "Organization",
    "demand": "Demand",
    "project": "ResearchProject",
}
# Inside a script element HTML knows no entities: what could end it, or begin a comment, is escaped as JSON.
_MARKUP = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def of(public: PublicRecord, work: Work, services: Services) -> str:
    """JSON-LD that may stand in a script element as it is."""
    page = services.settings.base_url + (record_path(public.iri, services.namespaces.base) or "")
    document = {
        "@context": "https://schema.org",
        "@type": "ItemPage",
        "@id": page,
        "url": page,
        "name": work.title,
        "inLanguage": ["zh-CN", "en"],
        "isAccessibleForFree": True,
        "datePublished": public.first,
        "dateModified": public.at,
        "license": work.licence,
        "publisher": {"@type": "Organization", "name": work.platform, "url": services.settings.base_url},
        "mainEntity": _thing(public, work, services),
    }
    return json.dumps(_filled(document), ensure_ascii=False, separators=(",", ":")).translate(_MARKUP)


def _thing(public: PublicRecord, work: Work, services: Services) -> dict[str, Any]:
    record = public.record
    thing = {
        "@type": TYPES.get(public.kind, "Thing"),
        "@id": public.iri,
        "identifier": [public.iri, work.number] if work.number else public.iri,
        "url": public.iri,
        "name": work.title,
        "alternateName": next((t for t in (record.title.zh, record.title.en) if t and t != work.title), ""),
        "description": record.abstract.zh or record.abstract.en or "",
    }
    if public.kind == "achievement":
        thing |= _work(public, work, services)
    if homepage := safe(getattr(record, "homepage", None)):
        thing["sameAs"] = homepage
    return thing


def _work(public: PublicRecord, work: Work, services: Services) -> dict[str, Any]:
    organisations = [a for a in (getattr(public.record, "first_org", None), *getattr(public.record, "orgs", ())) if a]
    named = {agent.name: _organisation(agent, services) for agent in reversed(organisations)}
    completed = getattr(public.record, "completed_on", None)
    return {
        "creator": list(reversed(named.values())),
        "contributor": [{"@type": "Person", "name": name} for name in work.people],
        "keywords": list(work.keywords),
        "dateCreated": completed.value if completed else "",
        "datePublished": public.first,
        "dateModified": public.at,
        "license": work.licence,
        "version": str(public.version),
    }


def _organisation(agent: Agent, services: Services) -> dict[str, str]:
    return {"@type": "Organization", "@id": services.namespaces.organisation(agent), "name": agent.name}


def _filled(value: Any) -> Any:
    """Without the members that say nothing."""
    if isinstance(value, dict):
        return {name: _filled(member) for name, member in value.items() if member not in ("", [], None)}
    return [_filled(member) for member in value] if isinstance(value, list) else value
