"""From the change log to the mailbox: what is told, once, and what never is."""

import threading
from datetime import timedelta
from urllib.parse import urlencode

import msgspec
import pytest

from federation.alerts.outbox import SHOWN
from federation.alerts.pauses import PAUSES
from federation.clock import now
from tests.alerts.conftest import Scene, link, titled
from tests.alerts.mailbox import html, plain
from tests.federation.world import BASE, good

GRAPHENE = urlencode({"q": "石墨烯"})
READER = "reader@example.cn"
LATER = timedelta(days=1, hours=1)


def deliver(scene: Scene, after: timedelta = LATER) -> int:
    """A round of that much later. Returns how many letters were sent."""
    scene.teller.look()
    scene.ledger.outbox.post(now() + after)
    return send(scene, after)


def send(scene: Scene, after: timedelta = LATER) -> int:
    waiting = scene.ledger.outbox.waiting
    with pytest.MonkeyPatch.context() as later:
        later.setattr(scene.ledger.outbox, "waiting", lambda limit: waiting(limit, now() + after))
        return scene.teller.send()[0]


def told(scene: Scene, address: str = READER) -> list[str]:
    """What letters after the confirmation say."""
    return [plain(letter) for letter in scene.mailbox.of(address) if letter["List-Unsubscribe"]]


def test_new_records_that_are_found_are_told_once(scene: Scene) -> None:
    old = titled("石墨烯旧成果")
    scene.harvest(old)
    key = scene.follow(GRAPHENE)
    scene.harvest(old | titled("石墨烯导热膜", "水稻插秧机", "氧化石墨烯制备"))
    assert deliver(scene) == 1
    (letter,) = told(scene)
    assert "石墨烯导热膜" in letter
    assert "氧化石墨烯制备" in letter
    assert "水稻" not in letter
    assert "旧成果" not in letter
    assert f"{BASE}/follow/{key}" in letter
    assert deliver(scene, 2 * LATER) == 0


def test_a_changed_record_is_no_news(scene: Scene) -> None:
    old = titled("石墨烯旧成果")
    scene.harvest(old)
    scene.follow(GRAPHENE)
    scene.harvest({"石墨烯旧成果": good("石墨烯旧成果", 简介="改写过。")} | titled("石墨烯新成果"))
    assert deliver(scene) == 1
    scene.harvest({"石墨烯旧成果": good("石墨烯旧成果"), "石墨烯新成果": good("石墨烯新成果", 简介="又改写过。")})
    assert deliver(scene, 2 * LATER) == 0
    assert "旧成果" not in "".join(told(scene))


def test_what_is_withdrawn_before_the_letter_goes_is_in_none(scene: Scene) -> None:
    scene.follow(GRAPHENE)
    scene.harvest(titled("石墨烯甲", "石墨烯乙"))
    scene.teller.look()
    scene.ledger.outbox.post(now() + LATER)
    scene.harvest({"石墨烯甲": None} | titled("石墨烯乙"))
    assert send(scene) == 1
    assert "石墨烯甲" not in told(scene)[0]
    assert "1 条" in told(scene)[0]
    scene.harvest(titled("石墨烯乙", "石墨烯丙"))
    scene.teller.look()
    scene.ledger.outbox.post(now() + 2 * LATER)
    scene.harvest({"石墨烯丙": None} | titled("石墨烯乙"))
    assert send(scene, 2 * LATER) == 0
    assert scene.ledger.outbox.waiting(10, now() + 3 * LATER) == []


def test_a_refused_record_is_told_to_nobody(scene: Scene) -> None:
    scene.follow("")
    scene.harvest(titled("公开成果") | {"密": good("绝密装置", 密级="机密"), "待审": good("未审成果", 审查结论=None)})
    assert deliver(scene) == 1
    letter = scene.mailbox.letters[-1]
    said = plain(letter) + html(letter) + str(letter["Subject"])
    assert "公开成果" in said
    assert "绝密" not in said
    assert "未审" not in said


def test_the_log_is_followed_only_as_far_as_the_index(scene: Scene) -> None:
    scene.follow(GRAPHENE)
    scene.harvest(titled("石墨烯导热膜"), indexed=False)
    assert deliver(scene) == 0
    scene.projector.catch_up()
    assert deliver(scene, 2 * LATER) == 1
    assert "石墨烯导热膜" in told(scene)[0]


def test_nobody_is_told_before_they_confirm_or_after_they_stop(scene: Scene) -> None:
    assert scene.ledger.subscriptions.ask(READER, GRAPHENE, "zh", 1)
    key = scene.follow(GRAPHENE, "other@example.cn")
    assert scene.ledger.subscriptions.end(key)
    scene.harvest(titled("石墨烯导热膜"))
    assert deliver(scene) == 0
    assert [len(scene.mailbox.of(a)) for a in (READER, "other@example.cn")] == [1, 1]


def test_a_letter_of_many_names_the_first_and_counts_all(scene: Scene) -> None:
    scene.follow(GRAPHENE, days=7)
    scene.harvest(titled(*(f"石墨烯成果{n}" for n in range(SHOWN + 7))))
    assert deliver(scene) == 0  # a weekly one waits
    assert deliver(scene, timedelta(days=7, hours=1)) == 1
    (letter,) = told(scene)
    assert letter.count("/achievement/") == SHOWN
    assert f"{SHOWN + 7} 条" in letter
    assert f"{BASE}/search?{GRAPHENE}" in letter


def test_the_letter_is_whole(scene: Scene) -> None:
    key = scene.follow(urlencode({"q": "石墨烯\r\n含量"}), lang="en")
    scene.harvest({"x": good("石墨烯含量<5%&>1%的膜")})
    assert deliver(scene) == 1
    letter = scene.mailbox.letters[-1]
    assert str(letter["Subject"]) == "1 new: 石墨烯 含量"
    assert letter["List-Unsubscribe"] == f"<{BASE}/follow/{key}/stop>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "石墨烯含量&lt;5%&amp;&gt;1%的膜" in html(letter)
    assert "Newly published for your search “石墨烯 含量”: 1." in plain(letter)


def test_the_confirmation_repeats_nothing_of_who_asked(scene: Scene) -> None:
    scene.ledger.subscriptions.ask(READER, urlencode({"q": "buy at https://evil.example"}), "en", 1)
    scene.teller.round()
    (letter,) = scene.mailbox.of(READER)
    assert "evil" not in plain(letter) + html(letter) + str(letter["Subject"])
    assert link(letter)


def test_a_killed_sender_sends_the_same_message_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail server has taken it, and nobody wrote that down: the one case that SMTP cannot exclude."""
    scene.follow(GRAPHENE)
    scene.harvest(titled("石墨烯导热膜"))
    with monkeypatch.context() as dying:
        dying.setattr(scene.ledger.outbox, "sent", lambda number: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            deliver(scene)
    scene.harvest(titled("石墨烯导热膜", "石墨烯后来者"))
    assert deliver(scene) == 1
    first, again = [letter for letter in scene.mailbox.of(READER) if letter["List-Unsubscribe"]]
    assert first["Message-ID"] == again["Message-ID"]
    assert plain(first) == plain(again)
    assert deliver(scene, 2 * LATER + LATER) == 1
    assert "石墨烯后来者" in told(scene)[-1]


def test_an_address_that_is_refused_for_good_is_forgotten(scene: Scene) -> None:
    key = scene.follow(GRAPHENE)
    scene.follow(GRAPHENE, "other@example.cn")
    scene.mailbox.answers[READER] = "550 no such user"
    scene.harvest(titled("石墨烯导热膜"))
    assert deliver(scene) == 1
    assert len(told(scene, "other@example.cn")) == 1
    assert scene.ledger.subscriptions.get(key) is None


def test_a_busy_server_is_tried_again_and_in_the_end_given_up(scene: Scene) -> None:
    key = scene.follow(GRAPHENE)
    scene.harvest(titled("石墨烯导热膜"))
    scene.mailbox.answers[READER] = "451 later"
    assert deliver(scene) == 0
    assert send(scene) == 0
    del scene.mailbox.answers[READER]
    assert send(scene) == 1
    scene.harvest(titled("石墨烯导热膜", "石墨烯另一项"))
    scene.mailbox.answers[READER] = "451 later"
    for day in range(2, 3 + len(PAUSES)):
        deliver(scene, LATER * day)
    assert scene.ledger.subscriptions.get(key) is None


def test_without_a_mail_server_letters_wait(scene: Scene) -> None:
    scene.follow(GRAPHENE)
    scene.harvest(titled("石墨烯导热膜"))
    port = scene.mail.port
    scene.mail = msgspec.structs.replace(scene.mail, port=1)
    for _ in range(len(PAUSES) + 2):
        assert deliver(scene) == 0
    scene.mail = msgspec.structs.replace(scene.mail, port=port)
    assert deliver(scene) == 1


def test_two_who_send_at_once_make_one_letter(scene: Scene) -> None:
    scene.follow(GRAPHENE)
    scene.harvest(titled("石墨烯导热膜"))
    threads = [threading.Thread(target=scene.teller.look) for _ in range(2)]
    threads += [threading.Thread(target=scene.ledger.outbox.post, args=(now() + LATER,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scene.ledger.outbox.post(now() + LATER)
    scene.teller.look()
    deliver(scene, 3 * LATER)
    assert "".join(told(scene)).count("石墨烯导热膜") == 1
