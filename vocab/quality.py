"""How good a published record is: declared rules in five dimensions, pure, over its public view and its problems.

The dimensions and the idea of points are those of the metadata quality assessment of data.europa.eu (MQA), with what the
unified publication standard (B.3, B.6) asks for in the place of DCAT's properties. A rule that does not apply to a kind of
record counts neither for nor against it.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from functools import cache

import msgspec

from vocab.field import Obligation, Visibility, fields
from vocab.kinds.rules import is_missing
from vocab.record import Record
from vocab.texts import Getter, getter
from vocab.validate import ELSEWHERE
from vocab.values import PartialDate

SHORT_TITLE, SHORT_ABSTRACT, FEW_KEYWORDS = 6, 50, 3  # characters, characters, words
PROMPT = 3  # years between a result and its publication here
CLASSIFICATIONS = ("discipline", "industry", "hi_tech_field", "tech_field", "clc", "ipc", "services")
DATES = ("completed_on", "registered_on", "approved_on", "published_on", "founded_on")
IDENTIFIER_CODES = frozenset({"identifier-check", "registration-no-invalid", "patent-check-digit", "ipr-unclear"})
OPEN = re.compile(
    r"https?://(?:www\.)?(?:creativecommons\.org/(?:licenses/by(?:-sa)?/|publicdomain/)|opendatacommons\.org/licenses/)"
)


class Dimension(StrEnum):
    FINDABILITY = "findability"
    COMPLETENESS = "completeness"
    VALIDITY = "validity"
    TIMELINESS = "timeliness"
    REUSABILITY = "reusability"


class Facts(msgspec.Struct, frozen=True):
    """What rules may look at: the public record, the codes of its problems, and when it was first published here."""

    record: Record
    problems: frozenset[str]
    first: date
    today: date


Test = Callable[[Facts], bool | None]  # None: the rule does not apply


class Label(msgspec.Struct, frozen=True):
    zh: str
    en: str


class Rule(msgspec.Struct, frozen=True):
    """What is good (`name`), how much it counts, and what a source does about records that lack it (`fix`)."""

    id: str
    dimension: Dimension
    weight: int
    test: Test
    name: Label
    fix: Label


class Passed(msgspec.Struct, frozen=True):
    """Of how many records a rule was kept, among those it applies to."""

    passed: int = 0
    applicable: int = 0

    @property
    def share(self) -> float | None:
        return round(self.passed / self.applicable, 4) if self.applicable else None


class Score(msgspec.Struct, frozen=True):
    """Shares 0..1, four decimals. A dimension of which no rule applied is left out; `total` weighs all rules."""

    total: float | None
    dimensions: dict[Dimension, float]


def verdicts(facts: Facts) -> tuple[bool | None, ...]:
    """What each of `RULES` says of a record, in their order."""
    return tuple(rule.test(facts) for rule in RULES)


def score(facts: Facts) -> Score:
    """The score of one record."""
    return scored(Passed(int(bool(kept)), int(kept is not None)) for kept in verdicts(facts))


def scored(counts: Iterable[Passed]) -> Score:
    """The score of a set of records, from the counts of each of `RULES` in their order."""
    got: dict[Dimension, int] = {}
    asked: dict[Dimension, int] = {}
    for rule, count in zip(RULES, counts, strict=True):
        got[rule.dimension] = got.get(rule.dimension, 0) + rule.weight * count.passed
        asked[rule.dimension] = asked.get(rule.dimension, 0) + rule.weight * count.applicable
    shares = {dimension: round(got[dimension] / number, 4) for dimension, number in asked.items() if number}
    total = sum(asked.values())
    return Score(round(sum(got.values()) / total, 4) if total else None, shares)


# The tests.


def _title(facts: Facts) -> bool:
    return len(facts.record.title.zh.strip()) >= SHORT_TITLE


def _english(facts: Facts) -> bool:
    return bool((facts.record.title.en or "").strip())


def _keywords(facts: Facts) -> bool:
    return len(facts.record.keywords.zh) + len(facts.record.keywords.en) >= FEW_KEYWORDS


def _classified(facts: Facts) -> bool | None:
    return _any_of(facts.record, CLASSIFICATIONS)


def _region(facts: Facts) -> bool:
    return facts.record.region is not None


def _abstract(facts: Facts) -> bool:
    return len(facts.record.abstract.zh.strip()) >= SHORT_ABSTRACT


def _mandatory(facts: Facts) -> bool:
    return not any(map(is_missing, _asked(type(facts.record), Obligation.MANDATORY)(facts.record)))


def _recommended(facts: Facts) -> bool:
    values = _asked(type(facts.record), Obligation.RECOMMENDED)(facts.record)
    return 2 * sum(map(is_missing, values)) <= len(values)


def _no_unknown_codes(facts: Facts) -> bool:
    return "unknown-code" not in facts.problems


def _good_dates(facts: Facts) -> bool:
    return not any(code.startswith(("date-", "period-")) for code in facts.problems)


def _good_identifiers(facts: Facts) -> bool:
    return not IDENTIFIER_CODES & facts.problems


def _clean_text(facts: Facts) -> bool:
    return not any(code.startswith(("text-", "encoding-")) for code in facts.problems)


def _dated(facts: Facts) -> bool | None:
    return _any_of(facts.record, DATES)


def _prompt(facts: Facts) -> bool | None:
    years = [value.year for name in DATES if isinstance(value := getattr(facts.record, name, None), PartialDate)]
    return facts.first.year - max(years) <= PROMPT if years else None


def _current(facts: Facts) -> bool | None:
    until = getattr(facts.record, "valid_through", None)
    return until.last >= facts.today.isoformat() if isinstance(until, PartialDate) else None


def _licensed(facts: Facts) -> bool:
    return (facts.record.licence or "").startswith(("http://", "https://"))


def _open(facts: Facts) -> bool:
    return OPEN.match(facts.record.licence or "") is not None


def _contact(facts: Facts) -> bool:
    return not is_missing(facts.record.contact_org)


def _transfer(facts: Facts) -> bool | None:
    return _any_of(facts.record, ("transfer_modes",))


def _any_of(record: Record, names: tuple[str, ...]) -> bool | None:
    """Whether one of these fields says something; None when the kind has none of them."""
    values = [getattr(record, name) for name in names if hasattr(record, name)]
    return not all(map(is_missing, values)) if values else None


@cache
def _asked(record: type[Record], obligation: Obligation) -> Getter:
    """The public fields of one obligation that a source fills: title and abstract and such, not what is ours to give."""
    public = (b for b in fields(record) if b.field.visibility is Visibility.PUBLIC and b.name not in ELSEWHERE)
    return getter(tuple(b.name for b in public if b.field.obligation is obligation))


_F, _C, _V, _T, _R = Dimension
RULES: tuple[Rule, ...] = (
    Rule("title", _F, 10, _title, Label("名称言之有物", "The title says something"),
         Label("名称写明做了什么，不少于六个字。", "Write titles that say what was done, in six characters or more.")),
    Rule("english-title", _F, 10, _english, Label("有英文名称", "There is an English title"),
         Label("提供英文名称，供国际检索。", "Give an English title, for readers abroad.")),
    Rule("keywords", _F, 30, _keywords, Label("至少三个关键词", "Three keywords or more"),
         Label("每条记录提供三个以上关键词，以顿号或分号分开。", "Give three keywords or more, separated by “、” or “;”.")),
    Rule("classified", _F, 30, _classified, Label("有学科、行业或领域分类", "Classified by discipline, industry or field"),
         Label("按国家标准代码填写学科、行业或技术领域。", "Fill in discipline, industry or field by the national code lists.")),
    Rule("region", _F, 20, _region, Label("有行政区划", "There is a region"),
         Label("填写六位行政区划代码。", "Fill in the six digits of the administrative division.")),
    Rule("abstract", _C, 30, _abstract, Label("简介不少于五十字", "The abstract has fifty characters or more"),
         Label("简介写明内容、创新点与应用，不少于五十字。", "Say what it is, what is new and what for, in fifty characters.")),
    Rule("mandatory", _C, 40, _mandatory, Label("必填项齐全", "Every mandatory field is filled"),
         Label("补齐发布标准的必填项。", "Fill in the mandatory fields of the publication standard.")),
    Rule("recommended", _C, 20, _recommended, Label("推荐项过半", "Half of the recommended fields are filled"),
         Label("补充推荐项，先补完成日期、阶段与知识产权。", "Fill in recommended fields: dates, stage and patents first.")),
    Rule("codes", _V, 40, _no_unknown_codes, Label("代码均可识别", "Every code is known"),
         Label("使用代码表中的值，或在映射文件中登记本省的写法。", "Use values of the code lists, or map your own words to them.")),
    Rule("dates-valid", _V, 30, _good_dates, Label("日期有效且顺序合理", "Dates are valid and in order"),
         Label("日期写作 2026-03-01 或 2026-03，完成不早于起始。", "Write 2026-03-01 or 2026-03; nothing ends before it begins.")),
    Rule("identifiers", _V, 20, _good_identifiers, Label("登记号、专利号通过校验", "Registration and patent numbers are valid"),
         Label("核对登记号、专利号和信用代码的校验位。", "Check registration and patent numbers by their check digits.")),
    Rule("text", _V, 10, _clean_text, Label("文字无乱码、无标记", "Texts are free of markup and broken characters"),
         Label("导出纯文本，并注明正确的字符编码。", "Export plain text, and declare its true character encoding.")),
    Rule("dated", _T, 40, _dated, Label("有日期", "There is a date"),
         Label("填写完成、登记或发布日期。", "Fill in the date of completion, registration or publication.")),
    Rule("prompt", _T, 40, _prompt, Label("完成后三年内公开", "Published within three years"),
         Label("新成果登记后尽快公开。", "Publish results soon after they are registered.")),
    Rule("current", _T, 20, _current, Label("仍在有效期内", "Still valid"),
         Label("撤下或更新已过有效期的条目。", "Withdraw or renew what is past its closing date.")),
    Rule("licence", _R, 40, _licensed, Label("许可有网址", "The licence has an address"),
         Label("写明许可的网址。", "Name the licence by its address.")),
    Rule("open-licence", _R, 20, _open, Label("许可为开放许可", "The licence is an open one"),
         Label("采用知识共享署名许可（CC BY 4.0）等开放许可。", "Choose an open licence such as CC BY 4.0.")),
    Rule("contact", _R, 20, _contact, Label("有联系机构", "There is a contact organisation"),
         Label("填写可以联系的机构，不写个人电话。", "Name an organisation to contact; no personal telephone numbers.")),
    Rule("transfer", _R, 20, _transfer, Label("写明转化或合作方式", "The mode of transfer is given"),
         Label("填写可接受的转化方式：转让、许可、作价投资等。", "Fill in the modes of transfer: assignment, licence, equity.")),
)  # fmt: skip


class MonthQuality(msgspec.Struct, frozen=True):
    """Records whose present version was published in one month (`2026-03`)."""

    month: str
    records: int
    score: Score


class Report(msgspec.Struct, frozen=True):
    """The quality of one source's published records. `at` is RFC 3339; `rules` are in the order of `RULES`.

    `records` were looked at, of `public`: fewer when a sample of them was.
    """

    source: str
    at: str
    records: int
    public: int
    score: Score
    rules: tuple[Passed, ...]
    months: tuple[MonthQuality, ...]

    @property
    def fixes(self) -> tuple[tuple[Rule, Passed, float], ...]:
        """What would help most, first: the rule, its counts, and how much the total would rise (0..1)."""
        asked = sum(rule.weight * count.applicable for rule, count in zip(RULES, self.rules, strict=True))
        lost = [
            (rule, count, round(rule.weight * (count.applicable - count.passed) / asked, 4))
            for rule, count in zip(RULES, self.rules, strict=True)
            if count.passed < count.applicable
        ]
        return tuple(sorted(lost, key=lambda one: -one[2]))


class Sum:
    """Adds records up, one after the other: memory does not grow with their number."""

    def __init__(self) -> None:
        self._records: dict[str, int] = {}
        self._counts: dict[str, list[list[int]]] = {}  # month -> rule -> [passed, applicable]

    def add(self, facts: Facts, month: str) -> None:
        counts = self._counts.setdefault(month, [[0, 0] for _ in RULES])
        self._records[month] = self._records.get(month, 0) + 1
        for count, kept in zip(counts, verdicts(facts), strict=True):
            if kept is not None:
                count[0] += kept
                count[1] += 1

    def report(self, source: str, at: str, public: int | None = None) -> Report:
        """`public`: how many there are in all, when not all were added."""
        months = {month: [Passed(*count) for count in counts] for month, counts in sorted(self._counts.items())}
        rules = tuple(
            Passed(sum(one[n].passed for one in months.values()), sum(one[n].applicable for one in months.values()))
            for n in range(len(RULES))
        )
        told = tuple(MonthQuality(month, self._records[month], scored(counts)) for month, counts in months.items())
        records = sum(self._records.values())
        return Report(source, at, records, records if public is None else public, scored(rules), rules, told)
