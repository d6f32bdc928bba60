"""The webhook for operators: each matter once until it changes, signed as Standard Webhooks asks."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import structlog

from chengguo.home import Home
from chengguo.references import resolved
from chengguo.settings import Attention, Settings
from federation.clock import now
from federation.watch.attention import Matter
from harvesters.base import Endpoint, HarvestError, Limits
from harvesters.secrets import Secrets
from harvesters.session import Request, Session
from publish.alerts.standard_webhooks import enveloped, signed

TYPE = "attention.raised"
NAME = "[attention] webhook"  # how messages call the address
ANSWER = 64 * 2**10  # bytes of the receiver's answer that are read at most

log = structlog.get_logger("chengguo.attention")


class Notice(msgspec.Struct, frozen=True):
    """What is sent of a matter: without its detail, which may quote what a source said."""

    id: str
    concern: str
    source: str
    since: str | None
    said: str
    command: str


def tell(home: Home, settings: Settings, matters: Sequence[Matter]) -> int:
    """Tell the webhook what it has not been told. Returns how many matters it took; those it did not are told next time."""
    chosen = settings.attention
    if not chosen.webhook:
        return 0
    memory = home.run / "attention.json"
    told = _remembered(memory)
    kept = {matter.id: matter.digest for matter in matters if told.get(matter.id) == matter.digest}
    fresh = [matter for matter in matters if matter.id not in kept]
    sent = 0
    try:
        with _Post(chosen, home, settings.site.contact) as post:
            for matter in fresh:
                post.send(matter, now())
                kept[matter.id] = matter.digest
                sent += 1
                _remember(memory, kept)
    except HarvestError as error:
        log.warning("the webhook was not told", reason=str(error), left=len(fresh) - sent)
    _remember(memory, kept)
    return sent


class _Post:
    """Deliveries to one address, through the guarded session of the harvesters: bounded, checked, tried again with pauses."""

    def __init__(self, chosen: Attention, home: Home, contact: str) -> None:
        secrets = Secrets(folder=home.root)
        self._secret = resolved(secrets, "attention", "secret", chosen.secret)
        address = chosen.webhook
        hidden = [self._secret]
        if not address.startswith(("http://", "https://")):
            found = resolved(secrets, "attention", "webhook", address)
            hidden.append(found)
            address = found.reveal()
        self._address = address
        limits = Limits(
            timeout=10, deadline=30, max_bytes=ANSWER, retries=chosen.retries, allow_private=chosen.allow_private
        )
        self._session = Session(Endpoint(NAME, address, limits=limits, contact=contact), hidden)

    def __enter__(self) -> "_Post":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def send(self, matter: Matter, moment: datetime) -> None:
        notice = Notice(matter.id, matter.concern.value, matter.source, matter.since, matter.said, matter.command)
        body = enveloped(TYPE, moment, notice)
        headers = signed(self._secret.reveal().encode(), f"msg_{matter.digest[:32]}", moment, body)
        self._session.fetch(Request(self._address, "POST", headers=headers, body=body), lambda answer: answer)


def _remembered(path: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}  # told again rather than never


def _remember(path: Path, told: dict[str, str]) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(msgspec.json.encode(told))
    os.replace(new, path)
