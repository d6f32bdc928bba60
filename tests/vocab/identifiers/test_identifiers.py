"""Check digits against published and synthetic numbers, and against chance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocab import identifiers as ids

USCC = [
    "91110000600037341L",
    "12100000400000624D",
    "91110108551385082Q",
    "91350100M000100Y43",
    "12110000TE5T00016D",
    "12330000MB00000276",
    "91440300MA5TE0033C",
    "12520000ME0000044E",
    "91310000MA1TE00520",
    "12370000MC0000063G",
    "N2330100MF0000072K",
]
PATENTS = [
    "201710601862.3",
    "201310699744.2",
    "95115608.X",
    "200820132792.8",
    "200820009767.0",
    "201110047567.0",
    "201010146372.7",
    "97101765.4",
    "202099900001.8",
    "202099900002.2",
    "201929990003.X",
    "202139990004.7",
    "202399990006.8",
]
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("code", USCC)
def test_known_credit_codes(code: str) -> None:
    assert ids.valid_uscc(code)
    assert ids.normalise_uscc(f" {code.lower()} ") == code
    assert ids.identify(code) == ids.Identifier("uscc", code, True)


def test_wrong_credit_codes() -> None:
    assert not ids.valid_uscc("91350100M000100Y4Z")
    assert not ids.valid_uscc("91350100M000100Y44")
    assert ids.normalise_uscc("91350100I000100Y43") is None
    assert ids.org_code_of("91110000600037341L") == "60003734-1"
    with pytest.raises(ValueError, match="longer"):
        ids.uscc_check("9111")


@given(st.sampled_from(USCC), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_detected(code: str, place: int, char: str) -> None:
    wrong = code[:place] + char + code[place + 1 :]
    assert ids.valid_uscc(wrong) == (wrong == code)


@given(st.text(alphabet=ALPHABET, min_size=9, max_size=9), st.sampled_from("19ANY"), st.integers(0, 999999))
def test_credit_codes_round_trip(body: str, office: str, region: int) -> None:
    head = f"{office}1{region:06d}{body}"
    assert ids.valid_uscc(head + ids.uscc_check(head))


@pytest.mark.parametrize("code", ["60003734-1", "40000062-4", "55138508-2"])
def test_organisation_codes(code: str) -> None:
    assert ids.valid_org_code(code)
    assert ids.normalise_org_code(code.replace("-", "")) == code
    assert not ids.valid_org_code(code[:-1] + str((int(code[-1]) + 1) % 10))
    assert ids.identify(code) == ids.Identifier("org-code", code, True)


@pytest.mark.parametrize("number", PATENTS)
def test_known_patents(number: str) -> None:
    assert ids.valid_patent(number)
    for written in (
        f"ZL{number}",
        f"CN {number}",
        number.replace(".", ""),
        f"专利号：{number.lower()}",
        f" {number}\xa0",
    ):
        assert ids.normalise_patent(written) == number
    assert ids.identify(f"ZL{number}") == ids.Identifier("patent", number, True)


@given(st.sampled_from(PATENTS), st.integers(0, 11), st.sampled_from("0123456789"))
def test_one_wrong_digit_of_a_patent_is_detected(number: str, place: int, digit: str) -> None:
    body, check = number.split(".")
    place %= len(body)
    wrong = body[:place] + digit + body[place + 1 :]
    assert (ids.patent_check(wrong) == check) == (wrong == body)


def test_parts_of_a_patent_number() -> None:
    assert ids.patent_no("ZL 2008 2 0009767.0") == ids.PatentNo("200820009767.0", "cl13/2", True, True, False)
    derived = ids.patent_no("CN201310699744")
    assert derived == ids.PatentNo("201310699744.2", "cl13/1", True, False, True)
    assert not ids.valid_patent("CN201310699744")
    assert ids.patent_no("20190301") is None
    assert ids.patent_no("201310699744.2").year == 2013  # type: ignore[union-attr]
    assert ids.patent_no("95115608.X").year == 1995  # type: ignore[union-attr]
    wrong = ids.patent_no("201310699744.3")
    assert wrong is not None
    assert not wrong.valid
    with pytest.raises(ValueError, match="8 or 12 digits"):
        ids.patent_check("123")


def test_publication_and_pct_numbers_are_not_application_numbers() -> None:
    assert ids.normalise_patent("CN102345678A") is None
    assert ids.normalise_patent_publication("CN102345678A") == "CN102345678A"
    assert ids.normalise_patent("PCT/CN2019/123456") is None
    assert ids.normalise_pct("PCT/CN2019/123456") == "PCT/CN2019/123456"
    assert ids.normalise_pct("PCT/CN97/00012") == "PCT/CN1997/000012"


def test_patents_in_free_text() -> None:
    text = "已获专利ZL201310699744.2、ZL 2008 2 0009767.0；电话13800001111，合同2019330100000123，95115608.X"
    assert [n.number for _, _, n in ids.find_patents(text)] == ["201310699744.2", "200820009767.0", "95115608.X"]


@pytest.mark.parametrize("text", ["国防专利", "国 防 专 利", "国防发明专利号ZL1234", "ＧＦ123456", "GF-ZL123456789"])
def test_defence_patents_are_seen(text: str) -> None:
    assert ids.is_defence_patent(text)
    assert not ids.is_defence_patent("发明专利ZL201310699744.2，用于国防教育的专利")


def test_registration_numbers() -> None:
    assert ids.registration_no("9332020y0123") == ids.RegistrationNo("9332020Y0123", "933", 2020, "cl01/2")
    for written in (
        "陕科成登字[2024]第123号",
        "陕科成登字〔2024〕第123号",
        "陕科成登字 （2024） 123",
        "登记号:陕科成登字2024123",
    ):
        assert ids.normalise_registration_no(written) == "陕科成登字[2024]第123号"
    assert ids.normalise_registration_no("陕科成登字20010123") == "陕科成登字[2001]第0123号"
    assert not ids.valid_registration_no("9332020X0123")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("2019SR0123456", "software", "2019SR0123456"),
        ("软著登字第2019sr0123456号", "software", "2019SR0123456"),
        ("CNA20161234.5", "plant-variety", "CNA20161234.5"),
        ("BS.195012345", "layout", "BS.195012345"),
        ("2018YFB0000000", "project", "2018YFB0000000"),
        ("2012AA123456", "project", "2012AA123456"),
        ("61234567", "project", "61234567"),
        ("2011BAD12B03", "project", "2011BAD12B03"),
        ("2019330100000123", "contract", "2019330100000123"),
        ("CN102345678A", "patent-publication", "CN102345678A"),
        ("40000062X--2018YFB0000000/01A", "report", "40000062X--2018YFB0000000/01A"),
        ("9612019Y0123", "registration", "9612019Y0123"),
    ],
)
def test_identify(text: str, kind: str, value: str) -> None:
    assert ids.identify(text) == ids.Identifier(kind, value, True)


def test_project_numbers_tell_their_programme() -> None:
    assert ids.project_programme("2018YFB0000000") == "cl12/P3"
    assert ids.project_programme("U1234567") == "cl12/P1"
    assert ids.project_programme("2009CB123456") == "cl12/03"
    assert ids.project_programme("X1234567") is None


@pytest.mark.parametrize("text", ["", "石墨烯", "graphene", "2019", "20190301", "13800001111", "x" * 5000])
def test_ordinary_words_are_no_identifiers(text: str) -> None:
    assert ids.identify(text) is None


@given(st.text(max_size=60) | st.from_regex(r"[A-Z0-9.\-\[\]/０-９]{0,40}", fullmatch=True))
def test_no_text_raises(text: str) -> None:
    ids.identify(text)
    ids.is_defence_patent(text)
    list(ids.find_patents(text))
    for name in ids.__all__:
        if name.startswith(("normalise_", "valid_")):
            getattr(ids, name)(text)
