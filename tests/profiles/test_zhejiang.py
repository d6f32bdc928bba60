"""浙江 from its pages to what the public sees."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from federation.harvest import harvest
from federation.key import key_of
from federation.ledger import Ledger
from federation.pipeline import Settings
from federation.registry import read_registry
from federation.schema import item, problem
from federation.source import DisclosurePolicy, Guard
from federation.views import Event, Run, RunStatus
from harvesters import harvester, politeness
from tests.conftest import ROOT
from tests.federation.test_secrecy import everything
from tests.federation.world import BASE, BLANKET, TODAY
from tests.harvesters.servers.web import Server, serving
from tests.profiles.zhejiang import PATENT, Result, Zhejiang
from vocab.kinds.achievement import Achievement
from vocab.namespaces import Namespaces

FILES = ROOT / "config" / "profiles" / "zhejiang"
WORD = "绝不外泄"
IMAGE = "<img src='data:image/png;base64," + "A" * 10_500_000 + "'>"
RESULTS = [
    Result("TPR001", "朱镕堃—涂层技术𬭎"),
    Result("TPR002", "有专利的成果", patent=PATENT, price="面议"),
    Result("TPR003", "专利号校验位不对的成果", patent="发明专利 ZL201310699744.3"),
    Result("TPR004", "列了两次的成果（旧）", "2019-3-1", abstract="旧的简介。"),
    Result("TPR005", "有大图的成果", abstract=f"<p>图前{IMAGE}图后</p>"),
    Result("TPR006", "有脚本的成果", abstract="<p>文字</p><script>alert('x')</script><img src=x onerror=alert(1)>"),
    Result("TPR004", "列了两次的成果（新）", "2019-4-1", abstract="新的简介。"),
    Result("TPR007", "要登录的成果"),
    Result("TPR008", "已撤下的成果"),
    Result("TPR009", "有电话的成果", abstract="联系王老师138-0000-0000洽谈。"),
    Result("TPR010", "不知道的成熟度", maturity="遥遥领先", modes="面授"),
    Result("TPR011", f"{WORD}一", abstract=f"密级：秘密。{WORD}"),
    Result("TPR012", f"{WORD}二", patent=f"国防专利 ZL201310699744.2 {WORD}"),
    Result("TPR013", "没有简介的成果", abstract=""),
]


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Node:
    """The profile's two files in a home of their own, over a ledger."""

    def __init__(self, home: Path, server: Server, policy: DisclosurePolicy | None = BLANKET) -> None:
        for part in ("source", "mapping"):
            (home / f"{part}s").mkdir(parents=True)
            text = (FILES / f"{part}.toml").read_text("utf-8")
            text = text.replace("https://data.zhejiang.example", server.url)
            (home / f"{part}s" / "zhejiang.toml").write_text(text, "utf-8")
        registry = read_registry(home)
        shipped = registry.source("zhejiang")
        self.source = replace(
            shipped,
            limits=replace(shipped.limits, allow_private=True, backoff=0.001, retries=1),
            options=shipped.options | {"size": 3},
            disclosure=policy or shipped.disclosure,
            guard=Guard(share=1.0),
        )
        self.mappings = registry.mappings_of(shipped)
        self.ledger = Ledger.open(f"sqlite:///{home}/ledger.db")

    def harvest(self, *, full: bool = True) -> Run:
        reader = harvester(self.source.protocol, self.source.endpoint())
        settings = Settings(base=BASE, batch=2, today=TODAY)
        return harvest(self.source, reader, self.ledger, self.mappings, settings, full=full)

    def published(self) -> dict[str, Achievement]:
        found: dict[str, Achievement] = {}
        for each in self.ledger.page(0, 1000):
            assert isinstance(each.record, Achievement)
            found[each.record.source_record_id[0]] = each.record
        return found

    def problems(self, pkid: str) -> set[tuple[str, str]]:
        query = select(problem.c.code, problem.c.path).where(problem.c.key == key_of("zhejiang", pkid))
        with self.ledger.database.read() as connection:
            return {(code, path) for code, path in connection.execute(query)}

    def state(self, pkid: str) -> tuple[str, str]:
        query = select(item.c.state, item.c.reason).where(item.c.key == key_of("zhejiang", pkid))
        with self.ledger.database.read() as connection:
            row = connection.execute(query).one()
            return row.state, row.reason


@pytest.fixture(autouse=True, scope="module")
def clock() -> Iterator[Clock]:
    passing = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(politeness, "time", passing)
        yield passing


@pytest.fixture(scope="module")
def market() -> Zhejiang:
    return Zhejiang(RESULTS, refused=("TPR007",), removed=("TPR008",))


@pytest.fixture(scope="module")
def server(market: Zhejiang) -> Iterator[Server]:
    with serving(market) as running:
        yield running


@pytest.fixture(scope="module")
def node(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    made = Node(tmp_path_factory.mktemp("zhejiang"), server)
    run = made.harvest()
    assert (run.status, run.complete, run.counts.unreadable) == (RunStatus.DONE, True, 2)
    yield made
    made.ledger.close()


def test_what_is_published_and_what_is_not(node: Node) -> None:
    assert sorted(node.published()) == [f"TPR{n:03}" for n in (1, 2, 3, 4, 5, 6, 9, 10)]
    assert node.state("TPR011") == ("refused", "secret-marking-in-text")
    assert node.state("TPR012") == ("refused", "defence-patent")
    assert node.state("TPR013")[0] == "rejected"


def test_characters_beyond_gb2312_are_kept(node: Node) -> None:
    assert node.published()["TPR001"].title.zh == "朱镕堃—涂层技术𬭎"


def test_a_fact_stands_where_it_belongs_with_and_without_a_patent(node: Node) -> None:
    plain, patented = node.published()["TPR001"], node.published()["TPR002"]
    assert plain.stage == patented.stage == "cl04/2"
    assert plain.transfer_modes == patented.transfer_modes == ("cl15/2", "cl15/3")
    assert plain.price is not None
    assert (plain.price.min, plain.price.raw) == (Decimal(1_200_000), "120.00万元")
    assert patented.price is not None
    assert (patented.price.min, patented.price.negotiable) == (None, True)
    assert plain.ipr == ()
    assert [(each.no, each.valid) for each in patented.ipr] == [("201310699744.2", True)]
    assert node.problems("TPR002") == node.problems("TPR001")


def test_a_wrong_check_digit_is_told_and_the_record_published(node: Node) -> None:
    assert ("patent-check-digit", "ipr") in node.problems("TPR003")
    assert [each.valid for each in node.published()["TPR003"].ipr] == [False]
    assert "patent-check-digit" not in {code for code, _ in node.problems("TPR002")}


def test_a_key_on_two_pages_the_last_wins_and_both_are_kept_in_history(node: Node) -> None:
    record = node.published()["TPR004"]
    assert record.title.zh == "列了两次的成果（新）"
    iri = Namespaces(BASE).record("achievement", "zhejiang", "TPR004")
    assert [each.version for each in node.ledger.versions(iri)] == [1, 2]
    events = [each.event for each in node.ledger.changes(0, 1000) if each.iri == iri]
    assert events == [Event.PUBLISHED, Event.CHANGED]


def test_a_10_mb_image_costs_its_record_nothing(node: Node) -> None:
    abstract = node.published()["TPR005"].abstract
    assert abstract is not None
    assert abstract.zh.split() == ["图前图后"]
    assert "A" * 2000 not in everything(node.ledger)


def test_a_script_is_no_part_of_the_abstract(node: Node) -> None:
    abstract = node.published()["TPR006"].abstract
    assert abstract is not None
    assert abstract.zh == "文字"


def test_persons_and_secrets_stay_inside(node: Node) -> None:
    public = "".join(map(repr, node.ledger.page(0, 1000)))
    assert "138-0000-0000" not in public
    assert "王某某" not in public
    assert WORD not in everything(node.ledger)


def test_an_unknown_word_is_told_and_not_guessed(node: Node) -> None:
    assert {("unknown-code", "stage"), ("unknown-code", "transferModes")} <= node.problems("TPR010")
    assert node.published()["TPR010"].stage is None


def test_it_is_asked_no_faster_than_its_robots_txt_allows(node: Node, clock: Clock) -> None:
    assert node.published()
    assert clock.slept
    assert {round(seconds, 6) for seconds in clock.slept} == {2.0}


def test_as_shipped_nothing_is_published_before_somebody_has_declared_it_public(server: Server, tmp_path: Path) -> None:
    node = Node(tmp_path, server, policy=None)
    run = node.harvest()
    assert (run.status, run.counts.published) == (RunStatus.DONE, 0)
    assert node.state("TPR001") == ("refused", "secret-level-missing")
    node.ledger.close()


def test_a_second_pass_finds_nothing_new_and_an_incremental_one_asks_for_no_page(tmp_path: Path) -> None:
    market = Zhejiang(RESULTS[:6])
    with serving(market) as server:
        node = Node(tmp_path, server)
        node.harvest()
        assert node.harvest().counts.changed == 0
        asked = len(server.asked)
        node.harvest(full=False)
        details = [each.query["pkid"] for each in server.asked[asked:] if each.path.endswith("info.do")]
        assert set(details) <= {each.pkid for each in RESULTS[:6] if each.date == "2019-3-1"}
        node.ledger.close()


def test_a_login_page_withdraws_nothing(tmp_path: Path) -> None:
    market = Zhejiang(RESULTS[:3])
    with serving(market) as server:
        node = Node(tmp_path, server)
        node.harvest()
        market.log_in = True
        for _ in range(3):
            run = node.harvest()
            assert (run.status, run.complete) == (RunStatus.FAILED, False)
            assert "a page titled '用户登录' (status 200) stands where the list was promised" in run.message
        assert len(node.published()) == 3
        node.ledger.close()


def test_what_robots_txt_refuses_is_not_read(tmp_path: Path) -> None:
    market = Zhejiang(RESULTS[:3])
    market.robots = "User-agent: *\nDisallow: /bsp/jscg/\n"
    with serving(market) as server:
        node = Node(tmp_path, server)
        run = node.harvest()
        assert run.status is RunStatus.FAILED
        assert "'Disallow: /bsp/jscg/'" in run.message
        assert [each.path for each in server.asked] == ["/robots.txt"]
        node.ledger.close()


def test_what_is_gone_from_the_list_is_withdrawn_after_two_complete_passes(tmp_path: Path) -> None:
    market = Zhejiang(RESULTS[:3])
    with serving(market) as server:
        node = Node(tmp_path, server)
        node.harvest()
        market.results = RESULTS[:2]
        node.harvest()
        assert len(node.published()) == 3
        node.harvest()
        assert sorted(node.published()) == ["TPR001", "TPR002"]
        node.ledger.close()
