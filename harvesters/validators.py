"""Validators: what a source said of the state of its documents, so that the next pass asks only for what has changed."""

from collections.abc import Mapping

import msgspec

from harvesters.answer import Answer

NOT_MODIFIED = 304
_LONGEST = 1000  # characters of one validator
_MOST = 1000  # documents


class Validator(msgspec.Struct, frozen=True, omit_defaults=True):
    """ETag and Last-Modified of one document, as they were sent (RFC 9110, 8.8)."""

    etag: str = ""
    last_modified: str = ""


class Validators(msgspec.Struct, frozen=True):
    """The validators of the documents of one source, by address. `text` and `read` carry them from one pass to the next."""

    documents: Mapping[str, Validator] = {}

    def condition(self, url: str) -> dict[str, str]:
        """The headers that make a request conditional (RFC 9110, 13.1): the answer may then be 304."""
        known = self.documents.get(url, Validator())
        headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        return {name: value for name, value in headers.items() if value}

    def noted(self, url: str, answer: Answer) -> "Validators":
        """With what the answer to `url` said of itself. A 304 leaves everything as it was."""
        if answer.status == NOT_MODIFIED:
            return self
        kept = {place: known for place, known in self.documents.items() if place != url}
        found = Validator(_sent(answer, "etag"), _sent(answer, "last-modified"))
        if found != Validator():
            kept[url] = found
        return Validators(dict(list(kept.items())[-_MOST:]))

    @property
    def text(self) -> str:
        return msgspec.json.encode(self).decode()

    @staticmethod
    def read(text: str) -> "Validators":
        """What `text` gave; nothing known for any other text: then everything is asked for again."""
        try:
            return msgspec.json.decode(text, type=Validators)
        except msgspec.MsgspecError:
            return Validators()


def _sent(answer: Answer, name: str) -> str:
    value = answer.headers.get(name, "").strip()
    return value if len(value) <= _LONGEST and value.isascii() and value.isprintable() else ""
