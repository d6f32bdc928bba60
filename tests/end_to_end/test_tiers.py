"""City, province, nation: the same program three times, each harvesting the one below over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
import requests

from federation.tokens import Tokens
from federation.verify import check
from federation.views import RunStatus
from publish.app import create_app
from tests.federation.test_secrecy import everything
from tests.federation.tiers import Tier, tier
from tests.federation.world import good
from tests.publish_sparql.loopback import serving
from vocab.kinds import encode_record

PROV = "http://www.w3.org/ns/prov#"
SECRET = "某型号隐身涂层配方"


class Tiers(NamedTuple):
    city: Tier
    province: Tier
    nation: Tier

    def polls(self, times: int = 1) -> None:
        """Each tier above asks the one below, as their schedules have them do."""
        for _ in range(times):
            for above in (self.province, self.nation):
                assert above.poll().status is RunStatus.DONE


@pytest.fixture
def tiers(tmp_path: Path) -> Iterator[Tiers]:
    with (
        tier(tmp_path, "city") as city,
        tier(tmp_path, "province", city.url) as province,
        tier(tmp_path, "nation", province.url) as nation,
    ):
        made = Tiers(city, province, nation)
        records = {f"r{n}": good(f"成果 {n} 号") for n in range(4)}
        city.take({**records, "secret": good(SECRET, 密级="秘密")}, full=True)
        made.polls()
        yield made


def test_every_tier_shows_what_the_lowest_published(tiers: Tiers) -> None:
    for each in tiers:
        assert each.titles() == [f"成果 {n} 号" for n in range(4)]
        answer = requests.get(f"{each.url}/api/v1/records", timeout=5).json()
        assert {item["iri"].partition("/id/")[0] for item in answer["items"]} == {each.base}
        assert SECRET not in str(answer)
    for each in tiers[1:]:
        kept = [raw for batch in each.ledger.raws("below", 100) for raw in batch]
        assert not [raw for raw in kept if SECRET.encode() in raw.body]


def test_a_withdrawal_below_is_gone_above_within_two_polls(tiers: Tiers) -> None:
    gone = [next(p.iri for p in each.public() if p.record.title.zh == "成果 2 号") for each in tiers]
    tiers.city.take({"r2": None})
    tiers.polls(1)
    for each, iri in zip(tiers, gone, strict=True):
        assert "成果 2 号" not in each.titles()
        answer = requests.get(
            f"{each.url}{iri.removeprefix(each.base)}", headers={"Accept": "application/json"}, timeout=5
        )
        assert answer.status_code == 410
        assert "成果 2 号" not in answer.text


def test_a_record_that_turned_secret_below_is_gone_above_and_destroyed(tiers: Tiers) -> None:
    tiers.city.take({"r3": good("成果 3 号", 密级="机密")})
    tiers.polls(1)
    for each in tiers:
        assert each.titles() == ["成果 0 号", "成果 1 号", "成果 2 号"]
        assert "成果 3 号" not in everything(each.ledger)


def test_what_is_destroyed_below_is_destroyed_above_and_the_log_does_not_tell(tiers: Tiers) -> None:
    """Whether by one order or by a later one; what comes back has no past above."""
    iris = {p.record.title.zh: p.iri for p in tiers.city.public()}
    desk = tiers.city.ledger.desk
    desk.take_down(iris["成果 1 号"], "来源撤下", officer="李四", purge=True)
    desk.take_down(iris["成果 2 号"], "来源撤下", officer="李四")
    tiers.polls(1)
    for each in tiers[1:]:
        assert not [title for title in ("成果 1 号", "成果 2 号") if title in everything(each.ledger)]
    assert "成果 2 号" in everything(tiers.city.ledger)
    seq = tiers.city.ledger.last_seq()
    desk.take_down(iris["成果 2 号"], "1", officer="李四", purge=True)
    assert tiers.city.ledger.last_seq() == seq
    one, two = (change for change in tiers.city.ledger.changes(seq - 2, 2))
    assert (one.event, one.version) == (two.event, two.version)
    desk.lift(iris["成果 1 号"], officer="李四")
    tiers.city.take({f"r{n}": good(f"成果 {n} 号") for n in range(4)}, full=True)
    tiers.polls(1)
    for each in tiers:
        assert each.titles() == ["成果 0 号", "成果 1 号", "成果 3 号"]
        assert not any(check(each.ledger).values())


def test_a_correction_goes_up_and_what_did_not_change_writes_nothing(tiers: Tiers) -> None:
    before = tiers.nation.ledger.last_seq()
    tiers.city.take({"r1": good("成果 1 号（更正）")})
    tiers.polls(2)
    assert "成果 1 号（更正）" in tiers.nation.titles()
    assert tiers.nation.ledger.last_seq() == before + 1
    tiers.city.take({"r1": good("成果 1 号（更正）", 联系人="张三")})  # nothing public of it changed
    tiers.polls(2)
    assert tiers.nation.ledger.last_seq() == before + 1
    run = tiers.nation.poll(full=True)
    assert (run.complete, run.counts.seen, run.counts.unchanged) == (True, 4, 4)


def test_the_way_it_came_is_shown_at_the_top(tiers: Tiers) -> None:
    city, province, nation = (next(p for p in each.public() if p.record.title.zh == "成果 0 号") for each in tiers)
    top = nation.record.provenance
    assert top is not None
    assert top.source == "below"
    assert [one.iri for one in top.chain] == [province.iri, city.iri]
    assert [one.source for one in top.chain] == ["below", "cn-xx"]
    assert nation.record.source_record_id == (province.iri, city.iri, "r0")
    path = nation.iri.removeprefix(tiers.nation.base)
    turtle = requests.get(f"{tiers.nation.url}{path}.nt", timeout=5).text
    assert f"<{nation.iri}> <{PROV}wasDerivedFrom> <{province.iri}>" in turtle
    assert f"<{province.iri}> <{PROV}wasDerivedFrom> <{city.iri}>" in turtle
    assert f"<{city.iri}> <{PROV}wasAttributedTo> <{tiers.city.base}>" in turtle
    page = requests.get(f"{tiers.nation.url}{path.removeprefix('/id')}", timeout=5).text
    assert page.index(f'href="{province.iri}"') < page.index(f'href="{city.iri}"')
    # the review is the city's, in its own words: nobody above says to have reviewed the record
    assert [review.org for review in nation.record.review] == ["某大学保密办"]


def test_nothing_but_identifiers_provenance_and_quality_differs(tiers: Tiers) -> None:
    ours = {"identifier", "provenance", "quality", "sourceRecordId"}
    shown = []
    for each in tiers:
        record = next(p.record for p in each.public() if p.record.title.zh == "成果 0 号")
        tree = msgspec.json.decode(encode_record(record))
        shown.append({key: value for key, value in tree.items() if key not in ours})
    assert shown[0] == shown[1] == shown[2]


def test_what_is_pushed_below_arrives_at_the_top(tmp_path: Path) -> None:
    with tier(tmp_path, "city") as city, tier(tmp_path, "province", city.url) as province:
        city.source = msgspec.structs.replace(city.source, protocol="push")
        _, secret = Tokens(city.ledger.database).create("某区", source="cn-xx")
        with serving(create_app(city.services())) as url:
            answer = requests.put(
                f"{url}/api/v1/sources/cn-xx/records/r%2F9",
                json=good("推送的成果"),
                headers={"Authorization": f"Bearer {secret}"},
                timeout=5,
            )
        assert answer.status_code == 201, answer.text
        province.poll()
        assert province.titles() == ["推送的成果"]
        (public,) = province.public()
        assert public.record.source_record_id == (answer.json()["outcomes"][0]["iri"], "r/9")


def test_two_nodes_that_harvest_each_other_do_not_echo(tmp_path: Path) -> None:
    with tier(tmp_path, "city") as city, tier(tmp_path, "province", city.url) as province:
        city.take({"r1": good("成果 1 号")}, full=True)
        province.poll()
        with tier(tmp_path, "mirror", province.url) as mirror:
            mirror.settings = msgspec.structs.replace(mirror.settings, base=city.base)
            run = mirror.poll()
        assert (run.counts.rejected, mirror.titles()) == (1, [])
