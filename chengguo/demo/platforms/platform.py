"""The contract of a simulated platform: a request in, an answer out; the day decides what its listing holds."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import msgspec

from chengguo.demo.fiction import Fiction


class Request(msgspec.Struct, frozen=True):
    """`path` without the platform's own segment; `query` with its first values; `base` the platform's own URL."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    base: str
    day: int


class Answer(msgspec.Struct, frozen=True):
    body: bytes
    media_type: str = "application/json; charset=utf-8"
    status: int = 200


NOT_FOUND = Answer(b'{"error": "not found"}', status=404)


def as_json(value: object, status: int = 200) -> Answer:
    return Answer(msgspec.json.encode(value), status=status)


def as_text(value: object) -> str:
    """JSON in a string, as several real platforms send it."""
    return msgspec.json.encode(value).decode("utf-8")


class Platform(ABC):
    """Makes its listing once; answers for any day."""

    @abstractmethod
    def fictions(self, day: int) -> Sequence[Fiction]: ...

    @abstractmethod
    def answer(self, request: Request) -> Answer: ...


def page(items: Sequence[Fiction], offset: int, limit: int) -> Sequence[Fiction]:
    return items[max(0, offset) : max(0, offset) + max(1, min(limit, 500))]


def number(text: str | None, default: int) -> int:
    """A query parameter as a number; what is not one counts as not given."""
    return int(text) if text and text.isdecimal() else default
