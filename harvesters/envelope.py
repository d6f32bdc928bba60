"""What a source wraps its records in: the format, a callback around it, its own codes, the list, the total, the cursor."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec

from harvesters import json_text, xml_text
from harvesters.answer import Answer, printable
from harvesters.base import JSON, XML, TerminalError
from harvesters.json_text import Malformed, steps
from harvesters.paging import next_link
from harvesters.session import Busy, Session
from harvesters.signing import SkewedClock, server_date

Format = Literal["json", "xml"]
CALLBACK = re.compile(r"[A-Za-z_$][\w$.]{0,99}")


@dataclass(frozen=True, slots=True)
class Codes:
    """The source's own codes inside an answer; `clock` are those that mean that our clock is wrong."""

    path: str = ""
    ok: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    auth: tuple[str, ...] = ()
    clock: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer taken apart. `total` is what the source announces, None for nothing usable; `document` is all of it."""

    rows: list[bytes] = field(repr=False)
    total: int | None
    cursor: str
    document: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Takes the answers of one source apart. Paths are dotted."""

    format: Format
    callback: str
    record_path: str
    total_path: str
    cursor_path: str
    codes: Codes
    skew: Callable[[datetime | None], str] = lambda _: ""  # words on how far the source's clock is from ours

    @property
    def media_type(self) -> str:
        return XML if self.format == "xml" else JSON

    def page(self, session: Session, answer: Answer, first: bool) -> Page:
        """Raises Busy, SkewedClock, TerminalError."""
        document = self.document(session, answer)
        total = self._total(document)
        rows = self._rows(session, answer.url, document, empty=total == 0 or not first)
        return Page(rows, total, self._cursor(session, answer, document), document)

    def document(self, session: Session, answer: Answer) -> bytes:
        """The answer's JSON or XML in UTF-8, when its own code says that it went well. Raises as `page`."""
        document = self._read(session, answer)
        if self.codes.path:
            self._judge(session, answer, self._text(session, answer.url, document, self.codes.path), document)
        if not 200 <= answer.status < 300:  # one of those that the source explains, but it did not
            raise TerminalError(
                session.say(answer.url, f"the source answered status {answer.status} and no code of it")
            )
        return document

    def record(self, session: Session, url: str, document: bytes, path: str) -> bytes | None:
        """The one record at a path; None when there is none. Raises TerminalError."""
        if self.format == "json":
            found = self._at(session, url, document, path)
            return found if found is not None and found.lstrip()[:1] == b"{" else None
        *parents, name = steps(path) or ("",)
        if not name:
            return document
        rows = xml_text.items(document, (*parents, name))
        return rows[0] if rows else None

    def scalar(self, row: bytes, path: str) -> str:
        """The value at a path in a record. Raises Malformed."""
        if self.format == "xml":
            return xml_text.scalar(row, steps(path))
        return json_text.scalar(row, steps(path)) if row.lstrip()[:1] == b"{" else ""

    def _read(self, session: Session, answer: Answer) -> bytes:
        if self.format == "json":
            return session.json_of(self._bare(session, answer) if self.callback else answer)
        session.refuse_html(answer, "XML")
        try:
            return xml_text.wellformed(answer.body, answer.charset)
        except Malformed as error:
            message = session.say(answer.url, f"answered {answer.status} with what is not XML: {error}")
            raise Busy(message) if error.truncated else TerminalError(message) from None

    def _bare(self, session: Session, answer: Answer) -> Answer:
        """The answer without the call around it. Only this callback, around one value: nothing is ever evaluated."""
        session.refuse_html(answer, "JSONP")
        body = answer.body.removeprefix(b"\xef\xbb\xbf").strip()
        call = re.match(rb"(?:/\*\*/)?\s*" + re.escape(self.callback.encode()) + rb"\s*\(", body)
        if call:
            inner = body[call.end() :].removesuffix(b";").rstrip()
            if not inner.endswith(b")"):
                raise Busy(session.say(answer.url, f"the call of {self.callback} stops in the middle"))
            body = inner[:-1].strip()
        if body[:1] not in (b"{", b"["):  # an error may come bare, another function never
            raise TerminalError(session.say(answer.url, f"neither {self.callback}(…) nor JSON: check callback"))
        return Answer(answer.url, answer.status, answer.headers, body)

    def _judge(self, session: Session, answer: Answer, code: str, document: bytes) -> None:
        codes = self.codes
        bad = (*codes.busy, *codes.auth, *codes.clock)
        if code not in bad and (not codes.ok or code in codes.ok):
            return
        words = self._text(session, answer.url, document, codes.message) if codes.message else ""
        what = f"it answered {answer.status} with its own code {printable(code, 40)!r} {printable(session.mask(words))}"
        what = what.rstrip()
        if code in codes.busy:
            raise Busy(session.say(answer.url, what))
        if code in codes.clock:
            date = server_date(answer.headers.get("date", ""))
            advice = f"{what}: it finds our timestamp wrong{self.skew(date)}; set the clock of this machine (NTP)"
            raise SkewedClock(session.say(answer.url, advice), date)
        if code in codes.auth:
            advice = "the key is missing or no longer valid: check the secret named in [options]"
            raise TerminalError(session.say(answer.url, f"{what}: {advice}"))
        raise TerminalError(session.say(answer.url, f"{what}; ok_values are {', '.join(codes.ok)}"))

    def _rows(self, session: Session, url: str, document: bytes, empty: bool) -> list[bytes]:
        """`empty`: a page without the list is the end of it, where the format has no empty list."""
        if self.format == "xml":
            rows = xml_text.items(document, steps(self.record_path))
            rows = [] if rows is None and empty else rows
        else:
            found = self._at(session, url, document, self.record_path)
            if found == b"null":
                return []
            try:
                rows = json_text.items(found) if found is not None else None
            except Malformed as error:
                raise TerminalError(self._broken(session, url, self.record_path, error)) from None
        if rows is None:
            keys = ", ".join(printable(key, 40) for key in self._keys(document)[:20])
            what = f"no list at record_path = {self.record_path!r}; the answer holds: {keys}"
            raise TerminalError(session.say(url, what))
        return rows

    def _total(self, document: bytes) -> int | None:
        """What the source announces; None for nothing usable. A total of 0 beside records is a known lie."""
        try:
            text = self._scalar(document, self.total_path) if self.total_path else ""
        except Malformed:
            return None
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def _cursor(self, session: Session, answer: Answer, document: bytes) -> str:
        if self.cursor_path:
            return self._text(session, answer.url, document, self.cursor_path)
        return next_link(answer.headers.get("link", ""))

    def _at(self, session: Session, url: str, document: bytes, path: str) -> bytes | None:
        try:
            return json_text.descend(document, steps(path))
        except Malformed as error:
            raise TerminalError(self._broken(session, url, path, error)) from None

    def _text(self, session: Session, url: str, document: bytes, path: str) -> str:
        try:
            return self._scalar(document, path)
        except Malformed as error:
            raise TerminalError(self._broken(session, url, path, error)) from None

    def _scalar(self, document: bytes, path: str) -> str:
        scalar = xml_text.scalar if self.format == "xml" else json_text.scalar
        return scalar(document, steps(path))

    def _broken(self, session: Session, url: str, path: str, error: Malformed) -> str:
        return session.say(url, f"the JSON string at {path!r} is broken: {error}")

    def _keys(self, document: bytes) -> list[str]:
        if self.format == "xml":
            return xml_text.names(document)
        try:
            return list(msgspec.json.decode(document, type=dict[str, msgspec.Raw]))
        except msgspec.MsgspecError:
            return ["no object"]
