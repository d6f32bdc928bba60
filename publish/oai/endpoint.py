"""`/oai`: the protocol's requests by GET and POST (section 3.1), its envelope, and the schema of our own format."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.clock import stamp
from publish.conditional import answer
from publish.oai import arguments
from publish.oai.arguments import FORMS, Asked
from publish.oai.errors import UNREPEATED, OaiError
from publish.oai.record_xml import PATH
from publish.oai.record_xsd import schema
from publish.oai.verbs import Repository, seconds
from publish.oai.xml import DECLARATION, OAI, element, escaped, located, quoted
from publish.services import Services

XML = "text/xml"  # section 3.1.2.1
FORM = "application/x-www-form-urlencoded"
_OPEN = f'{DECLARATION}<OAI-PMH xmlns="{OAI}" {located({OAI: f"{OAI}OAI-PMH.xsd"})}>'


def routes(services: Services) -> list[Route]:
    repository = Repository(services)
    record_schema = schema(f"{services.namespaces.base}{PATH}")

    async def oai(request: Request) -> Response:
        pairs = request.query_params.multi_items()
        if request.method == "POST":
            pairs += await _posted(request)
        return Response(await run_in_threadpool(respond, repository, pairs), headers=HEADERS, media_type=XML)

    def xsd(request: Request) -> Response:
        return answer(request, record_schema, "application/xml")

    return [
        Route("/oai", oai, methods=["GET", "POST"], name="oai"),
        Route(f"{PATH}.xsd", xsd, name="record-schema"),
    ]


# An answer says when it was made, so no two are alike.
HEADERS = {"Cache-Control": "no-cache", "X-Robots-Tag": "noindex"}


def respond(repository: Repository, pairs: Sequence[tuple[str, str]]) -> bytes:
    """The whole answer to a request."""
    head = f"{_OPEN}{element('responseDate', seconds(stamp()))}"
    asked = Asked("")
    try:
        asked = arguments.read(pairs)
        inside = f"{_request(repository.address, asked)}{repository.answer(asked)}"
    except OaiError as error:
        told = Asked("") if isinstance(error, UNREPEATED) else asked
        said = f'<error code="{error.code}">{escaped(str(error))}</error>'
        inside = f"{_request(repository.address, told)}{said}"
    return f"{head}{inside}</OAI-PMH>".encode()


def _request(address: str, asked: Asked) -> str:
    """The request as it was understood (section 3.2)."""
    given = {"verb": asked.verb, **asked.arguments}
    attributes = "".join(f' {name}="{quoted(text)}"' for name, text in given.items() if FORMS[name].fullmatch(text))
    return f"<request{attributes}>{escaped(address)}</request>"


async def _posted(request: Request) -> list[tuple[str, str]]:
    """The arguments in the body (section 3.1.1.2). Raises HTTPException."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise HTTPException(415, f"send the arguments as {FORM}", headers={"Accept-Post": FORM})
    return parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
