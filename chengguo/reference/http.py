"""The page of addresses: every route of the web application, the API's parameters, and its errors."""

from collections.abc import Iterator
from typing import Any, cast

import msgspec
from starlette.routing import Route

from chengguo.reference import markdown
from chengguo.reference.declarations import keys
from chengguo.reference.shapes import shape
from publish import params, problem
from publish.api.operations import OPERATIONS, VERSION, Operation
from publish.app import create_app
from publish.services import Services
from publish.settings import SiteLimits, SiteSettings
from vocab.kinds import KINDS
from vocab.namespaces import Namespaces

BASE = "http://localhost:8080"
API = {operation.name: operation for operation in OPERATIONS}

# route -> what it is for; a route that is missing here fails the generation
PURPOSES: dict[str, str] = {
    "home": "the portal's first page",
    "search-page": "search for people: `q` and facets as in the API, `price_min`, `price_max`, `year_from`, `year_to`, `each=1`",
    **{
        f"search-{form}": f"what a search finds as {name}, 10,000 records at most; parameters as of `/search`"
        for form, name in (("csv", "CSV"), ("xlsx", "a spreadsheet"), ("jsonl", "JSON Lines with whole records"))
    },
    "search-atom": "a search as an Atom feed, 50 records a page; parameters as of `/search`",
    "search-suggestions": "completions in the form of OpenSearch Suggestions (`q`)",
    "about": "about the site, and what each problem type of an error means",
    "sources": "the federated listings",
    "source": "one listing: its licence, declaration, last runs, and the problems of its published records",
    "source-quality": "how good a source's published records are, rule by rule, and what would help most; of a past `month` too",
    "source-quality-data": "the same as `ttl`, `nt`, `rdf` or `jsonld` in the W3C Data Quality Vocabulary",
    "organisation-name": "the records that name an organisation (`name`)",
    **{f"page-{kind}": f"the page of one {kind}" for kind in KINDS},
    "id": "a record's permanent address: 303 to its page or its data by `Accept`; 301 to the address it goes on under; "
    "410 with a tombstone when withdrawn; with `Accept-Datetime` (RFC 7089) 302 to the version of that time",
    "id-data": "a record's data: `ttl`, `nt`, `rdf`, `jsonld` or `json`; 304 by `ETag` and date; its citation: `bib`, `ris`, `csl` "
    "(CSL-JSON) or `txt` (GB/T 7714)",
    "id-linkset": "what belongs to a record (signposting, level 2), as JSON or text by `Accept` (RFC 9264)",
    "timemap": "the versions of a public record (RFC 7089, link-format); `page` where there are more than 1,000",
    "version": "one version of a public record, as page or data by `Accept`; 301 to the one it only repeats",
    "version-data": "the same as `ttl`, `nt`, `rdf`, `jsonld` or `json`",
    "sparql": "SPARQL 1.1 Protocol, queries only; a form for browsers, a service description for RDF clients",
    "void": "what the dataset is (VoID) and how many records there are by kind, region, year, field and source (RDF Data Cube)",
    "codes": "the code lists, and a search in all of them (`q`: a name, a code, or the address of a code elsewhere)",
    "code-list": "a code list: 303 to its page or its data by `Accept`",
    "code-list-data": "a code list as `html` (a tree with the numbers of public records; `q` searches it), `ttl`, `nt`, `rdf`, "
    "`jsonld` or `json`; 304 by `ETag`",
    "code": "a code, the IRI that stands for it in the data: 303 to its page or its data by `Accept`",
    "code-data": "a code with what is above and below it, in the same forms",
    "ontology": "the ontology `sta:` as a page or as linked data by `Accept`",
    "ontology-data": "the ontology as `ttl`, `nt`, `rdf` or `jsonld`; 304 by `ETag`",
    "standard": "the unified publication standard in its newest version: fields, rules, downloads, history",
    "standard-version": "the same of a released version",
    "standard-file": "a file of a released version, which never changes: JSON Schema, SHACL, templates, examples "
    "(`docs/how-to/check-a-file.md`)",
    "validate": "checks the file that is its body against the standard (`kind`, `lang`) and keeps nothing of it",
    "standard-check": "the form to check a file",
    "standard-checked": "checks the file of the form; answers with a page",
    "catalog": "the catalogue (DCAT-AP 3): a dataset for each source and year, data services; `page`, `profile` (3.0.0 or "
    "2.1.1); browsers are led to `/source`",
    "catalog-data": "the same as `ttl`, `jsonld`, `rdf` or `nt`",
    "offers": "technology offers for partners abroad, in English, as page, JSON or XML by `Accept`; `cursor`, `size` "
    "(`docs/how-to/offer-a-technology.md`)",
    "offers-data": "the same as `json` or `xml`",
    "offer": "one technology offer as page, JSON or XML; 410 when it is offered no longer",
    "offer-data": "the same as `json` or `xml`",
    "offer-schema": "the XML Schema of technology offers",
    "feed": "which change feed is for whom; the Atom feed itself for who asks for one by `Accept`",
    "feed-atom": "what was published, changed and withdrawn, newest first (Atom with archives); `source`, `kind`, `field`, `page`",
    **{
        f"{stream}{level}{data}": f"{what} ({told}){'; the same by suffix' if data else ''}"
        for stream, told in (
            ("ldes", "LDES: every change, by address alone"),
            ("records", "LDES and DCAT-AP Feeds: the last change of every record, with the record"),
        )
        for level, what in (
            ("", "the root of a stream"),
            ("-block", "a hundred pages of it"),
            ("-page", "250 changes of it"),
        )
        for data in ("", "-data")
    },
    "resourcesync": "ResourceSync (Z39.99): the source description, which leads to the lists",
    "resourcesync-capabilities": "ResourceSync: which lists there are",
    "resourcesync-index": "ResourceSync: the index of `resourcelist` (public records, with hashes) or `changelist` (all changes)",
    "resourcesync-file": "ResourceSync: a file of one of them, of a thousand numbers of the change log",
    "pushRecord": "one record that a source sends by itself, or withdraws; needs a token (`docs/how-to/push-records.md`)",
    "pushRecords": "many records that a source sends by itself: an array or JSON Lines; needs a token",
    "attention": "what needs a person, as an Atom feed for operators; the address is secret (`chengguo attention feed`)",
    "follow": "the form to follow a search by e-mail (`docs/how-to/follow-a-search.md`)",
    "follow-ask": "asks for a letter with a link to confirm; says the same whether or not the address is known",
    "follow-state": "what the link of a letter speaks of, with the button that confirms or ends it; opening it changes nothing",
    "follow-confirm": "begins what was asked for",
    "follow-stop-state": "as `/follow/{key}`",
    "follow-stop": "ends it and deletes the address, in one step (RFC 8058)",
    "webhook": "the form to have a program told of what a search finds (`docs/how-to/receive-webhooks.md`)",
    "webhook-ask": "asks for it; the answer shows the secret and the address of the page that manages it, once",
    "webhook-state": "how a webhook stands; the address is its key",
    "webhook-challenge": "sends its challenge again",
    "webhook-pause": "sends nothing until it is resumed",
    "webhook-resume": "goes on after a pause, or after it was given up",
    "webhook-stop": "ends it and deletes its address",
    "openWebhook": "as `/follow/webhook`, in JSON",
    "getWebhook": "how a webhook stands; the address holds its key; `DELETE` ends it",
    "challengeWebhook": "sends its challenge again",
    "pauseWebhook": "sends nothing until it is resumed",
    "resumeWebhook": "goes on after a pause, or after it was given up",
    "oai": "OAI-PMH 2.0: all six verbs, by GET and form (`docs/how-to/be-harvested.md`)",
    "record-schema": "the XML Schema of the format `chengguo` of OAI-PMH",
    "ckan-action": "CKAN's Action API, read-only, by GET, form and JSON (`docs/how-to/be-harvested.md`)",
    "ckan-action-unversioned": "the same, as some clients address it",
    "ckan-version": "the version of CKAN's API",
    "openapi": "the API's OpenAPI 3.1 description",
    "dumps": "what can be had as files, for people or as JSON by Accept (`docs/how-to/use-the-dumps.md`)",
    "dumps-short": "leads to `/dumps/`",
    "dumps-data": "the same list as JSON",
    "dump-latest": "leads to a file of the newest dump; 503 while it is written again",
    "dump-file": "a file of a dump; ranges; 410 when something in the dump was withdrawn",
    "healthz": "200 while the process answers",
    "readyz": "200 when ledger, search and graph answer, else 503; how many records the index lacks",
    "metrics": "Prometheus metrics of the process that answers",
    "robots": "for crawlers",
    "sitemap": "index of sitemaps; with `after`, the addresses of one span of the change log",
    "opensearch": "lets a browser add the site as a search engine",
    "static": "style sheets, scripts and pictures, under names that carry their hash",
}


def page() -> str:
    lines = markdown.heading("Addresses", "the application's routes (`publish/`)")
    lines += [
        "Pages are in Chinese and English: by `Accept-Language`, or `?lang=zh` and `?lang=en`, which is remembered.",
        f"A request may have an address of {SiteLimits().url:,} bytes and a body of {SiteLimits().body:,} bytes.",
        "",
        "## All routes",
        "",
        *markdown.table(("address", "methods", "for"), [_row(route) for route in routes()]),
        "## The API",
        "",
        "Operations that read are GETs that answer JSON; those that write are in the OpenAPI description. Parameters that an"
        " operation does not know are refused.",
        "",
    ]
    for operation in OPERATIONS:
        lines += _operation(operation)
    lines += ["## Errors", "", markdown.documentation(problem), "`type` is `{base}/about#problem-{slug}`.", ""]
    lines += markdown.table(
        ("status", "slug", "title", "try again after"),
        [
            (o.status, f"`{o.slug}`", o.title, f"{o.retry_after} s" if o.retry_after else "")
            for o in problem.all_outcomes()
        ],
    )
    lines += [f"    {line}" for line in shape(problem.ProblemDetails)]
    return markdown.finished(lines)


def routes() -> list[Route]:
    """The application's routes. It is only put together, so the parts it would ask are not there."""
    absent = cast(Any, None)
    settings = SiteSettings(base_url=BASE)
    app = create_app(Services(absent, absent, {}, absent, absent, Namespaces(BASE), settings))
    return [route for route in app.routes if isinstance(route, Route)]


def _row(route: Route) -> tuple[str, ...]:
    methods = sorted((route.methods or {"GET"}) - {"HEAD"})
    told = API[route.name].summary if route.name in API else PURPOSES[route.name]
    return (f"`{route.path.replace(':path', '')}`", ", ".join(methods), told)


def _operation(operation: Operation) -> Iterator[str]:
    yield from (f"### GET {VERSION}{operation.path}", "")
    yield from (f"{operation.summary}. {markdown.documentation(operation.params)}", "")
    rows = [("`id`", "in the path", "needed", operation.subject)] if operation.subject else []
    many = params.repeatable(operation.params)
    for key in keys(operation.params):
        kind = key.type.removeprefix("list of ") + (", repeatable" if many[key.name] else "")
        rows.append((f"`{key.name}`", kind, "needed" if key.required else markdown.code(key.default), key.meaning))
    yield from markdown.table(("parameter", "type", "default", "meaning"), rows)
    yield from (*(f"    {line}" for line in _answer(operation.answer)), "")


def _answer(hint: type[msgspec.Struct]) -> list[str]:
    return shape(hint)
