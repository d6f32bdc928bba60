"""`chengguo dictionary build`: what a home's records teach its search; and the names of organisations."""

import json
from pathlib import Path

import pytest

from chengguo.home import Home, create
from chengguo.language import spoken, with_organisations
from federation.matching.organisations import facts
from search import lexicon, synonyms
from search.base import SearchError
from search.expression import wanted
from tests.chengguo.city import SOURCE
from tests.chengguo.commands import refused, run

ROWS = [("断奶仔猪", "Weaned piglets"), ("热应激", "Heat stress")]
LISTING = "编号,成果名称,英文,关键词,简介,密级,公开属性,结论,单位,日期,来源,完成单位\n" + "".join(
    f"A-{n},{zh}的研究{n},Study {n} of {en},{zh},{zh}。,非涉密,公开,approve,某办,2026-01-05,国家自然科学基金,示例大学\n"
    for n, (zh, en) in enumerate(ROWS * 4)
)
FIELDS = {
    "title": "成果名称",
    '"title.en"': "英文",
    "keywords": "关键词",
    "abstract": "简介",
    "firstOrg": "完成单位",
    "programmeSource": "来源",
    "secretLevel": "密级",
    "disclosureClass": "公开属性",
    '"review.decision"': "结论",
    '"review.org"': "单位",
    '"review.date"': "日期",
}
MAPPING = 'id = "city"\nversion = "1"\nkind = "achievement"\n[fields.category]\ndefault = "cl01/2"\n' + "".join(
    f'[fields.{field}]\nfrom = "{column}"\n' for field, column in FIELDS.items()
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    create(made)
    return made


def test_a_home_without_a_dictionary_speaks_what_comes_with_the_program(home: Home) -> None:
    known = spoken(home)
    assert [term.text for term in wanted(known.language.read("石墨烯 导热膜").expression)] == ["石墨烯", "导热膜"]
    assert known.speller.better("石磨烯", lambda text: 3 * (text == "石墨烯")) == "石墨烯"


def test_an_organisation_is_asked_for_by_any_of_its_names_and_with_its_parts(home: Home) -> None:
    language = spoken(home).language
    for name in ("清华", "Tsinghua University"):
        [term] = wanted(language.read(name).expression)
        assert "清华大学" in term.names
    [academy] = wanted(language.read("中国科学院").expression)
    assert {"中科院", "大连化物所", "中国科学院大连化学物理研究所"} <= set(academy.names)
    [part] = wanted(language.read("大连化物所").expression)
    assert "中科院" not in part.names


def test_names_are_added_to_those_of_the_file() -> None:
    file = synonyms.load()
    both = with_organisations(file, facts())
    assert set(file.same) < set(both.same)
    assert both.version == file.version


def test_a_dictionary_that_cannot_be_read_is_told(home: Home) -> None:
    lexicon.write(lexicon.Lexicon(), home.dictionary)
    (home.dictionary / lexicon.BILINGUAL).write_text("film\n", encoding="utf-8")
    with pytest.raises(SearchError, match=r"bilingual\.tsv, line 1"):
        spoken(home)


def test_records_and_a_file_of_terms_teach(home: Home, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LISTING, "utf-8")
    (home.sources / "city.toml").write_text(SOURCE.replace("FOLDER", str(tmp_path)), "utf-8")
    (home.mappings / "city.toml").write_text(MAPPING, "utf-8")
    assert run("harvest", "city", "--home", home.root).returncode == 0
    (tmp_path / "terms.tsv").write_text("thermal strain\t热应激\nnot spoken here\t石墨烯\n", "utf-8")
    done = run("dictionary", "build", "--terms", tmp_path / "terms.tsv", "--json", "--home", home.root)
    built = json.loads(done.stdout)
    assert (built["records"], built["words"]) == (8, 2)
    known = lexicon.load(home.dictionary)
    assert known.words == tuple(sorted(zh for zh, _ in ROWS))
    assert dict(known.bilingual.entries["thermal strain"]) == {"热应激": 1.0}
    assert "not spoken here" not in known.bilingual.entries
    language = spoken(home).language
    [term] = wanted(language.read("thermal strain").expression)
    assert term.translations == (("热应激", 1.0),)
    assert spoken(home).speller.better("断乃仔猪", lambda text: 8 * (text == "断奶仔猪")) == "断奶仔猪"


def test_a_file_of_terms_that_is_none_is_told(home: Home, tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").write_bytes(b"\xff\x00")
    done = run("dictionary", "build", "--terms", tmp_path / "terms.tsv", "--home", home.root)
    assert done.returncode == 1
    assert "terms.tsv" in done.stderr
    assert "missing.tsv" in refused("dictionary", "build", "--terms", tmp_path / "missing.tsv", "--home", home.root)
