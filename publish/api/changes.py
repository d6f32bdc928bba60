"""`/api/v1/changes`: the change log, from which another node or a mirror is kept up to date."""

from typing import Annotated

import msgspec
from msgspec import Meta

from publish.api.records import Seq
from publish.api.shapes import ChangesAnswer
from publish.links import with_query
from publish.services import Services

CHANGES = "/api/v1/changes"


class ChangesParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Changes after a number, oldest first."""

    after: Seq = 0
    size: Annotated[int, Meta(ge=1, le=1000, description="Changes on a page.")] = 100


def changes(services: Services, params: ChangesParams) -> ChangesAnswer:
    found = services.view.changes(params.after, params.size)
    following = {"after": found[-1].seq, "size": params.size} if len(found) == params.size else None
    address = services.settings.base_url + with_query(CHANGES, following) if following else None
    return ChangesAnswer(changes=tuple(found), next=address, last=services.view.last_seq())
