"""Operators are told: the command, the feed's file, and a webhook that is a real server."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from lxml import etree

from chengguo import notices
from chengguo.attention_feed import write
from chengguo.errors import SettingsError
from chengguo.home import Home, create
from chengguo.settings import Attention, Settings
from federation.watch.attention import Concern, Matter
from publish.attention import ATOM, feed
from tests.alerts.receiver import Receiver
from tests.chengguo.commands import run

HELD = Matter(
    "cn-xx/held/7", Concern.HELD, "cn-xx", "run 7 waits", "chengguo run show 7", "2026-03-01T00:00:00.000Z", "王某"
)
LATE = Matter("cn-yy/late", Concern.LATE, "cn-yy", "cn-yy is late", "chengguo harvest cn-yy")
SECRET = "whsec-of-the-test"


def told(receiver: Receiver) -> list[str]:
    return [json.loads(body)["data"]["id"] for _, body in receiver.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(tmp_path / "home")
    create(made)
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    return made


def settings(receiver: Receiver, **changes: object) -> Settings:
    values = {"webhook": receiver.url, "secret": "env:HOOK_SECRET", "allow_private": True, **changes}
    return Settings(attention=msgspec.convert(values, Attention))


def test_each_matter_is_told_once_until_it_changes(home: Home, receiver: Receiver) -> None:
    chosen = settings(receiver)
    assert notices.tell(home, chosen, [HELD, LATE]) == 2
    assert notices.tell(home, chosen, [HELD, LATE]) == 0
    changed = msgspec.structs.replace(HELD, said="run 7 waits, and is the third")
    assert notices.tell(home, chosen, [changed, LATE]) == 1
    assert notices.tell(home, chosen, [LATE]) == 0
    assert notices.tell(home, chosen, [HELD, LATE]) == 1  # it is back
    assert told(receiver) == [HELD.id, LATE.id, HELD.id, HELD.id]


def test_what_is_sent_is_signed_and_quotes_no_source(home: Home, receiver: Receiver) -> None:
    notices.tell(home, settings(receiver), [HELD])
    ((headers, body),) = receiver.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["content-type"] == "application/json"
    sent = json.loads(body)
    assert (sent["type"], sent["data"]["command"]) == ("attention.raised", HELD.command)
    assert "王某" not in body.decode()


def test_a_receiver_that_is_busy_is_asked_again_and_one_that_fails_is_told_next_time(
    home: Home, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harvesters.session.time.sleep", lambda _: None)
    receiver.statuses = [503, 429]
    assert notices.tell(home, settings(receiver, retries=0), [HELD]) == 0
    assert notices.tell(home, settings(receiver, retries=2), [HELD]) == 1
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1  # a repetition can be told as one
    receiver.statuses = [204, 400]
    assert notices.tell(home, settings(receiver), [HELD, LATE, msgspec.structs.replace(LATE, id="cn-zz/late")]) == 1
    assert notices.tell(home, settings(receiver), [HELD, LATE, msgspec.structs.replace(LATE, id="cn-zz/late")]) == 1


def test_a_private_address_is_refused_unless_it_is_allowed(home: Home, receiver: Receiver) -> None:
    assert notices.tell(home, settings(receiver, allow_private=False), [HELD]) == 0
    assert receiver.got == []


def test_the_address_may_be_a_secret_and_the_key_must_be_one(
    home: Home, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home.root / "hook.url").write_text(receiver.url + "\n")
    assert notices.tell(home, settings(receiver, webhook="file:hook.url"), [HELD]) == 1
    for wrong in ("", SECRET, "env:"):
        with pytest.raises(SettingsError, match=r"\[attention\] secret: must be") as caught:
            notices.tell(home, settings(receiver, secret=wrong), [LATE])
        assert SECRET not in str(caught.value)


def test_the_feed_is_valid_atom_and_an_entry_changes_with_what_it_says(home: Home) -> None:
    root = etree.fromstring(feed([HELD, LATE], "https://example.org"))
    atom = {"a": ATOM}
    for needed in ("a:id", "a:title", "a:updated", "a:author/a:name"):
        assert root.find(needed, atom) is not None
    entries = root.findall("a:entry", atom)
    assert [entry.findtext("a:title", namespaces=atom) for entry in entries] == ["cn-xx: held", "cn-yy: late"]
    assert all(entry.findtext("a:updated", namespaces=atom) for entry in entries)
    assert "王某" not in etree.tostring(root, encoding="unicode")
    again = etree.fromstring(feed([msgspec.structs.replace(HELD, said="other")], "https://example.org"))
    assert again.findtext("a:entry/a:id", namespaces=atom) != entries[0].findtext("a:id", namespaces=atom)
    assert write(home, [HELD], "https://example.org").name == "attention.atom"


def test_the_commands_on_a_home_with_a_wrong_source(home: Home) -> None:
    (home.sources / "cn-zz.toml").write_text('id = "cn-zz"\n')
    found = run("attention", "--json", "--home", home.root)
    assert found.returncode == 1
    (matter,) = json.loads(found.stdout)
    assert (matter["concern"], matter["command"]) == ("configuration", "chengguo source check cn-zz")
    assert run("attention", "--notify", "--home", home.root).returncode == 0
    assert "cn-zz: configuration" in (home.data / "attention.atom").read_text("utf-8")
    assert run("run", "list", "--json", "--home", home.root).stdout.strip() == "[]"
    made = run("attention", "feed", "--name", "值班", "--home", home.root)
    address = made.stdout.strip()
    assert address.startswith("http://localhost:8080/feed/attention/cgt_")
    listed = json.loads(run("token", "list", "--json", "--home", home.root).stdout)
    assert [(token["name"], token["role"]) for token in listed] == [("值班", "attention")]
    assert f"chengguo token revoke {listed[0]['id']}" in made.stderr
    assert "there is no run 5" in run("run", "show", "5", "--home", home.root).stderr
