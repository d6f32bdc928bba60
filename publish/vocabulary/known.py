"""What an address under `/code` means, or what there is instead."""

from starlette.requests import Request

from publish.errors import NotFound
from vocab.codes import SCHEME_IDS, Concept, Scheme, scheme

MOST = 100  # codes named to somebody who asked for one that there is not
LONGEST = 100  # characters of what was asked for that are repeated


def code_list(request: Request) -> Scheme:
    """The list of the path. Raises NotFound, which names those there are."""
    asked = request.path_params["scheme"]
    if asked not in SCHEME_IDS:
        raise NotFound(f"There is no code list {asked[:LONGEST]!r}.", SCHEME_IDS)
    return scheme(asked)


def code(request: Request) -> Concept:
    """The concept of the path. Raises NotFound, which names the codes of a short list, the highest ones of a long list."""
    codes, asked = code_list(request), request.path_params["notation"]
    found = codes.concepts.get(asked)
    if found is None:
        listed = codes.concepts.values() if len(codes.concepts) <= MOST else codes.top
        raise NotFound(f"There is no code {asked[:LONGEST]!r} in {codes.id}.", [one.notation for one in listed])
    return found
