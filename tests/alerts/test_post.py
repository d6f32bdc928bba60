"""The way to the mail server: encrypted, its certificate checked, logged in, and never without."""

import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pytest

from chengguo.errors import SettingsError
from chengguo.post import Post, PostError, Refused
from chengguo.settings import Mail
from harvesters.secrets import Secrets
from tests import certificates
from tests.alerts.mailbox import PASSWORD, USER, Mailbox

READER = "reader@example.cn"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificates.made(tmp_path_factory.mktemp("tls"), "localhost")


@pytest.fixture
def secured(certificate: tuple[Path, Path]) -> Iterator[Mailbox]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with Mailbox(context) as box:
        yield box


@pytest.fixture
def mail(secured: Mailbox, monkeypatch: pytest.MonkeyPatch, certificate: tuple[Path, Path]) -> Mail:
    """Settings under which the server's certificate is trusted."""
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    return Mail(host="localhost", port=secured.port, user=USER, password="env:MAIL_PASSWORD", sender="node@example.org")


def letter(to: str = READER) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "node@example.org", to, "新记录"
    message.set_content("正文\n", cte="base64")
    return message


def test_a_letter_goes_encrypted_and_logged_in(secured: Mailbox, mail: Mail) -> None:
    with Post(mail, Secrets()) as post:
        post.send(letter(), READER)
        secured.answers["nobody@example.cn"] = "550 no such user"
        with pytest.raises(Refused) as refused:
            post.send(letter("nobody@example.cn"), "nobody@example.cn")
        assert (refused.value.code, refused.value.final) == (550, True)
        post.send(letter(), READER)  # the connection goes on after a refusal
    assert len(secured.of(READER)) == 2
    assert secured.logins


def test_a_certificate_that_nobody_vouches_for_ends_it(
    secured: Mailbox, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(PostError, match="SSLCertVerificationError"), Post(mail, Secrets()):
        pass
    assert secured.logins == []


def test_a_server_that_offers_no_encryption_gets_no_password(mailbox: Mailbox, mail: Mail) -> None:
    plain = msgspec.structs.replace(mail, port=mailbox.port)
    with pytest.raises(PostError, match="SMTPNotSupportedError"), Post(plain, Secrets()):
        pass


def test_a_wrong_password_is_told_without_it(mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "wrong-and-hidden")
    with pytest.raises(PostError, match="535") as told, Post(mail, Secrets()):
        pass
    assert "hidden" not in str(told.value)


def test_a_password_that_is_no_reference_is_refused(mail: Mail) -> None:
    with pytest.raises(SettingsError, match=r"\[mail\] password"):
        Post(msgspec.structs.replace(mail, password="in the open"), Secrets())
