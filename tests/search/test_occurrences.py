"""Where names stand in texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.occurrences import Occurrences

PIECES = [
    "石墨烯",
    "石墨",
    "电池",
    "锂电池",
    "pm2.5",
    "covid",
    "covid19",
    "battery",
    "lithium battery",
    "3d打印",
    "维生素c",
]
FILL = [" ", "-", "的", "，", "x", "7", "s", ".", "\n", "batteries", "covid-19", "锂 电 池", "pm 2.5", "\0"]
NAMES = st.lists(st.sampled_from(PIECES), max_size=5)
TEXTS = st.lists(st.sampled_from(PIECES + FILL), max_size=12).map("".join)


def found(text: str, *names: str) -> list[str]:
    (spans,) = Occurrences(names).spans([text])
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("石墨烯和石墨", ["石墨烯"], ["石墨烯"]),
        ("石墨烯和石墨", ["石墨", "石墨烯"], ["石墨烯", "石墨"]),
        ("石 墨\n烯膜", ["石墨烯"], ["石 墨\n烯"]),
        ("石墨 烯与石墨烯", ["石墨烯"], ["石墨 烯", "石墨烯"]),
        ("锂 电池", ["电池"], ["电池"]),
        ("graphene oxide, graphenes", ["graphene"], ["graphene", "graphenes"]),
        ("regraphene graphenex", ["graphene"], []),
        ("石墨烯graphene膜", ["graphene"], ["graphene"]),
        ("lithium batteries", ["battery"], ["batteries"]),
        ("lithium-ion-battery", ["battery"], ["battery"]),
        ("lithium batteries and lithiumbattery", ["lithium battery"], ["lithium batteries", "lithiumbattery"]),
        ("the lithium battery", ["lithium batteries"], ["lithium battery"]),
        ("lithium, battery", ["lithium battery"], []),
        ("covid-19, covid19, covid 19, covid-191", ["covid19"], ["covid-19", "covid19", "covid 19"]),
        ("covid-19", ["covid19", "covid"], ["covid-19"]),
        ("covid-20", ["covid19", "covid"], ["covid"]),
        ("pm 2.5 pm2.5 pm25 pm2.51", ["pm2.5"], ["pm 2.5", "pm2.5"]),
        ("li-ion, lifepo4, li-fepo4", ["li", "lifepo4"], ["li", "lifepo4", "li-fepo4"]),
        ("c/sic复合材料", ["csic"], ["c/sic"]),
        ("维生素 c、维生素c、维生素cd", ["维生素c"], ["维生素 c", "维生素c"]),
        ("维生素e", ["维生素c", "维生素"], ["维生素"]),
        ("维生素e", ["维生素c", "维生"], ["维生"]),
        ("3d打印机", ["3d打印"], ["3d打印"]),
        ("…", ["…", "", ".", "-"], []),
        ("无名", [], []),
    ],
)
def test_names_in_a_text(text: str, names: list[str], expected: list[str]) -> None:
    assert found(text, *names) == expected


@given(st.lists(TEXTS, max_size=6), NAMES)
def test_texts_of_a_page_are_each_as_alone(texts: list[str], names: list[str]) -> None:
    occurrences = Occurrences(names)
    assert occurrences.spans(texts) == [occurrences.spans([text])[0] for text in texts]


@given(TEXTS, NAMES)
def test_what_is_found_is_apart_and_in_order(text: str, names: list[str]) -> None:
    (spans,) = Occurrences(names).spans([text])
    places = [place for span in spans for place in span]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in spans)


@given(TEXTS, st.sampled_from(["石墨烯", "锂电池", "电池"]))
def test_a_chinese_name_is_found_as_often_as_it_stands_there(text: str, name: str) -> None:
    assert len(found(text, name)) == "".join(text.split()).count(name)


@given(st.sampled_from(PIECES), NAMES)
def test_a_name_is_found_in_itself(name: str, others: list[str]) -> None:
    assert found(name, name, *others) == [name]
