"""A small OAI-PMH 2.0 repository over a list of records that a test may change while it is read."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape, quoteattr

from tests.harvesters.servers.web import Asked, Reply, Server

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">'
)
_ARGUMENTS = {
    "Identify": set[str](),
    "ListMetadataFormats": {"identifier"},
    "ListSets": {"resumptionToken"},
    "GetRecord": {"identifier", "metadataPrefix"},
    "ListIdentifiers": {"from", "until", "set", "metadataPrefix", "resumptionToken"},
    "ListRecords": {"from", "until", "set", "metadataPrefix", "resumptionToken"},
}


@dataclass(frozen=True)
class OaiRecord:
    """`metadata` is the XML below <metadata>; `datestamp` as it is served."""

    identifier: str
    datestamp: str
    metadata: str = ""
    deleted: bool = False
    sets: tuple[str, ...] = ()


def dublin_core(title: str, creator: str = "") -> str:
    """A minimal oai_dc document."""
    return (
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(title)}</dc:title>{f'<dc:creator>{escape(creator)}</dc:creator>' if creator else ''}</oai_dc:dc>"
    )


class OaiServer:
    """`records` may be changed between two requests. `lose_tokens` makes the next so many tokens invalid."""

    def __init__(self, records: Sequence[OaiRecord], page_size: int, deleted: str, granularity: str) -> None:
        self.records = list(records)
        self.lose_tokens = 0
        self.size_factor: Callable[[int], int] = lambda size: size  # what completeListSize claims
        self._page_size = page_size
        self._deleted = deleted
        self._granularity = granularity
        self._server = Server(self._answer)

    @property
    def url(self) -> str:
        return f"{self._server.url}/oai"

    @property
    def asked(self) -> list[Asked]:
        return self._server.asked

    def stop(self) -> None:
        self._server.stop()

    def _answer(self, asked: Asked) -> Reply:
        given = dict(parse_qsl(asked.body.decode())) if asked.method == "POST" else dict(asked.query)
        verb = given.pop("verb", "")
        if verb not in _ARGUMENTS:
            return self._reply("", _error("badVerb", f"no verb {verb}"))
        if set(given) - _ARGUMENTS[verb]:
            return self._reply(verb, _error("badArgument", "unknown argument"))
        content: str = getattr(self, f"_{verb.lower()}")(given)
        return self._reply(verb, content)

    def _reply(self, verb: str, content: str) -> Reply:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        request = f"<request{f' verb={quoteattr(verb)}' if verb else ''}>{escape(self.url)}</request>"
        text = f"{_HEAD}<responseDate>{now}</responseDate>{request}{content}</OAI-PMH>"
        return Reply(text.encode(), media_type="text/xml; charset=UTF-8")

    def _identify(self, _: dict[str, str]) -> str:
        return (
            f"<Identify><repositoryName>测试库</repositoryName><baseURL>{escape(self.url)}</baseURL>"
            "<protocolVersion>2.0</protocolVersion><adminEmail>admin@example.invalid</adminEmail>"
            f"<earliestDatestamp>{min((each.datestamp for each in self.records), default='2000-01-01')}</earliestDatestamp>"
            f"<deletedRecord>{self._deleted}</deletedRecord><granularity>{self._granularity}</granularity></Identify>"
        )

    def _listmetadataformats(self, _: dict[str, str]) -> str:
        return (
            "<ListMetadataFormats><metadataFormat><metadataPrefix>oai_dc</metadataPrefix>"
            "<schema>http://www.openarchives.org/OAI/2.0/oai_dc.xsd</schema>"
            "<metadataNamespace>http://www.openarchives.org/OAI/2.0/oai_dc/</metadataNamespace></metadataFormat></ListMetadataFormats>"
        )

    def _listsets(self, _: dict[str, str]) -> str:
        names = sorted({name for each in self.records for name in each.sets})
        if not names:
            return _error("noSetHierarchy", "no sets here")
        sets = "".join(f"<set><setSpec>{name}</setSpec><setName>{name}</setName></set>" for name in names)
        return f"<ListSets>{sets}</ListSets>"

    def _getrecord(self, given: dict[str, str]) -> str:
        for each in self.records:
            if each.identifier == given.get("identifier"):
                return f"<GetRecord>{_record(each)}</GetRecord>"
        return _error("idDoesNotExist", "no such record")

    def _listidentifiers(self, given: dict[str, str]) -> str:
        return self._list("ListIdentifiers", given, _header)

    def _listrecords(self, given: dict[str, str]) -> str:
        return self._list("ListRecords", given, _record)

    def _list(self, verb: str, given: dict[str, str], write: Callable[[OaiRecord], str]) -> str:
        start = 0
        if "resumptionToken" in given:
            if self.lose_tokens:
                self.lose_tokens -= 1
                return _error("badResumptionToken", "token expired")
            position, _, rest = given["resumptionToken"].partition("!")
            if not position.isdigit():
                return _error("badResumptionToken", "no such token")
            start, given = int(position), dict(parse_qsl(rest))
        if given.get("metadataPrefix") != "oai_dc":
            return _error("cannotDisseminateFormat", "oai_dc only")
        hits = [each for each in self.records if _matches(each, given)]
        if not hits:
            return _error("noRecordsMatch", "nothing matches")
        page = hits[start : start + self._page_size]
        following = start + len(page)
        token = ""
        if len(hits) > self._page_size:
            arguments = "&".join(f"{name}={value}" for name, value in given.items())
            value = f"{following}!{arguments}" if following < len(hits) else ""
            token = (
                f'<resumptionToken completeListSize="{self.size_factor(len(hits))}" cursor="{start}">'
                f"{escape(value)}</resumptionToken>"
            )
        return f"<{verb}>{''.join(map(write, page))}{token}</{verb}>"


def start_oai(
    records: Sequence[OaiRecord],
    page_size: int = 100,
    deleted: str = "persistent",
    granularity: str = "YYYY-MM-DDThh:mm:ssZ",
) -> OaiServer:
    """A running repository; stop it with `stop()`."""
    return OaiServer(records, page_size, deleted, granularity)


@contextmanager
def oai(
    records: Sequence[OaiRecord],
    page_size: int = 100,
    deleted: str = "persistent",
    granularity: str = "YYYY-MM-DDThh:mm:ssZ",
) -> Iterator[OaiServer]:
    server = start_oai(records, page_size, deleted, granularity)
    try:
        yield server
    finally:
        server.stop()


def _matches(record: OaiRecord, given: dict[str, str]) -> bool:
    if "set" in given and not any(name == given["set"] or name.startswith(given["set"] + ":") for name in record.sets):
        return False
    stamp = record.datestamp
    return given.get("from", "") <= stamp[: len(given.get("from", ""))] and (
        "until" not in given or stamp[: len(given["until"])] <= given["until"]
    )


def _header(record: OaiRecord) -> str:
    status = ' status="deleted"' if record.deleted else ""
    sets = "".join(f"<setSpec>{name}</setSpec>" for name in record.sets)
    return (
        f"<header{status}><identifier>{escape(record.identifier)}</identifier>"
        f"<datestamp>{record.datestamp}</datestamp>{sets}</header>"
    )


def _record(record: OaiRecord) -> str:
    body = "" if record.deleted else f"<metadata>{record.metadata}</metadata>"
    return f"<record>{_header(record)}{body}</record>"


def _error(code: str, text: str) -> str:
    return f'<error code="{code}">{escape(text)}</error>'
