"""The answers to the six verbs (section 4), as the text inside of the protocol's envelope."""

import re
from collections.abc import Callable, Mapping

from federation.clock import stamp
from federation.selection import Listed, Selection
from publish.oai import lists, provenance, sets
from publish.oai.arguments import Asked
from publish.oai.errors import BadResumptionToken, CannotDisseminateFormat, IdDoesNotExist
from publish.oai.formats import Format, formats
from publish.oai.record_xml import PATH
from publish.oai.xml import element, escaped
from publish.services import Services

MOST_CHARACTERS = 8 * 2**20  # of a page: one of very large records ends early
EMAIL = re.compile(r"\S+@(\S+\.)+\S+")  # as the schema wants it
NOBODY = "no-contact@example.invalid"  # the protocol cannot do without an address, and this site has set none
SECONDS = "YYYY-MM-DDThh:mm:ssZ"


class Repository:
    """Answers over one node's public records."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._ns = services.namespaces
        self._formats: Mapping[str, Format] = formats(services.namespaces)
        self.address = f"{services.settings.base_url}/oai"
        self._answers: dict[str, Callable[[Asked], str]] = {
            "Identify": self._identify,
            "ListMetadataFormats": self._list_metadata_formats,
            "ListSets": self._list_sets,
            "GetRecord": self._get_record,
            "ListIdentifiers": self._list_identifiers,
            "ListRecords": self._list_records,
        }

    def answer(self, asked: Asked) -> str:
        """The verb's element. Raises OaiError."""
        return f"<{asked.verb}>{self._answers[asked.verb](asked)}</{asked.verb}>"

    def _identify(self, _: Asked) -> str:
        settings = self._services.settings
        title = " / ".join(text for text in (settings.title.zh, settings.title.en) if text)
        first = self._services.view.changes(0, 1)
        return "".join(
            (
                element("repositoryName", title),
                element("baseURL", self.address),
                element("protocolVersion", "2.0"),
                element("adminEmail", settings.contact if EMAIL.fullmatch(settings.contact) else NOBODY),
                element("earliestDatestamp", seconds(first[0].at if first else stamp())),
                element("deletedRecord", "persistent"),
                element("granularity", SECONDS),
                element("compression", "gzip"),
            )
        )

    def _list_metadata_formats(self, asked: Asked) -> str:
        if identifier := asked.get("identifier"):
            self._found(identifier)
        return "".join(
            f"<metadataFormat>{element('metadataPrefix', one.prefix)}{element('schema', one.schema)}"
            f"{element('metadataNamespace', one.namespace)}</metadataFormat>"
            for one in self._formats.values()
        )

    def _list_sets(self, asked: Asked) -> str:
        if asked.get("resumptionToken"):
            raise BadResumptionToken("ListSets gives all sets at once and no resumption token")
        return "".join(
            f"<set>{element('setSpec', spec)}{element('setName', name)}</set>"
            for spec, name in sets.every(self._services)
        )

    def _get_record(self, asked: Asked) -> str:
        found = self._found(asked.get("identifier"))
        prefix = asked.get("metadataPrefix")
        if prefix not in self._formats:
            raise CannotDisseminateFormat(f"there is no format {prefix[:40]!r}; there are {', '.join(self._formats)}")
        return self._record(found, self._formats[prefix])

    def _list_identifiers(self, asked: Asked) -> str:
        return self._list(asked, lambda record, _: header(record))

    def _list_records(self, asked: Asked) -> str:
        return self._list(asked, self._record)

    def _list(self, asked: Asked, write: Callable[[Listed, Format], str]) -> str:
        """A page and the token behind it."""
        wanted = lists.wanted(asked, self._formats, self._services)
        page = lists.page(wanted, self._services, self._services.settings.limits.oai)
        form, parts, length = self._formats[wanted.place.prefix], [], 0
        for record in page.records:
            parts.append(write(record, form))
            length += len(parts[-1])
            if length > MOST_CHARACTERS:
                break
        given = page.records[: len(parts)]
        more = page.more or len(given) < len(page.records)
        if more:
            wanted = lists.begun(wanted, self._services)
        return "".join(parts) + lists.token(wanted, given, more, self._services)

    def _record(self, record: Listed, form: Format) -> str:
        if record.body is None:
            return f"<record>{header(record)}</record>"
        public = record.public()
        about = provenance.about(public, self._ns, PATH)
        return f"<record>{header(record)}<metadata>{form.write(public)}</metadata>{about}</record>"

    def _found(self, identifier: str) -> Listed:
        """Raises IdDoesNotExist."""
        found = self._services.view.listed(Selection(iris=(identifier,)), 0, 1)
        if not found:
            raise IdDoesNotExist(
                f"{identifier[:200]!r} is no record of this repository; identifiers are addresses like "
                f"{self._ns.base}/id/achievement/…"
            )
        return found[0]


def header(record: Listed) -> str:
    status = ' status="deleted"' if record.body is None else ""
    specs = "".join([f"<setSpec>{spec}</setSpec>" for spec in sets.of_record(record)])
    return (
        f"<header{status}><identifier>{escaped(record.iri)}</identifier>"
        f"<datestamp>{seconds(record.at)}</datestamp>{specs}</header>"
    )


def seconds(at: str) -> str:
    """A time of the ledger with seconds: `2026-03-01T08:00:00Z`."""
    return f"{at[:19]}Z"
