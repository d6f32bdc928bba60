"""A second request for each record, where the listing shows only its heading."""

from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote

import msgspec

from harvesters.secrets import SecretRef


class Detail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In `url` and `params`, "{id}" is the key found at `id_path` of the listed record."""

    url: str  # "https://kjcg.example/api/item/{id}"; on the listing's own host
    method: Literal["GET", "POST"] = "GET"  # of the request
    send: Literal["query", "form", "json"] = "query"  # where params go
    params: dict[str, str | int | bool | SecretRef] = {}  # { dataId = "{id}" }
    id_path: str = ""  # in the listed record; empty: the record's own key
    record_path: str = ""  # where the record stands in the answer


def address(pattern: str, key: str) -> str:
    """The address of one record."""
    return pattern.replace("{id}", quote(key, safe=""))


def filled(params: Mapping[str, str | int | bool], key: str) -> dict[str, str | int | bool]:
    """The parameters of one record."""
    return {name: value.replace("{id}", key) if isinstance(value, str) else value for name, value in params.items()}
