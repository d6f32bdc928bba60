"""Secrecy, readiness, regions, numbers: nothing is guessed."""

import pytest

from vocab.parse import PARSERS, Options
from vocab.problem import Severity
from vocab.tree import Tree
from vocab.values import Trl

O = Options()  # noqa: E741


@pytest.mark.parametrize(
    ("raw", "level"),
    [
        ("非密", "非涉密"),
        ("非涉密", "非涉密"),
        ("公开级", "非涉密"),
        ("不涉及国家秘密", "非涉密"),
        ("秘密", "秘密"),
        ("秘密★", "秘密"),
        ("机密★10年", "机密"),
        ("绝 密", "绝密"),
        ("内部", "工作秘密"),
        ("工作秘密", "工作秘密"),
        ("公开（内部）", "工作秘密"),
        ("未审查", "未审查"),
        ("非秘密", "秘密"),
        ("原为机密，现公开", "机密"),
    ],
)
def test_secret_levels(raw: str, level: str) -> None:
    assert PARSERS["secret_level"](raw, O).value == f"cl19/{level}"


@pytest.mark.parametrize("raw", ["", None, "无", "--", "NULL"])
def test_no_level_is_no_level(raw: Tree) -> None:
    assert PARSERS["secret_level"](raw, O).value is None


@pytest.mark.parametrize("raw", ["普通", "1", "0", "?", "解密", "一般", "公开", "主动公开"])
def test_an_unknown_level_is_an_error_that_repeats_nothing(raw: str) -> None:
    parsed = PARSERS["secret_level"](raw, O)
    assert parsed.value is None
    assert [(p.code, p.severity, p.value) for p in parsed.problems] == [("secret-level-unknown", Severity.ERROR, None)]


@pytest.mark.parametrize(
    ("raw", "trl"),
    [
        ("6", (6, 6)),
        (6, (6, 6)),
        (6.0, (6, 6)),
        ("TRL6", (6, 6)),
        ("TRL 4-6", (4, 6)),
        ("六级", (6, 6)),
        ("第六级", (6, 6)),
        ("定型试验", (8, 8)),
        ("13", (13, 13)),
    ],
)
def test_readiness(raw: Tree, trl: tuple[int, int]) -> None:
    assert PARSERS["trl"](raw, O).value == Trl(*trl, "GB/T 22900-2009")


def test_a_stage_word_gives_a_range() -> None:
    assert PARSERS["trl"]("中试", O).value == Trl(4, 6, "derived-from-stage")
    assert PARSERS["trl"]("3", Options(edition="GB/T 37264-2018")).value == Trl(3, 3, "GB/T 37264-2018")
    for wrong in ("0", "14", "6-4", "abc"):
        assert [p.code for p in PARSERS["trl"](wrong, O).problems] == ["trl-invalid"]


@pytest.mark.parametrize(
    ("raw", "region"),
    [
        ("北京", "110000"),
        ("广东省深圳市南山区", "440305"),
        ("广东深圳", "440300"),
        (440300, "440300"),
        ("44", "440000"),
        ("2102", "210200"),
        ("440305001000", "440305"),
        ("110103", "110101"),
        ("崇文区", "110101"),
        ("北京市朝阳区", "110105"),
        ("浙江省/杭州市", "330100"),
        ("兵团", "650000"),
        ("66", "650000"),
        ("中国香港", "810000"),
        ("Shenzhen", "440300"),
        ("湖北省武汉市洪山区珞瑜路1037号", "420111"),
        ("江苏省昆山", "320583"),
    ],
)
def test_regions(raw: Tree, region: str) -> None:
    assert PARSERS["region"](raw, O).value == region


@pytest.mark.parametrize("raw", ["朝阳区", "市辖区", "火星", "999999", "7100", "8000", "1", "12345678901"])
def test_regions_not_meant_for_certain(raw: str) -> None:
    parsed = PARSERS["region"](raw, O)
    assert parsed.value is None
    assert [p.code for p in parsed.problems] == ["region-unknown"]


def test_integers_and_registration_numbers() -> None:
    assert [PARSERS["integer"](raw, O).value for raw in ("12项", "1,200", "十二", 5, 5.0, "约3家")] == [
        12,
        1200,
        12,
        5,
        5,
        3,
    ]
    assert PARSERS["integer"]("x", O).problems[0].code == "number-invalid"
    assert PARSERS["registration_no"]("9332020y0123", O).value == "9332020Y0123"
    kept = PARSERS["registration_no"]("某号123", O)
    assert kept.value == "某号123"
    assert kept.problems[0].code == "registration-no-invalid"
