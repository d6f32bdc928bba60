"""Records that their source sends by itself (`PUT /api/v1/sources/{id}/records/...`): there is nothing to fetch."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from harvesters.base import Endpoint, Harvested
from harvesters.options import read_options
from harvesters.secrets import Secrets


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """It has none. The tokens of the source are made by `chengguo token create`."""


class Push:
    """A pass over nothing. Never complete: what was not sent today is not gone."""

    Options = Options
    complete = False

    def __init__(self, endpoint: Endpoint, secrets: Secrets) -> None:
        read_options(endpoint, "push", Options)

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        return iter(())
