"""How a query is read and what it finds, on any engine: fields, ranges, alternatives, guesses, groups, spelling."""

from collections.abc import Callable, Iterator

import msgspec
import pytest

from search.base import BadQuery, Frequency, Page, Query, SearchIndex, Sort
from search.expression import Choice, Range
from tests.search.records import iri, public

BATTERY = iri("cell")
CORPUS = (
    public("cell", "钠离子电池负极材料", price="120", stage="cl04/2", region="330100", year="2021", cluster=BATTERY),
    public("copy", "钠离子电池负极材料制备", price="1200", region="310000", year="2022", cluster=BATTERY),
    public("third", "钠离子电池负极", price="面议", region="330200", year="2019-07", cluster=BATTERY),
    public(
        "farm", "农业灌溉控制系统", abstract="用于大田。", price="30", field=("cl10/1",), year="2018", region="330000"
    ),
    public("crop", "水肥一体化装置", abstract="年产120万套。", price="50", year="2020", region="320000"),
    public("cheap", "节水滴头", price="9.9", year="2023", region="320000", stage="cl04/3"),
    public("talk", "浙江方言语音识别", price="面议", year="2022", region="440000", keywords=("电池",)),
    public("undated", "无日期的装置", year="", region="440000", orgs=("钠创研究院",)),
)

MakeIndex = Callable[[], SearchIndex]


def names(page: Page) -> list[str]:
    return [hit.document.iri.rsplit("/", 1)[1] for hit in page.hits]


def counts(page: Page, facet: str) -> dict[str, int]:
    return {count.value: count.count for count in page.facets[facet]}


def every(index: SearchIndex, query: Query) -> Iterator[Page]:
    """All pages of a result."""
    page = index.search(query)
    yield page
    while page.next:
        page = index.search(msgspec.structs.replace(query, cursor=page.next))
        yield page


class Spelling:
    """A `Speller` that knows one mistake and believes nothing that the index does not have."""

    def better(self, typed: str, frequency: Frequency) -> str | None:
        wanted = {"店池": "电池", "滴投": "不存在的词"}.get(typed)
        return wanted if wanted and frequency(wanted) else None


class QueryBehaviour:
    """Subclasses define the fixture `make_index` (scope "class"): each call makes a writable index with nothing in it, whose
    speller is `Spelling`."""

    @pytest.fixture(scope="class")
    @classmethod
    def things(cls, make_index: MakeIndex) -> SearchIndex:
        """The corpus; tests only read it."""
        index = make_index()
        index.put(CORPUS)
        index.commit()
        return index

    @pytest.fixture(scope="class")
    @classmethod
    def abstracts(cls, make_index: MakeIndex) -> SearchIndex:
        index = make_index()
        index.put(
            [
                public("words", "量子点膜", abstract="量子点的制备。", keywords=("石墨",)),  # a word of its title
                public("text", "其他", abstract="一种量子点膜。"),
                public("latin", "其他", abstract="PM2.5膜。"),
            ]
        )
        index.commit()
        return index

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("title:电池", {"cell", "copy", "third"}),
            ("标题：电池", {"cell", "copy", "third"}),
            ("关键词:电池", {"talk"}),
            ("org:钠创", {"undated"}),
            ("单位： 钠创研究院", {"undated"}),
            ("摘要:大田", {"farm"}),
            ("abstract:农业", set()),
            ('title:"负极材料"', {"cell", "copy"}),
            ("title:(水肥 OR 滴头)", {"crop", "cheap"}),
            ("电池 OR 滴头", {"cell", "copy", "third", "talk", "cheap"}),
            ("装置 或 滴头 -水肥", {"undated", "cheap"}),
            ("(电池 OR 装置) region:320000", {"crop"}),
            ("电池 NOT region:浙江", {"copy", "talk"}),
            ("-电池 -装置", {"farm", "cheap"}),
            ("-(电池 装置) year:2023", {"cheap"}),
            ("地区:浙江,上海", {"cell", "copy", "third", "farm"}),
            ("stage:中试", {"cell"}),
            ("阶段:中期阶段,成熟应用阶段", {"cell", "cheap"}),
            ("year:2021", {"cell"}),
            ("年份:2018..2020", {"farm", "third", "crop"}),
            ("year:2018-2020 装置", {"crop"}),
            ("year:>2021", {"copy", "talk", "cheap"}),
            ("year:>=2022", {"copy", "talk", "cheap"}),
            ("date:..2018-12-31", {"farm"}),
            ("date:2019-07", {"third"}),
            ("price:<500000", {"farm", "cheap"}),
            ("price:<=500000", {"farm", "cheap", "crop"}),
            ("价格:50万以下", {"farm", "cheap", "crop"}),
            ("price:30万..50万", {"farm", "crop"}),
            ("price:>500000", {"cell", "copy"}),
            ("price:面议", {"third", "talk"}),
            ("kind:成果 滴头", {"cheap"}),
            ("region:(浙江 OR 江苏) 装置", {"crop"}),
        ],
    )
    def test_fields_ranges_and_alternatives(self, things: SearchIndex, text: str, expected: set[str]) -> None:
        page = things.search(Query(text))
        assert (set(names(page)), page.total) == (expected, len(expected))
        assert (page.relaxed, page.unmet, page.problem) == (False, (), None)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("量子点膜", {"text"}),
            ("量子点", {"words", "text"}),
            ("点", {"words", "text"}),
            ("膜", {"text", "latin"}),
            ("PM2.5膜", {"latin"}),
            ("石墨", set()),
        ],
    )
    def test_what_is_asked_of_an_abstract_stands_in_it_whole(
        self, abstracts: SearchIndex, text: str, expected: set[str]
    ) -> None:
        page = abstracts.search(Query(f'abstract:"{text}"'))
        assert (set(names(page)), page.total) == (expected, len(expected))

    @pytest.mark.parametrize(
        ("text", "expected", "fields"),
        [
            ("50万以下", {"farm", "cheap", "crop"}, ["price"]),
            ("50万以下 农业", {"farm"}, ["price", "field"]),
            ("50万以下农业", {"farm"}, ["price", "field"]),
            ("五十万以下 装置", {"crop"}, ["price"]),
            ("120万元", {"cell"}, ["price"]),
            ("１２０万元", {"cell"}, ["price"]),
            ("120万", {"cell", "crop"}, ["price"]),  # the amount asked, and the words in an abstract
            ("1200万", {"copy"}, ["price"]),
            ("2022年以后 电池", {"copy", "talk"}, ["date"]),
            ("2018-2019", {"farm", "third"}, ["date"]),
            ("中试 浙江", {"cell"}, ["stage", "region"]),
            ("浙江 电池", {"cell", "third"}, ["region"]),
            ("杭州", {"cell"}, ["region"]),
            ("Zhejiang", {"cell", "third", "farm"}, ["region"]),
            ("农业", {"farm"}, ["field"]),
            ("电子信息", {"farm"}, ["field"]),
        ],
    )
    def test_what_words_mean_is_understood_and_told(
        self, things: SearchIndex, text: str, expected: set[str], fields: list[str]
    ) -> None:
        page = things.search(Query(text))
        assert (set(names(page)), page.total) == (expected, len(expected))
        assert [chip.field for chip in page.chips] == fields
        assert all(chip.guessed for chip in page.chips)

    def test_a_chip_says_what_it_asks_for_and_how_to_be_without_it(self, things: SearchIndex) -> None:
        page = things.search(Query("浙江 电池"))
        [chip] = page.chips
        assert (chip.start, chip.end, chip.condition) == (0, 2, Choice("region", ("330000",)))
        assert chip.without == "电池"
        assert set(names(things.search(Query(chip.without)))) == {"cell", "copy", "third", "talk"}
        words = things.search(Query(chip.as_words))
        assert words.chips == ()
        assert "talk" in names(words)

    def test_a_guess_that_nothing_meets_is_looked_for_as_words(self, things: SearchIndex) -> None:
        page = things.search(Query("浙江 方言"))
        assert (names(page), page.relaxed) == (["talk"], False)
        assert (page.chips, [chip.field for chip in page.unmet]) == ((), ["region"])

    @pytest.mark.parametrize("text", ["西藏 50万以下 装置", "50万以下 浙江 装置", "50万以下 装置 2022年以后"])
    def test_only_the_guess_that_nothing_meets_is_given_up(self, things: SearchIndex, text: str) -> None:
        page = things.search(Query(text))
        assert (names(page), page.relaxed) == (["crop"], True)
        assert [chip.field for chip in page.chips] == ["price"]
        assert [chip.field for chip in page.unmet] in (["region"], ["date"])

    def test_guesses_stay_when_it_is_the_words_that_nothing_meets(self, things: SearchIndex) -> None:
        page = things.search(Query("浙江 灌溉 方言"))
        assert (names(page), page.relaxed) == (["farm"], True)
        assert ([chip.field for chip in page.chips], page.unmet) == (["region"], ())

    def test_of_a_long_text_a_single_word_is_enough_when_no_more_is_found(self, things: SearchIndex) -> None:
        page = things.search(Query("方言 xylophone marimba glockenspiel vibraphone celesta -铅酸"))
        assert (names(page), page.relaxed) == (["talk"], True)

    def test_what_was_written_with_its_field_is_kept_to(self, things: SearchIndex) -> None:
        page = things.search(Query("region:浙江 方言识别"))
        assert "talk" not in names(page)
        assert page.unmet == ()

    def test_a_continued_page_is_read_like_its_first(self, things: SearchIndex) -> None:
        first = things.search(Query("浙江 方言 OR 语音", size=1))
        relaxed = list(every(things, Query("方言 灌溉", size=1)))
        assert first.unmet
        assert sorted(name for page in relaxed for name in names(page)) == ["farm", "talk"]
        assert all(page.relaxed for page in relaxed)

    @pytest.mark.parametrize(
        ("text", "code", "piece"),
        [
            ('电池 "负极', "unclosed-quote", '"负极'),
            ("(电池", "unclosed", "(电池"),
            ("电池)", "unopened", ")"),
            ("电池 OR", "dangling-or", "OR"),
            ("电池 NOT", "dangling-not", "NOT"),
            ("title: -滴头 电池", "empty-field", "title:"),
            ("titel:电池", "unknown-field", "titel"),
            ("region:火星 电池", "bad-value", "火星"),
            ("year:去 电池", "bad-value", "去"),
            ("price:免费 电池", "bad-value", "免费"),
        ],
    )
    def test_what_cannot_be_read_is_words_and_its_place_is_told(
        self, things: SearchIndex, text: str, code: str, piece: str
    ) -> None:
        page = things.search(Query(text))
        assert page.problem is not None
        assert (page.problem.code, page.problem.piece) == (code, piece)
        assert text[page.problem.at :].startswith(piece)
        assert "cell" in names(page)

    @pytest.mark.parametrize(
        "text",
        ["(" * 1000, '"' * 999, "a OR " * 200, "-" * 1000, "*?" * 500, "(a|b)*" * 150, "title:" * 160, "\0电池\x7f"],
    )
    def test_nothing_odd_is_an_error(self, things: SearchIndex, text: str) -> None:
        assert things.search(Query(text)).total <= len(CORPUS)

    # Filters beside the text

    def test_ranges_are_filters_too(self, things: SearchIndex) -> None:
        page = things.search(Query("电池", ranges=(Range("price", 1_000_000, None), Range("date", None, "2021-12-31"))))
        assert names(page) == ["cell"]

    def test_records_without_a_date_lie_in_no_range_of_dates(self, things: SearchIndex) -> None:
        assert "undated" not in names(things.search(Query(ranges=(Range("date", "1900-01-01", None),))))

    def test_price_bands_and_what_is_to_be_agreed(self, things: SearchIndex) -> None:
        page = things.search(Query(facets=("price",)))
        assert counts(page, "price") == {
            "0-100000": 1,
            "100000-500000": 1,
            "500000-1000000": 1,
            "1000000-5000000": 1,
            "10000000-": 1,
            "negotiable": 2,
        }
        assert set(names(things.search(Query(filters={"price": ("negotiable",)})))) == {"third", "talk"}

    def test_a_facet_ignores_its_own_range_and_no_other(self, things: SearchIndex) -> None:
        ranges = (Range("price", None, 600_000), Range("date", "2020-01-01", None))
        page = things.search(Query(ranges=ranges, facets=("price", "year")))
        assert counts(page, "price")["negotiable"] == 1
        assert counts(page, "price")["10000000-"] == 1
        assert counts(page, "year") == {"2018": 1, "2020": 1, "2023": 1}

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            (Range("colour", 1, 2), "colour"),
            (Range("price"), "bound"),
            (Range("price", "x", None), "'x'"),
            (Range("price", -1, None), "-1"),
            (Range("price", float("nan"), None), "nan"),
            (Range("date", "2018", None), "2018-01-31"),
        ],
    )
    def test_a_wrong_range_is_told_what_is_allowed(self, things: SearchIndex, wrong: Range, said: str) -> None:
        with pytest.raises(BadQuery, match=said):
            things.search(Query(ranges=(wrong,)))

    def test_a_facet_of_very_many_values_is_bounded(self, make_index: MakeIndex) -> None:
        index = make_index()
        index.put([public(f"n{n}", "成果", source=f"s{n % 2000}") for n in range(2100)])
        index.commit()
        page = index.search(Query(facets=("source",), facet_size=5, size=0))
        assert [count.count for count in page.facets["source"]] == [2] * 5
        assert page.total == 2100

    # The same achievement from several sources

    @pytest.mark.parametrize("sort", list(Sort))
    @pytest.mark.parametrize("size", [1, 2, 20])
    def test_an_achievement_is_given_out_once(self, things: SearchIndex, sort: Sort, size: int) -> None:
        pages = list(every(things, Query("电池", sort=sort, size=size, group=True)))
        hits = [hit for page in pages for hit in page.hits]
        plain = names(things.search(Query("电池", sort=sort)))
        assert [page.total for page in pages] == [4] * len(pages)
        assert sorted(hit.same for hit in hits) == [0, 2]
        first = next(name for name in plain if name != "talk")
        assert {hit.document.iri for hit in hits} == {iri("talk"), iri(first)}

    @pytest.mark.parametrize("sort", [Sort.RELEVANCE, Sort.NEWEST])
    def test_a_page_is_filled_from_behind_an_achievement_of_very_many_records(
        self, make_index: MakeIndex, sort: Sort
    ) -> None:
        index = make_index()
        index.put([public(f"n{n:03}", "量子点" * 3, year="2022", cluster=iri("n000")) for n in range(150)])
        index.put([public("single", "量子点及其他", year="2010")])
        index.commit()
        pages = list(every(index, Query("量子点", sort=sort, size=1, group=True)))
        assert [(len(page.hits), page.hits[0].same) for page in pages] == [(1, 149), (1, 0)]

    def test_only_found_records_are_folded(self, things: SearchIndex) -> None:
        page = things.search(Query("电池", filters={"region": ("330200", "440000")}, group=True))
        assert sorted((name, hit.same) for name, hit in zip(names(page), page.hits, strict=True)) == [
            ("talk", 0),
            ("third", 0),
        ]

    # Spelling

    @pytest.mark.parametrize(
        ("text", "corrected"),
        [
            ("店池", "电池"),
            ("region:江苏 店池 -滴头", "region:江苏 电池 -滴头"),
            ("滴投", None),
            ("电池", None),
            ('"店池"', None),
        ],
    )
    def test_a_better_spelling_is_offered_when_little_is_found(
        self, things: SearchIndex, text: str, corrected: str | None
    ) -> None:
        assert things.search(Query(text)).corrected == corrected
