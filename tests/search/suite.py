"""What every search engine must do. An engine's test file subclasses this and says how to make an empty index."""

from typing import Protocol

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search import cursor as cursors
from search.analysis import dictionary_words
from search.base import FACETS, BadQuery, Hit, Part, Query, SearchIndex, Sort
from search.question import Language
from search.synonyms import Below, Same, SynonymFile
from tests.search.records import iri, public
from tests.search.suite_query import QueryBehaviour, counts, names
from tests.search.suite_suggest import SuggestBehaviour
from vocab.public import PublicRecord

CORPUS = (
    public("graphene", "石墨烯基导热膜", keywords=("石墨烯", "导热膜"), orgs=("清华大学",), year="2021"),
    public("oxide", "氧化石墨烯的制备方法", abstract="采用改进的方法制备氧化石墨烯。", year="2019", region="330100"),
    public("electrode", "石墨电极生产线", abstract="大规格石墨电极。", year="2018", region="330200"),
    public(
        "lithium", "锂离子电池正极材料制备技术", keywords=("磷酸铁锂",), year="2022", orgs=("清华大学深圳国际研究生院",)
    ),
    public("lead", "铅酸电池回收工艺", year="2010", region="330100"),
    public("chip", "集成电路封装", year="2023", stage="cl04/2", region="330100"),
    public("pm", "PM2.5监测仪", abstract="可在线监测大气中的ＰＭ２．５浓度。", year="2017"),
    public("pm10", "PM10采样器", year="2016"),
    public("patent", "一种膜分离装置", patent="ZL201310699744.2", year="2015"),
    public("registered", "水稻插秧机", registration="9442020Y0123", year="2014"),
    public("rice", "水稻新品种选育", abstract="水稻新品种“浙优”的选育。", year="2020", region="330000"),
    public("foreign", "激光雷达", en="Lidar batteries for Tsinghua University", year="2012"),
    public("firm", "清华阳光太阳能热水器", year="2011"),
)


class MakeIndex(Protocol):
    """An empty index, in the packaged language unless another is given."""

    def __call__(self, language: Language | None = None) -> SearchIndex: ...


# A university under its names, with a school of its own, and an institute whose name does not say whose it is.
ORGANISATIONS = SynonymFile(
    "test",
    same=(Same(("清华大学", "清华", "Tsinghua University")),),
    below=(
        Below("清华大学", ("清华大学", "清华", "Tsinghua University"), ("清华大学深圳国际研究生院", "某某高等研究院")),
    ),
)


def marked(hit: Hit, text: str) -> list[str]:
    return [piece for piece, matched in hit.highlights[text] if matched]


class SearchIndexBehaviour(QueryBehaviour, SuggestBehaviour):
    """Subclasses define the fixture `make_index` (scope "class"): each call makes a writable index with nothing in it."""

    @pytest.fixture(scope="class")
    @classmethod
    def index(cls, make_index: MakeIndex) -> SearchIndex:
        """The corpus; tests only read it."""
        index = make_index()
        index.put(CORPUS)
        index.commit()
        return index

    @pytest.fixture
    def empty(self, make_index: MakeIndex) -> SearchIndex:
        return make_index()

    # What is found

    def test_a_part_of_an_organisation_is_found_by_the_whole_and_says_so(self, make_index: MakeIndex) -> None:
        index = make_index(Language(dictionary_words(), ORGANISATIONS))
        school, institute = "清华大学深圳国际研究生院", "某某高等研究院"
        index.put(
            [
                public("school", "正极材料制备", orgs=("某公司", f"{school}（盖章）")),
                public("institute", "导热膜", orgs=(institute,)),
                public("both", "量子点", orgs=("清华大学", institute)),
                public("firm", "清华阳光太阳能热水器", orgs=("某清华阳光公司",)),
            ]
        )
        index.commit()
        for asked in ("清华大学", "清华", "Tsinghua University", "单位：清华大学"):
            parts = {hit.document.title_zh: hit.parts for hit in index.search(Query(asked)).hits}
            assert parts["正极材料制备"] == (Part(f"{school}（盖章）", "清华大学"),)
            assert parts["导热膜"] == (Part(institute, "清华大学"),)
            assert parts["量子点"] == ()  # it names the university itself
            assert parts.get("清华阳光太阳能热水器", ()) == ()
        [own] = index.search(Query(institute, filters={"kind": ("achievement",)})).hits[:1]
        assert own.parts == ()

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("石墨烯", {"graphene", "oxide"}),
            ("锂电池", {"lithium"}),
            ("LFP", {"lithium"}),
            ("鋰離子電池", {"lithium"}),
            ("積體電路", {"chip"}),
            ("ＰＭ２．５", {"pm"}),
            ("pm2.5", {"pm"}),
            ("shimoxi", {"graphene", "oxide"}),
            ("清华", {"graphene", "lithium", "foreign", "firm"}),
            ("Tsinghua University", {"graphene", "lithium", "foreign", "firm"}),
            ("水稻新品种", {"rice"}),
            ("中试 浙江", {"chip"}),
            ("battery", {"foreign"}),
            ("膜", {"graphene", "patent"}),
            ("烯基导", {"graphene"}),
            ('"石墨烯基"', {"graphene"}),
            ("石墨 -石墨烯", {"electrode"}),
            ("-石墨 清华", {"lithium", "foreign", "firm"}),
            ('"正极材料制备"', {"lithium"}),
            ('"极材"', {"lithium"}),
        ],
    )
    def test_finds_exactly(self, index: SearchIndex, text: str, expected: set[str]) -> None:
        page = index.search(Query(text))
        assert (set(names(page)), page.relaxed) == (expected, False)
        assert page.total == len(expected)

    @pytest.mark.parametrize(
        "text",
        [
            "ZL201310699744.2",
            "zl 2013 1 0699744.2",
            "201310699744.2",
            "ＺＬ２０１３１０６９９７４４．２",
            "CN201310699744.2",
        ],
    )
    def test_finds_a_patent_by_its_number_in_any_spelling(self, index: SearchIndex, text: str) -> None:
        assert names(index.search(Query(text))) == ["patent"]

    def test_finds_a_registration_number(self, index: SearchIndex) -> None:
        assert names(index.search(Query("9442020y0123"))) == ["registered"]

    def test_the_university_stands_before_the_firm_that_bears_its_name(self, index: SearchIndex) -> None:
        found = names(index.search(Query("清华")))
        assert found.index("graphene") < found.index("firm")

    @pytest.mark.parametrize("text", ["石墨 烯", "石 墨 烯", "石墨烯 导热膜", "导热膜石墨烯", "石墨烯导热膜"])
    def test_spaces_and_order_hide_nothing(self, index: SearchIndex, text: str) -> None:
        assert "graphene" in names(index.search(Query(text)))

    def test_the_word_stands_before_its_mere_mention(self, empty: SearchIndex) -> None:
        empty.put(
            [
                public("body", "其他", abstract="也涉及量子点。"),
                public("title", "量子点"),
                public("key", "光", keywords=("量子点",)),
            ]
        )
        empty.commit()
        assert names(empty.search(Query("量子点"))) == ["title", "key", "body"]

    def test_newer_stands_first_among_equals(self, empty: SearchIndex) -> None:
        empty.put([public(f"y{year}", "量子点", year=str(year)) for year in (2005, 2023, 2014)])
        empty.commit()
        assert names(empty.search(Query("量子点"))) == ["y2023", "y2014", "y2005"]

    def test_says_when_it_had_to_relax(self, index: SearchIndex) -> None:
        page = index.search(Query("石墨电极 插秧机"))
        assert page.relaxed
        assert set(names(page)[:2]) == {"electrode", "registered"}
        assert set(names(page)[2:]) <= {"graphene", "oxide"}  # 石墨 alone

    def test_what_has_more_of_a_long_text_stands_before_what_has_a_longer_run_of_it(self, empty: SearchIndex) -> None:
        empty.put(
            [
                public("run", "完善我国人大预算监督机制研究"),
                public("more", "权力制约监督论、权力制约与监督研究文集"),
                public("halves", "哲学与宗教思想"),
                public("other", "稀土永磁材料"),
            ]
        )
        empty.commit()
        page = empty.search(Query("健全权力运行制约与监督机制研究"))
        assert (names(page), page.relaxed) == (["more", "run"], True)
        [marked] = [text for text, hit in page.hits[1].highlights["title"] if hit]
        assert marked == "监督机制研究"
        assert names(empty.search(Query("古希腊哲学思想"))) == ["halves"]

    def test_nothing_is_nothing(self, index: SearchIndex) -> None:
        page = index.search(Query("鼹鼠", facets=FACETS))
        assert (page.total, page.hits, page.next, page.relaxed) == (0, (), None, False)
        assert all(not counts for counts in page.facets.values())

    def test_a_quoted_phrase_is_never_relaxed(self, index: SearchIndex) -> None:
        assert index.search(Query('"石墨导热"')).total == 0

    def test_no_text_is_everything_newest_first(self, index: SearchIndex) -> None:
        page = index.search(Query(size=3))
        assert (page.total, names(page)) == (len(CORPUS), ["chip", "lithium", "graphene"])

    def test_a_phrase_that_ends_in_a_lone_character_finds_whatever_follows_it(self, empty: SearchIndex) -> None:
        empty.put([public(f"n{n}", f"PM2.5膜{chr(0x4E00 + n)}的研究") for n in range(120)])
        empty.commit()
        assert empty.search(Query('"pm2.5膜"')).total == 120

    def test_a_phrase_reaches_over_no_mark(self, empty: SearchIndex) -> None:
        empty.put([public("whole", "石墨烯膜材料"), public("parts", "石墨烯、墨烯膜、烯膜材、膜材料")])
        empty.commit()
        assert names(empty.search(Query('"石墨烯膜材料"'))) == ["whole"]

    # What can be typed

    @settings(
        max_examples=150,
        deadline=None,
        # One suite is run by a class for each engine: that its executors differ is what it is for.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(text=st.text(max_size=60) | st.text(alphabet="石墨烯 a1\"()[]{}:^~*?\\/+-|&!'，。“”", max_size=40))
    def test_nothing_typed_is_an_error(self, index: SearchIndex, text: str) -> None:
        page = index.search(Query(text, facets=("kind",)))
        assert page.total >= len(page.hits)
        for hit in page.hits:
            assert "".join(piece for piece, _ in hit.highlights["title"]) == hit.document.title_zh
        index.suggest(text)

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            (Query("a" * 1001), "1000"),
            (Query(filters={"colour": ("red",)}), "colour"),
            (Query(facets=("colour",)), "colour"),
            (Query(filters={"year": tuple(map(str, range(101)))}), "100"),
            (Query(filters={"year": ("x" * 201,)}), "200"),
            (Query(size=-1), "-1"),
            (Query(size=1001), "1001"),
            (Query(facet_size=0), "0"),
            (Query("\ud800"), "surrogate"),
            (Query(cursor="!"), "cursor"),
            (Query(cursor="é"), "cursor"),
            (Query(cursor="WzFd"), "cursor"),
            (Query(cursor="a" * 5000), "cursor"),
        ],
    )
    def test_a_wrong_query_is_told_what_is_allowed(self, index: SearchIndex, query: Query, said: str) -> None:
        with pytest.raises(BadQuery, match=said):
            index.search(query)

    # Facets

    def test_facets_count_what_is_found(self, index: SearchIndex) -> None:
        page = index.search(Query("石墨", facets=("region", "year", "kind")))
        assert counts(page, "year") == {"2021": 1, "2019": 1, "2018": 1}
        assert counts(page, "kind") == {"achievement": 3}
        assert counts(page, "region") == {"110000": 1, "330000": 2, "330100": 1, "330200": 1}

    def test_values_of_one_facet_are_alternatives_and_facets_add_up(self, index: SearchIndex) -> None:
        either = Query("石墨", filters={"year": ("2018", "2019")})
        assert set(names(index.search(either))) == {"oxide", "electrode"}
        both = Query("石墨", filters={"year": ("2018", "2019"), "region": ("330100",)})
        assert names(index.search(both)) == ["oxide"]

    def test_a_facet_ignores_its_own_filter_and_no_other(self, index: SearchIndex) -> None:
        page = index.search(
            Query("石墨", filters={"year": ("2018",), "region": ("330000",)}, facets=("year", "region"))
        )
        assert page.total == 1
        assert counts(page, "year") == {"2018": 1, "2019": 1}
        assert counts(page, "region") == {"330000": 1, "330200": 1}

    def test_a_chosen_value_is_shown_however_rare(self, index: SearchIndex) -> None:
        page = index.search(Query(filters={"year": ("2010", "1999")}, facets=("year",), facet_size=1))
        assert counts(page, "year").items() >= {"2010": 1, "1999": 0}.items()

    # Order and pages

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            (Sort.NEWEST, ["graphene", "oxide", "electrode"]),
            (Sort.OLDEST, ["electrode", "oxide", "graphene"]),
            (Sort.TITLE, ["electrode", "graphene", "oxide"]),  # shi mo dian, shi mo xi, yang
        ],
    )
    def test_sorts(self, index: SearchIndex, sort: Sort, expected: list[str]) -> None:
        assert names(index.search(Query("石墨", sort=sort))) == expected

    @pytest.mark.parametrize("sort", list(Sort))
    @pytest.mark.parametrize("text", ["", "同题"])
    def test_pages_join_without_gap_or_overlap(self, empty: SearchIndex, sort: Sort, text: str) -> None:
        """All titles and years are the same: the order rests on ties alone, over several commits."""
        for part in range(3):
            empty.put([public(f"n{n}", "同题") for n in range(part, 40, 3)])
            empty.commit()
        seen: list[str] = []
        query = Query(text, sort=sort, size=7)
        while True:
            page = empty.search(query)
            assert page.total == 40
            seen += names(page)
            if page.next is None:
                break
            query = Query(text, sort=sort, size=7, cursor=page.next)
        assert sorted(seen) == sorted(f"n{n}" for n in range(40))

    @pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST, Sort.TITLE])
    def test_pages_survive_writes_between_them(self, empty: SearchIndex, sort: Sort) -> None:
        empty.put([public(f"n{n:02}", f"题{n:02}", year=str(1990 + n)) for n in range(20)])
        empty.commit()
        first = empty.search(Query(sort=sort, size=5))
        before = names(first)
        empty.remove([iri(before[4]), iri(before[0])])
        earlier = {"题": "题00甲", "year": "2030" if sort is Sort.NEWEST else "1980"}
        empty.put([public("new", "阿" if sort is Sort.TITLE else earlier["题"], year=earlier["year"])])
        empty.commit()
        seen, cursor = list(before), first.next
        while cursor:
            page = empty.search(Query(sort=sort, size=5, cursor=cursor))
            seen, cursor = seen + names(page), page.next
        assert sorted(seen) == [f"n{n:02}" for n in range(20)]

    def test_a_relevance_cursor_finds_its_place_after_its_hit_was_removed(self, empty: SearchIndex) -> None:
        empty.put([public(f"n{n:02}", "量子点" * (n + 1), year="2020") for n in range(12)])
        empty.commit()
        first = empty.search(Query("量子点", size=4))
        empty.remove([iri(names(first)[-1])])
        empty.commit()
        rest = empty.search(Query("量子点", size=20, cursor=first.next))
        assert not set(names(first)) & set(names(rest))
        assert len(rest.hits) >= 7

    def test_a_cursor_belongs_to_its_query(self, index: SearchIndex) -> None:
        cursor = index.search(Query("石墨", size=1)).next
        with pytest.raises(BadQuery, match="another query"):
            index.search(Query("石墨烯", size=1, cursor=cursor))

    @pytest.mark.parametrize("sort", list(Sort))
    @pytest.mark.parametrize("offset", [10**6, 10**12, 2**63, -1])
    def test_a_forged_cursor_costs_nothing(self, index: SearchIndex, sort: Sort, offset: int) -> None:
        query = Query("石墨", sort=sort, size=1)
        real = cursors.read(index.search(query).next or "", query)
        forged = cursors.write(msgspec.structs.replace(real, offset=offset))
        asked = msgspec.structs.replace(query, cursor=forged)
        if 0 <= offset < 2**63:
            assert index.search(asked).total == 3
        else:
            with pytest.raises(BadQuery, match="cursor"):
                index.search(asked)

    def test_a_cursor_of_an_attempt_that_never_was_is_refused(self, index: SearchIndex) -> None:
        query = Query("石墨", size=1)
        real = cursors.read(index.search(query).next or "", query)
        forged = cursors.write(msgspec.structs.replace(real, step=99))
        with pytest.raises(BadQuery, match="broken"):
            index.search(msgspec.structs.replace(query, cursor=forged))

    # Marks

    def test_marks_stand_in_the_original(self, empty: SearchIndex) -> None:
        empty.put(
            [
                public(
                    "m",
                    "ＰＭ２．５與積體電路、Batteries",
                    abstract="前文。" * 100 + "這裡講積體電路的封裝。" + "後文。" * 100,
                )
            ]
        )
        empty.commit()
        hit = empty.search(Query("集成电路 pm2.5 battery")).hits[0]
        assert marked(hit, "title") == ["ＰＭ２．５", "積體電路", "Batteries"]
        assert marked(hit, "abstract") == ["積體電路"]
        passage = "".join(piece for piece, _ in hit.highlights["abstract"])
        assert len(passage) <= 165
        assert passage.startswith("…")
        assert passage.endswith("…")

    def test_both_titles_are_marked(self, empty: SearchIndex) -> None:
        empty.put([public("b", "石墨烯薄膜", en="Graphene films, α-type"), public("e", "", en="Graphene ink")])
        empty.commit()
        both, english = sorted(empty.search(Query("graphene (film OR ink)")).hits, key=lambda hit: hit.document.iri)
        assert (marked(both, "title"), marked(both, "title_en")) == (["石墨烯"], ["Graphene", "films"])
        assert (marked(english, "title"), "title_en" in english.highlights) == (["Graphene", "ink"], False)

    # The like

    def test_similar(self, index: SearchIndex) -> None:
        similar = [hit.document.iri for hit in index.similar(iri("graphene"))]
        assert similar[0] == iri("oxide")
        assert iri("graphene") not in similar
        assert index.similar(iri("nobody")) == []

    # As a projection

    def test_put_replaces_and_remove_leaves_no_trace(self, empty: SearchIndex) -> None:
        empty.put([public("a", "秘密级测试成果", keywords=("测试词",)), public("b", "公开成果")])
        empty.commit()
        empty.put([public("a", "更正后的成果", version=2)])
        empty.commit()
        assert dict(empty.contents()) == {iri("a"): 2, iri("b"): 1}
        assert empty.search(Query('"秘密级"')).total == 0
        empty.remove([iri("a"), iri("nobody")])
        empty.commit()
        assert dict(empty.contents()) == {iri("b"): 1}
        assert empty.suggest("测试") == []
        assert empty.suggest("更正") == []
        page = empty.search(Query(facets=("year",)))
        assert (page.total, counts(page, "year")) == (1, {"2020": 1})

    def test_put_and_remove_are_idempotent(self, empty: SearchIndex) -> None:
        for _ in range(2):
            empty.put([public("a", "成果"), public("a", "成果")])
            empty.put([public("a", "成果")])
        empty.commit()
        assert list(empty.contents()) == [(iri("a"), 1)]
        for _ in range(2):
            empty.remove([iri("a")])
            empty.commit()
        assert list(empty.contents()) == []

    def test_put_after_remove_in_one_commit_stays(self, empty: SearchIndex) -> None:
        empty.put([public("a", "成果")])
        empty.remove([iri("a")])
        empty.put([public("a", "成果", version=3)])
        empty.commit()
        assert list(empty.contents()) == [(iri("a"), 3)]

    # Among given records

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            (Query(), {"graphene", "oxide", "chip"}),
            (Query("石墨烯"), {"graphene", "oxide"}),
            (Query("石墨烯 -导热膜"), {"oxide"}),
            (Query("浙江 石墨烯"), {"oxide"}),  # a region, as the whole index has it
            (Query("石墨烯", filters={"region": ("330000",)}, sort=Sort.NEWEST, size=0, group=True), {"oxide"}),
            (Query("石墨烯 拖拉机"), set()),  # the search page would show records with some of the words
            (Query("铅酸电池"), set()),  # found, but not among these
        ],
    )
    def test_among_some_records(self, index: SearchIndex, query: Query, found: set[str]) -> None:
        some = [iri(name) for name in ("graphene", "oxide", "chip", "not-held")]
        assert index.among(query, some) == {iri(name) for name in found}
        assert index.among(query, []) == frozenset()

    def test_among_refuses_what_a_search_refuses(self, index: SearchIndex) -> None:
        with pytest.raises(BadQuery):
            index.among(Query(filters={"colour": ("red",)}), [iri("chip")])

    def test_a_twin_is_invisible_until_swapped(self, empty: SearchIndex) -> None:
        empty.put([public("old", "旧成果")])
        empty.commit()
        before = empty.generation
        twin = empty.fresh()
        _fill(twin, 50)
        assert twin.generation != before
        assert names(empty.search(Query())) == ["old"]
        empty.swap(twin)
        assert empty.generation != before
        assert empty.search(Query()).total == 50
        empty.put([public("old", "旧成果")])
        empty.commit()
        assert empty.search(Query()).total == 51


def _fill(index: SearchIndex, count: int) -> None:
    records: list[PublicRecord] = [public(f"n{n}", f"成果{n}") for n in range(count)]
    index.put(records)
    index.put(records[:5])
    index.commit()
