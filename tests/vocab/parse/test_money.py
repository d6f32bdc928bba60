"""Money in yuan, with the evidence for its unit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocab.parse import PARSERS, Options
from vocab.parse.numerals import number
from vocab.tree import Tree
from vocab.values import Price

M = Decimal("1200000")


@pytest.mark.parametrize(
    ("raw", "low", "high", "unit"),
    [
        ("120万元", M, M, "万元"),
        ("120万", M, M, "万"),
        ("１２０万元", M, M, "万元"),
        ("1.2百万", M, M, "百万"),
        ("壹佰贰拾万元整", M, M, "元"),
        ("1,200,000元", M, M, "元"),
        ("￥1200000", M, M, "¥"),
        ("120(万元)", M, M, "万元"),
        ("100-150万元", Decimal(1000000), Decimal(1500000), "万元"),
        ("100～150万元", Decimal(1000000), Decimal(1500000), "万元"),
        ("≥80万元", Decimal(800000), None, "万元"),
        ("100万元以上", Decimal(1000000), None, "万元"),
        ("50万元以下", None, Decimal(500000), "万元"),
        ("50万元/年", Decimal(500000), Decimal(500000), "万元/年"),
        ("10-20万/年", Decimal(100000), Decimal(200000), "万/年"),
        ("80万~1亿元", Decimal(800000), Decimal(100000000), "亿元"),
        ("2019年成交120万元", M, M, "万元"),
    ],
)
def test_prices(raw: str, low: Decimal | None, high: Decimal | None, unit: str) -> None:
    parsed = PARSERS["price"](raw, Options())
    assert parsed.value == Price(raw, low, high, unit)
    assert parsed.problems == ()


@pytest.mark.parametrize("raw", ["面议", "面谈", "价格面议", "双方协商"])
def test_negotiable(raw: str) -> None:
    assert PARSERS["price"](raw, Options(unit="万元")).value == Price(raw, negotiable=True)
    assert PARSERS["price"](f"100万元（{raw}）", Options()).value == Price(
        f"100万元（{raw}）", Decimal(1000000), Decimal(1000000), "万元", True
    )


@pytest.mark.parametrize("raw", ["0", 0, 0.0, "0元", "0.00万元", "", "无", "--"])
def test_nothing_is_no_price(raw: Tree) -> None:
    parsed = PARSERS["price"](raw, Options(unit="万元"))
    assert (parsed.value, parsed.problems) == (None, ())


@pytest.mark.parametrize("unit", ["万元", "预期交易价格(万元)"])
def test_the_column_gives_the_unit_unless_the_text_does(unit: str) -> None:
    assert PARSERS["price"]("120", Options(unit=unit)).value == Price("120", M, M, "万元")
    assert PARSERS["price"](120, Options(unit=unit)).value == Price("120", M, M, "万元")
    assert PARSERS["price"]("1200000元", Options(unit=unit)).value == Price("1200000元", M, M, "元")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("120", "price-unit-unknown"),
        ("10万美元", "price-currency"),
        ("USD 100", "price-currency"),
        ("150-100万元", "price-range"),
        ("转让费100万元，许可费20万元", "price-unclear"),
        ("销售额的5%", "price-unclear"),
        ("很贵", "price-unclear"),
    ],
)
def test_no_amount_is_invented(raw: str, code: str) -> None:
    parsed = PARSERS["price"](raw, Options())
    assert isinstance(parsed.value, Price)
    assert (parsed.value.raw, parsed.value.min, parsed.value.max) == (raw, None, None)
    assert [p.code for p in parsed.problems] == [code]


def test_amounts() -> None:
    assert PARSERS["amount"]("120万元", Options()).value == M
    assert PARSERS["amount"](5000, Options(unit="元")).value == Decimal(5000)
    assert PARSERS["amount"]("100-150万元", Options()).problems[0].code == "price-unclear"
    assert PARSERS["amount"]("120", Options()).problems[0].code == "price-unit-unknown"


@given(st.integers(1, 10**8), st.sampled_from([("元", 1), ("万元", 10**4), ("亿元", 10**8)]))
def test_whole_amounts_are_exact(amount: int, unit: tuple[str, int]) -> None:
    price = PARSERS["price"](f"{amount}{unit[0]}", Options()).value
    assert isinstance(price, Price)
    assert price.min == price.max == amount * unit[1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", 10),
        ("十五", 15),
        ("二十", 20),
        ("一百零八", 108),
        ("壹佰贰拾万", 1200000),
        ("二〇一九", 2019),
        ("三亿五千万", 350000000),
        ("x", None),
    ],
)
def test_numerals(text: str, value: int | None) -> None:
    assert number(text) == value
