"""Dates as provinces write them: precision kept, nothing invented, nothing wrong accepted."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocab.parse import PARSERS, Options
from vocab.tree import Tree
from vocab.values import PartialDate, Period, Precision

DATES: list[tuple[Tree, str]] = [
    ("2019年3月", "2019-03"), ("2019/3/1", "2019-03-01"), ("201903", "2019-03"), ("2019.03", "2019-03"),
    ("2019-3", "2019-03"), ("2019年", "2019"), ("2019年度", "2019"), (2019, "2019"), ("二〇一九年三月", "2019-03"),
    ("二○一九年十二月三十一日", "2019-12-31"), ("民国108年3月", "2019-03"), ("中華民國一百零八年三月五日", "2019-03-05"),
    (43525, "2019-03-01"), (43525.75, "2019-03-01"), ("43525", "2019-03-01"), (1551369600000, "2019-03-01"),
    (1551369600, "2019-03-01"), ("/Date(1551369600000)/", "2019-03-01"), ("/Date(1551369600000+0800)/", "2019-03-01"),
    ("2019-03-01 00:00:00", "2019-03-01"), ("2019-02-28T16:00:00.000Z", "2019-03-01"), ("20190301", "2019-03-01"),
    ("２０１９．０３", "2019-03"), ("March 2019", "2019-03"), ("1 March 2019", "2019-03-01"), ("2019年3月上旬", "2019-03"),
    ("2019年第三季度", "2019"), ("13/01/2019", "2019-01-13"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "value"), DATES)
def test_dates(raw: Tree, value: str) -> None:
    parsed = PARSERS["date"](raw, Options())
    precision = {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY}[len(value)]
    assert parsed.value == PartialDate(value, precision)
    assert parsed.problems == ()


@pytest.mark.parametrize(
    "raw", ["2019-02-29", "2019-13", "2019-3-32", "abc", "190301", "3019-01-01", "2019-02-29T00:00:00Z"]
)
def test_no_such_date(raw: str) -> None:
    parsed = PARSERS["date"](raw, Options())
    assert parsed.value is None
    assert [(p.code, p.value) for p in parsed.problems] == [("date-invalid", raw)]


@pytest.mark.parametrize(
    "raw", ["", " ", "NULL", "无", "暂无", "未标注", "暂未填写", "/", "--", None, [], "0000-00-00", 0, float("nan")]
)
def test_nothing_is_nothing(raw: Tree) -> None:
    assert PARSERS["date"](raw, Options()) == PARSERS["period"](None, Options())
    assert PARSERS["date"](raw, Options()).value is None


def test_day_and_month_are_not_guessed() -> None:
    parsed = PARSERS["date"]("03/01/2019", Options())
    assert parsed.value == PartialDate("2019", Precision.YEAR)
    assert [p.code for p in parsed.problems] == ["date-ambiguous"]
    assert PARSERS["date"]("03/01/2019", Options(order="dmy")).value == PartialDate("2019-01-03", Precision.DAY)
    assert PARSERS["date"]("03/01/2019", Options(order="mdy")).value == PartialDate("2019-03-01", Precision.DAY)


@given(
    st.dates(date(1950, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["{0.year}年{0.month}月{0.day}日", "{0:%Y-%m-%d}", "{0:%Y%m%d}"]),
)
def test_every_day_is_read_as_it_was_written(day: date, form: str) -> None:
    assert PARSERS["date"](form.format(day), Options()).value == PartialDate(day.isoformat(), Precision.DAY)


@given(st.dates(date(1950, 1, 1), date(2098, 12, 31)))
def test_spreadsheet_serials(day: date) -> None:
    assert PARSERS["date"]((day - date(1899, 12, 30)).days, Options()).value == PartialDate(
        day.isoformat(), Precision.DAY
    )


@pytest.mark.parametrize(
    ("raw", "start", "end"),
    [
        ("2015年1月至2018年12月", "2015-01", "2018-12"), ("2015.01-2018.12", "2015-01", "2018-12"),
        ("2015-01-2018-12", "2015-01", "2018-12"), ("2015-01-01-2018-12-31", "2015-01-01", "2018-12-31"),
        ("201501-201812", "2015-01", "2018-12"), ("2015-2018", "2015", "2018"), ("2015-01/2018-12", "2015-01", "2018-12"),
        ("2018年1月至今", "2018-01", None), ({"start": "2015", "end": ""}, "2015", None), (["2015-01", "2016"], "2015-01", "2016"),
    ],
)  # fmt: skip
def test_periods(raw: Tree, start: str, end: str | None) -> None:
    period = PARSERS["period"](raw, Options()).value
    assert isinstance(period, Period)
    assert period.start is not None
    assert (period.start.value, period.end.value if period.end else None) == (start, end)


def test_odd_periods() -> None:
    assert [p.code for p in PARSERS["period"]("2019-3", Options()).problems] == ["period-invalid"]
    assert [p.code for p in PARSERS["period"]("2019-2015", Options()).problems] == ["period-reversed"]
    assert [p.code for p in PARSERS["period"]("2019-02-30至2020", Options()).problems] == ["date-invalid"]
