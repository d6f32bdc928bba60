"""What people ask for, and what they must be given: the acceptance queries, for any engine.

An engine's test file subclasses this and says how to make an empty index.
"""

import unicodedata

import pytest
from opencc import OpenCC

from search.base import Query, SearchIndex
from tests.search.records import iri, public
from tests.search.suite import MakeIndex
from tests.search.suite_query import names

T2S = OpenCC("t2s")

# Named by what they are; each target stands beside what is easily taken for it.
ACCEPTED = (
    public("li-ion", "锂离子电池正极材料制备技术", keywords=("磷酸铁锂",)),
    public("lead-acid", "铅酸电池回收工艺"),
    public("ai-chip", "AI芯片设计平台"),
    public("ai-diagnosis", "ＡＩ辅助诊断系统"),
    public("wetland", "人工湿地污水处理", abstract="人工湿地净化水质，构建智能管理。"),
    public("film", "石墨烯基导热膜"),
    public("oxide", "氧化石墨烯的制备方法"),
    public("electrode", "石墨电极生产线"),
    public("packaging", "集成电路封装"),
    public("pm2.5", "PM2.5监测仪"),
    public("fine", "大气细颗粒物来源解析"),
    public("pm10", "PM10采样器"),
    public("sic", "SiC功率器件"),
    public("third", "第三代半导体衬底材料"),
    public("patent", "一种膜分离装置", patent="ZL201310699744.2"),
    public("registered", "果树嫁接机", registration="9442020Y0123"),
    public("tsinghua", "智能微电网控制", orgs=("清华大学",)),
    public("shenzhen", "海洋传感网络", orgs=("清华大学深圳国际研究生院",)),
    public("firm", "太阳能热水器", orgs=("清华阳光能源开发有限责任公司",)),
    public("hybrid", "杂交中籼新组合的选育"),
    public("variety", "植物新品种权保护技术"),
    public("transplanter", "水稻插秧机", abstract="适合水稻各地新品种秧苗的移栽。"),
    public("pilot", "生物基尼龙制备", stage="cl04/2", region="330100"),
    public("passed", "废塑料裂解装置", abstract="项目已通过中试。", region="330200"),
    public("elsewhere", "煤层气开发", stage="cl04/2", region="140100"),
    public("covid", "COVID-19快速检测试剂盒"),
    public("sars2", "SARS-CoV-2核酸检测方法"),
    public("corona", "新型冠状病毒检测试纸"),
    public("flu", "流感病毒检测试纸"),
    public("alloy", "高强铝合金铸造"),
    public("chongqing", "山地桥梁监测", orgs=("重庆大学",)),
    public("bioreactor", "一体化膜生物反应器", abstract="用于污水处理。"),
    public("optics", "激光焊接专机", field=("cl10/4",)),
)


class AcceptanceBehaviour:
    """Subclasses define the fixture `make_index` (scope "class"), as those of `SearchIndexBehaviour`."""

    @pytest.fixture(scope="class")
    @classmethod
    def accepted(cls, make_index: MakeIndex) -> SearchIndex:
        """The records above; tests only read them."""
        index = make_index()
        index.put(ACCEPTED)
        index.commit()
        return index

    @pytest.mark.parametrize(
        ("text", "found", "below"),
        [
            ("锂电池", ["li-ion"], ["lead-acid"]),
            ("LFP", ["li-ion"], ["lead-acid"]),
            ("人工智能", ["ai-chip", "ai-diagnosis"], ["wetland"]),
            ("石墨烯", ["film", "oxide"], ["electrode"]),
            ("shimoxi", ["film", "oxide"], ["electrode"]),
            ("鋰離子電池", ["li-ion"], ["lead-acid"]),
            ("積體電路", ["packaging"], []),
            ("ＰＭ２．５", ["pm2.5", "fine"], ["pm10"]),
            ("碳化硅", ["sic", "third"], []),
            ("ZL201310699744.2", ["patent"], []),
            ("9442020Y0123", ["registered"], []),
            ("清华", ["tsinghua", "shenzhen"], ["firm"]),
            ("Tsinghua University", ["tsinghua", "shenzhen"], ["firm"]),
            ("水稻新品种", ["hybrid", "variety"], ["transplanter"]),
            ("中试 浙江", ["pilot", "passed"], ["elsewhere"]),
            ("新冠 检测", ["covid", "sars2", "corona"], ["flu"]),
            ("MBR", ["bioreactor"], ["patent"]),
            ("lühejin", ["alloy"], []),
            ("lvhejin", ["alloy"], []),
            ("lyuhejin", ["alloy"], []),
            ("chongqing", ["chongqing"], []),
        ],
    )
    def test_finds_what_is_meant(self, accepted: SearchIndex, text: str, found: list[str], below: list[str]) -> None:
        ranked = names(accepted.search(Query(text)))
        assert set(found) <= set(ranked)
        assert all(ranked.index(low) > max(map(ranked.index, found)) for low in below if low in ranked)

    @pytest.mark.parametrize(
        "text", ["鋰離子電池", "積體電路", "ＰＭ２．５", "奈米", "石墨烯ＡＩ", "清華大學", "COVID－19 檢測"]
    )
    def test_every_spelling_is_one_query(self, accepted: SearchIndex, text: str) -> None:
        spellings = (text, T2S.convert(text), unicodedata.normalize("NFKC", text))
        answers = [names(accepted.search(Query(spelling))) for spelling in spellings]
        assert answers[0] == answers[1] == answers[2]

    @pytest.mark.parametrize("text", ["石墨烯", "锂离子电池", "集成电路封装", "高强铝合金"])
    def test_spaces_between_characters_hide_nothing(self, accepted: SearchIndex, text: str) -> None:
        whole = set(names(accepted.search(Query(text))))
        assert whole
        assert whole <= set(names(accepted.search(Query(" ".join(text)))))
        assert whole <= set(names(accepted.search(Query(f"{text[:2]} {text[2:]}"))))

    @pytest.mark.parametrize(
        ("text", "found"), [("middle stage", "pilot"), ("new materials", "optics"), ("lithium battery", "li-ion")]
    )
    def test_english_finds_chinese_records(self, accepted: SearchIndex, text: str, found: str) -> None:
        assert found in names(accepted.search(Query(text)))

    def test_a_withdrawn_record_is_nowhere(self, make_index: MakeIndex) -> None:
        index = make_index()
        index.put([public("x", "秘密级测试成果", keywords=("绝密测试词",), orgs=("某某保密院",), year="1999")])
        index.commit()
        index.remove([iri("x")])
        index.commit()
        page = index.search(Query("秘密 级 测试成果", facets=("year", "region")))
        assert (page.total, page.corrected) == (0, None)
        assert not any(page.facets.values())
        assert not index.suggest("绝密") + index.suggest("某某") + index.suggest("mimi")
