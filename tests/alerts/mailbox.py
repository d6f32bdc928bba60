"""A real mail server (aiosmtpd) in this process, that keeps what it takes and can be told to refuse."""

import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tests.chengguo.nodes import free_port

USER, PASSWORD = "node", "secret-of-the-node"


class Mailbox:
    """`answers`: address -> the answer its RCPT gets."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.letters: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.logins: list[str] = []
        self._port = free_port()
        asks: dict[str, Any] = {}
        if tls is not None:
            asks = {"tls_context": tls, "require_starttls": True, "auth_required": True, "authenticator": self._known}
        self._controller = Controller(self, hostname="127.0.0.1", port=self._port, **asks)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return self._port

    def of(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if letter["To"] == address]

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        assert envelope.rcpt_tos == [letter["To"]]
        self.letters.append(letter)
        return "250 taken"

    def _known(self, server: SMTP, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        right = (
            isinstance(given, LoginPassword) and given.login == USER.encode() and given.password == PASSWORD.encode()
        )
        self.logins.append(mechanism)
        return AuthResult(success=right, handled=False)


def plain(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html(letter: EmailMessage) -> str:
    part = letter.get_body(("html",))
    assert part is not None
    return str(part.get_content())
