"""A small CKAN: the read side of its Action API over a list of packages that a test may change while it is read."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

from tests.harvesters.servers.web import Asked, Reply, Server

Package = Mapping[str, Any]
_SINCE = re.compile(r"metadata_modified:\[(\S+) TO \*\]")
_TERM = re.compile(r"(?<!\w)(\w+):\"?([^\s\"()\[\]]+)\"?")


class CkanServer:
    """`packages` may be changed between two requests; `asked` are the requests so far."""

    def __init__(self, packages: Sequence[Package], rows_max: int, api_key: str) -> None:
        self.packages = list(packages)
        self.searches = 0
        self._rows_max = rows_max
        self._api_key = api_key
        self.server = Server(self._answer)

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def asked(self) -> list[Asked]:
        return self.server.asked

    def stop(self) -> None:
        self.server.stop()

    def _answer(self, asked: Asked) -> Reply:
        found = re.fullmatch(r"/api(?:/3)?/action/(\w+)", asked.path)
        action = getattr(self, f"_{found[1]}", None) if found else None
        if action is None:
            return _failure(404, "Not Found Error", f"Action name not known: {asked.path}")
        if self._api_key and asked.headers.get("authorization") != self._api_key:
            return _failure(403, "Authorization Error", "Access denied")
        reply: Reply = action(_arguments(asked))
        return reply

    def _package_search(self, arguments: dict[str, Any]) -> Reply:
        self.searches += 1
        try:
            start, rows = int(arguments.get("start", 0)), int(arguments.get("rows", 10))
        except ValueError:
            return _failure(409, "Validation Error", "start and rows must be integers")
        hits = [each for each in self.packages if _matches(each, str(arguments.get("fq", "")))]
        hits.sort(key=lambda each: (str(each.get("metadata_modified")), str(each.get("id"))))
        page = hits[start : start + min(rows, self._rows_max)]
        return _success(
            {"count": len(hits), "results": page, "facets": {}, "search_facets": {}, "sort": arguments.get("sort")}
        )

    def _package_list(self, _: dict[str, Any]) -> Reply:
        return _success(sorted(str(each["name"]) for each in self.packages))

    def _package_show(self, arguments: dict[str, Any]) -> Reply:
        for each in self.packages:
            if arguments.get("id") in (each.get("id"), each.get("name")):
                return _success(each)
        return _failure(404, "Not Found Error", "Not found")

    def _status_show(self, _: dict[str, Any]) -> Reply:
        return _success({"ckan_version": "2.10.4", "site_title": "CKAN", "extensions": []})


def start_ckan(packages: Sequence[Package], rows_max: int = 1000, api_key: str = "") -> CkanServer:
    """A running CKAN with these packages; stop it with `stop()`. With `api_key`, requests must carry it."""
    return CkanServer(packages, rows_max, api_key)


@contextmanager
def ckan(packages: Sequence[Package], rows_max: int = 1000, api_key: str = "") -> Iterator[CkanServer]:
    site = start_ckan(packages, rows_max, api_key)
    try:
        yield site
    finally:
        site.stop()


def _arguments(asked: Asked) -> dict[str, Any]:
    if asked.method == "POST" and asked.body:
        if "json" in asked.headers.get("content-type", ""):
            return dict(json.loads(asked.body))
        return dict(parse_qsl(asked.body.decode()))
    return dict(asked.query)


def _matches(package: Package, fq: str) -> bool:
    since = _SINCE.search(fq)
    if since and str(package.get("metadata_modified", "")) < since[1].rstrip("Z"):
        return False
    terms = _TERM.findall(_SINCE.sub("", fq))
    return all(_value(package, name) == value for name, value in terms)


def _value(package: Package, name: str) -> str:
    value = package.get(name)
    return str(value.get("name")) if isinstance(value, dict) else str(value)


def _success(result: object) -> Reply:
    return Reply(json.dumps({"help": "", "success": True, "result": result}).encode())


def _failure(status: int, kind: str, message: str) -> Reply:
    error = {"__type": kind, "message": message}
    return Reply(json.dumps({"help": "", "success": False, "error": error}).encode(), status)
