"""Mail out of the node: one connection to the operator's mail server (SMTP, RFC 5321), checked and bounded in time.

PostError      the server cannot be reached, refuses the login, or broke off
Refused        it would not take this message; `final` when it never will (a 5xx answer to the recipient)
"""

import smtplib
import ssl
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from chengguo.references import resolved
from chengguo.settings import Mail
from harvesters.secrets import Secrets

TIMEOUT = 30.0  # seconds that any answer may take


class PostError(Exception):
    pass


class Refused(Exception):
    def __init__(self, code: int, *, final: bool) -> None:
        super().__init__(f"the mail server answered {code}")
        self.code, self.final = code, final


class Post:
    """A connection, opened and closed as a context. Entering raises PostError, SettingsError, OptionsError."""

    def __init__(self, mail: Mail, secrets: Secrets) -> None:
        self._mail = mail
        self._password = resolved(secrets, "mail", "password", mail.password) if mail.user else None
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        try:
            self._smtp = self._opened()
        except (OSError, smtplib.SMTPException) as error:
            code = getattr(error, "smtp_code", "")
            raise PostError(f"{self._where}: {type(error).__name__} {code}".rstrip()) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._smtp is not None:
            self._smtp.close()  # what was taken is taken: QUIT says nothing more

    def send(self, message: EmailMessage, to: str) -> None:
        """Raises Refused; PostError when the connection is gone."""
        assert self._smtp is not None, "enter the context first"
        sender = self._mail.sender
        try:
            self._smtp.send_message(message, from_addr=sender, to_addrs=[to])
        except smtplib.SMTPRecipientsRefused as error:
            code = error.recipients[to][0]
            raise Refused(code, final=500 <= code < 600) from error
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise Refused(error.smtp_code, final=False) from error  # our fault or a full spool, not the address
        except (OSError, smtplib.SMTPException) as error:
            raise PostError(f"{self._where}: {type(error).__name__}") from error

    @property
    def _where(self) -> str:
        return f"the mail server {self._mail.host}:{self._mail.port}"

    def _opened(self) -> smtplib.SMTP:
        mail, context = self._mail, ssl.create_default_context()
        smtp: smtplib.SMTP
        if mail.security == "tls":
            smtp = smtplib.SMTP_SSL(mail.host, mail.port, timeout=TIMEOUT, context=context)
        else:
            smtp = smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT)
        try:
            if mail.security == "starttls":
                smtp.starttls(context=context)
            if self._password is not None:
                smtp.login(mail.user, self._password.reveal())
        except BaseException:
            smtp.close()
            raise
        return smtp
