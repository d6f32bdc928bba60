"""The gate's truth table (disclosure requirements E01-E04, E08, E17, E20, E25)."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.gate import MARKING, Decision, Outcome, decide
from federation.source import Declaration, DisclosurePolicy, PolicyMode
from federation.suppression import tokens
from tests.federation.world import BLANKET, ITEM, TODAY
from vocab.identifiers import is_defence_patent
from vocab.kinds import Achievement, Demand
from vocab.lineage import Lineage
from vocab.problem import Problem, Severity
from vocab.values import Ipr, PartialDate, Period, Precision, Review, Text

DAY = Precision.DAY


def review(decision: str = "approve", day: str = "2025-06-01") -> Review:
    return Review(decision, org="某大学保密办", date=PartialDate(day, DAY), basis="保密法第三十五条", officer="张三")


def record(**changes: Any) -> Achievement:
    whole = Achievement(
        identifier="https://example.org/id/achievement/1",
        title=Text("某种新型材料"),
        secret_level="cl19/非涉密",
        disclosure_class="cl20/1",
        review=(review(),),
        programme_source=("cl12/P3",),
        licence="https://creativecommons.org/licenses/by/4.0/",
    )
    return msgspec.structs.replace(whole, **changes)


def judge(whole: Achievement | Demand, policy: DisclosurePolicy = ITEM, **more: Any) -> Decision:
    more.setdefault("suppressed", frozenset())
    return decide(whole, policy, today=TODAY, **more)


SILENT = {"secret_level": None, "disclosure_class": None, "review": ()}
TABLE: list[tuple[str, dict[str, Any], DisclosurePolicy, Outcome, str]] = [
    # what must be refused under every policy, secret or not
    *[
        (f"{policy.mode}-{level}", {"secret_level": f"cl19/{level}"}, policy, Outcome.REFUSE, "secret-level-marked")
        for level in ("绝密", "机密", "秘密", "工作秘密")
        for policy in (ITEM, BLANKET)
    ],
    ("unreviewed", {"secret_level": "cl19/未审查"}, ITEM, Outcome.REFUSE, "secret-level-unreviewed"),
    ("unreviewed-blanket", {"secret_level": "cl19/未审查"}, BLANKET, Outcome.REFUSE, "secret-level-unreviewed"),
    ("other-scheme", {"secret_level": "cl20/1"}, BLANKET, Outcome.REFUSE, "secret-level-unknown"),
    ("no-such-code", {"secret_level": "cl19/公开透明"}, BLANKET, Outcome.REFUSE, "secret-level-unknown"),
    ("marking", {"abstract": Text("（机密★5年）某技术")}, BLANKET, Outcome.REFUSE, "secret-marking-in-text"),
    ("marking-en", {"abstract": Text("x", en="秘密 ★ 长期")}, ITEM, Outcome.REFUSE, "secret-marking-in-text"),
    ("labelled", {"abstract": Text("密级：内部")}, BLANKET, Outcome.REFUSE, "secret-marking-in-text"),
    ("labelled-open", {"abstract": Text("密级：非涉密")}, ITEM, Outcome.PUBLISH, ""),
    ("word-alone", {"abstract": Text("商业秘密保护方法，绝密级保险箱")}, ITEM, Outcome.PUBLISH, ""),
    # missing: only a declaration speaks for it
    ("all-said", {}, ITEM, Outcome.PUBLISH, ""),
    ("level-missing", {"secret_level": None}, ITEM, Outcome.REFUSE, "secret-level-missing"),
    ("level-missing-blanket", {"secret_level": None}, BLANKET, Outcome.PUBLISH, ""),
    ("class-missing", {"disclosure_class": None}, ITEM, Outcome.REFUSE, "disclosure-class-missing"),
    ("review-missing", {"review": ()}, ITEM, Outcome.HOLD, "review-missing"),
    ("silent-blanket", SILENT, BLANKET, Outcome.PUBLISH, ""),
    # never against what the record says
    ("restricted", {"disclosure_class": "cl20/3"}, ITEM, Outcome.REFUSE, "disclosure-class-closed"),
    ("restricted-blanket", {"disclosure_class": "cl20/3"}, BLANKET, Outcome.REFUSE, "disclosure-class-closed"),
    ("not-disclosed-blanket", {"disclosure_class": "cl20/4"}, BLANKET, Outcome.REFUSE, "disclosure-class-closed"),
    ("class-unknown", {"disclosure_class": "cl20/7"}, BLANKET, Outcome.REFUSE, "disclosure-class-unknown"),
    ("review-refused-blanket", {"review": (review("refuse"),)}, BLANKET, Outcome.REFUSE, "review-refused"),
    ("review-referred", {"review": (review("refer"),)}, BLANKET, Outcome.HOLD, "review-referred"),
    ("review-word", {"review": (review("通过"),)}, ITEM, Outcome.HOLD, "review-missing"),
    ("review-future", {"review": (review(day="2026-03-02"),)}, ITEM, Outcome.HOLD, "review-in-future"),
    (
        "review-newest-counts",
        {"review": (review("approve", "2024-01-01"), review("refuse", "2025-01-01"))},
        ITEM,
        Outcome.REFUSE,
        "review-refused",
    ),
    (
        "review-changed-its-mind",
        {"review": (review("refuse", "2024-01-01"), review("approve", "2025-01-01"))},
        ITEM,
        Outcome.PUBLISH,
        "",
    ),
    # public money
    ("contract-research", {"programme_source": ("cl12/11",)}, ITEM, Outcome.REFUSE, "public-funding-unproven"),
    ("no-programme", {"programme_source": ()}, ITEM, Outcome.REFUSE, "public-funding-unproven"),
    ("one-of-two", {"programme_source": ("cl12/12", "cl12/02")}, ITEM, Outcome.PUBLISH, ""),
    ("declared-funding", {"programme_source": ()}, BLANKET, Outcome.PUBLISH, ""),
    # licence, patents, export
    ("licence", {"licence": None}, BLANKET, Outcome.REFUSE, "licence-missing"),
    ("defence-patent", {"ipr": (Ipr(status="cl14/8"),)}, BLANKET, Outcome.REFUSE, "defence-patent"),
    ("defence-number", {"ipr": (Ipr(no="GF 2019 1 0000001"),)}, BLANKET, Outcome.REFUSE, "defence-patent"),
    ("defence-text", {"abstract": Text("核心技术已申请国防专利。")}, ITEM, Outcome.REFUSE, "defence-patent"),
    ("granted-patent", {"ipr": (Ipr(status="cl14/4", no="ZL200810009767.0"),)}, ITEM, Outcome.PUBLISH, ""),
    ("export-restricted", {"export_screen": "restricted"}, BLANKET, Outcome.REFUSE, "export-restricted"),
    ("export-pending", {"export_screen": "pending"}, BLANKET, Outcome.HOLD, "export-pending"),
    ("export-clear", {"export_screen": "clear"}, ITEM, Outcome.PUBLISH, ""),
    # embargo: never releases by itself
    ("embargo", {"embargo_until": PartialDate("2026-03-01", DAY)}, BLANKET, Outcome.EMBARGO, "embargo"),
    ("embargo-year", {"embargo_until": PartialDate("2026", Precision.YEAR)}, ITEM, Outcome.EMBARGO, "embargo"),
    ("embargo-long", {"embargo_until": PartialDate("2032-01-01", DAY)}, ITEM, Outcome.EMBARGO, "embargo-too-long"),
    ("embargo-past", {"embargo_until": PartialDate("2026-02-28", DAY)}, ITEM, Outcome.HOLD, "embargo-ended"),
    (
        "embargo-past-blanket",
        {**SILENT, "embargo_until": PartialDate("2026-02-28", DAY)},
        BLANKET,
        Outcome.HOLD,
        "embargo-ended",
    ),
    (
        "embargo-reviewed-again",
        {
            "embargo_until": PartialDate("2025-02-28", DAY),
            "disclosure_class": "cl20/2",
            "review": (review(), review(day="2025-12-01")),
        },
        ITEM,
        Outcome.PUBLISH,
        "",
    ),
    ("deferred-undated", {"disclosure_class": "cl20/2"}, ITEM, Outcome.HOLD, "embargo-undated"),
]


@pytest.mark.parametrize(
    ("changes", "policy", "outcome", "reason"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_truth_table(changes: dict[str, Any], policy: DisclosurePolicy, outcome: Outcome, reason: str) -> None:
    decision = judge(record(**changes), policy)
    assert (decision.outcome, decision.reason) == (outcome, reason)
    assert decision.secret == reason.startswith(("secret-", "defence-"))  # nothing of these may be stored
    assert (decision.record is None) == (outcome is Outcome.REFUSE)


def test_an_embargo_that_cannot_be_read_holds() -> None:
    problem = Problem("date-invalid", "embargoUntil", "not a date", Severity.WARNING)
    decision = decide(record(), ITEM, (), TODAY, problems=(problem,))
    assert (decision.outcome, decision.reason) == (Outcome.HOLD, "embargo-unreadable")


@pytest.mark.parametrize("code", ["unknown-code", "several-values"])
def test_a_level_that_was_not_understood_is_not_a_missing_one(code: str) -> None:
    problem = Problem(code, "secretLevel", "no code for this value", Severity.INFO)
    for level in (None, "cl19/非涉密"):
        decision = judge(record(secret_level=level), BLANKET, problems=(problem,))
        assert (decision.outcome, decision.reason, decision.secret) == (Outcome.REFUSE, "secret-level-unknown", True)


def test_lineage_without_a_value_is_a_level_not_understood() -> None:
    line = Lineage("secretLevel", "密级", "lookup cl19")  # the value itself is hidden: the field is not public
    assert judge(record(secret_level=None), BLANKET, lineage=(line,)).reason == "secret-level-unknown"
    blank = Lineage("secretLevel", "密级", "lookup cl19", "未标注")
    assert judge(record(secret_level=None), BLANKET, lineage=(blank,)).outcome is Outcome.PUBLISH


def test_blanket_without_a_declaration_covers_nothing() -> None:
    policy = DisclosurePolicy(mode=PolicyMode.BLANKET)
    assert judge(record(secret_level=None), policy).reason == "secret-level-missing"
    assert judge(record(disclosure_class=None), policy).reason == "disclosure-class-missing"


def test_the_declaration_completes_the_record() -> None:
    whole = judge(record(**SILENT), BLANKET).record
    assert whole is not None
    assert (whole.secret_level, whole.disclosure_class) == ("cl19/非涉密", "cl20/1")
    (declared,) = whole.review
    assert (declared.decision, declared.org, declared.basis) == (
        "approve",
        "某省科学技术厅",
        "政府信息公开条例第十九条",
    )


def test_required_fields_are_required() -> None:
    policy = DisclosurePolicy(
        mode=PolicyMode.BLANKET, require=("title", "registrationNo"), declaration=Declaration("x", "2026-01-01", "y")
    )
    assert judge(record(), policy).reason == "required-missing"
    assert judge(record(registration_no="9442020Y0001"), policy).outcome is Outcome.PUBLISH


def test_other_kinds_need_no_programme() -> None:
    demand = Demand(
        identifier="x", secret_level="cl19/非涉密", disclosure_class="cl20/1", review=(review(),), licence="https://l"
    )
    assert judge(demand).outcome is Outcome.PUBLISH


def test_personal_data_is_masked_or_refused() -> None:
    whole = record(abstract=Text("联系 13812345678"))
    decision = judge(whole)
    assert decision.record is not None
    assert decision.record.abstract.zh == "联系 138****5678"
    assert [note.code for note in decision.notes] == ["personal-data-masked"]
    strict = DisclosurePolicy(personal_data="refuse")
    assert judge(whole, strict).reason == "personal-data"
    assert judge(record(), strict).outcome is Outcome.PUBLISH


@pytest.mark.parametrize(
    "again",
    [
        {"registration_no": "9442020Y0001"},
        {"registration_no": "944-2020Y0001"},
        {"ipr": (Ipr(no="ZL 2008 1 0009767.0"), Ipr(no="ZL201110047567.0"))},
    ],
)
def test_what_was_taken_down_does_not_come_back(again: dict[str, Any]) -> None:
    patents = (Ipr(no="ZL201110047567.0"), Ipr(no="ZL200810009767.0"))
    down = frozenset(tokens(record(registration_no="9442020Y0001", ipr=patents), "k1"))
    assert judge(record(**again), suppressed=down, key="k2").reason == "suppressed"
    assert judge(record(), suppressed=down, key="k1").reason == "suppressed"
    assert judge(record(ipr=patents[:1]), suppressed=down, key="k2").outcome is Outcome.PUBLISH


def test_reviews_made_here_count() -> None:
    assert judge(record(review=()), reviews=(review(),)).outcome is Outcome.PUBLISH
    assert judge(record(), reviews=(review("refuse", "2026-01-01"),)).reason == "review-refused"


def test_reasons_never_quote_the_record() -> None:
    whole = record(title=Text("绝不外泄的题目"), secret_level="cl19/机密", abstract=Text("绝不外泄的简介"))
    words = "".join(reason.message for reason in judge(whole).reasons)
    assert "外泄" not in words
    assert date(2026, 3, 1) == TODAY


pieces = st.sampled_from(
    ["绝密", "机密", "秘密", "内部", "密级", "保密级别", "级别", "★", "☆", ":", "：", " ", "\n", "\t", "\x0b", "\x1f", "\u3000",
     "\\", "国", "防", "发明专利", "专利", "G", "ｇ", "F", "ｆ", "ZL", "123456", "技术", "\ud800"]
)  # fmt: skip


@given(st.lists(pieces, max_size=7).map("".join), st.sampled_from(["abstract", "contact_org"]))
def test_nothing_secret_is_overlooked(text: str, field: str) -> None:
    """The gate's quick look at the JSON finds wherever the patterns themselves find."""
    reason = judge(record(**{field: Text(text) if field == "abstract" else text})).reason
    assert (reason == "secret-marking-in-text") == (MARKING.search(text) is not None)
    assert (reason == "defence-patent") == (MARKING.search(text) is None and is_defence_patent(text))


NOTICE = msgspec.structs.replace(ITEM, notice_days=15)
AGREED = "cl17/1"


def notice(first: str, last: str) -> Period:
    return Period(PartialDate(first, DAY), PartialDate(last, DAY))


@pytest.mark.parametrize(
    ("changes", "policy", "code"),
    [
        ({"pricing_method": AGREED, "price_notice": notice("2026-01-01", "2026-01-15")}, NOTICE, ""),
        ({"pricing_method": AGREED, "price_notice": notice("2026-01-01", "2026-01-14")}, NOTICE, "notice-short"),
        ({"price_notice": notice("2026-01-10", "2026-01-01")}, NOTICE, "notice-short"),
        ({"pricing_method": AGREED}, NOTICE, "notice-missing"),
        ({"pricing_method": "cl17/3"}, NOTICE, ""),
        ({}, NOTICE, ""),
        ({"pricing_method": AGREED, "price_notice": notice("2026-01-01", "2026-01-02")}, ITEM, ""),
        # what is vaguer than a day cannot be found too short
        ({"price_notice": Period(PartialDate("2026-01", Precision.MONTH), PartialDate("2026-01-02", DAY))}, NOTICE, ""),
    ],
)
def test_a_notice_is_flagged_and_never_withheld(changes: dict[str, Any], policy: DisclosurePolicy, code: str) -> None:
    decision = judge(record(**changes), policy)
    assert decision.outcome is Outcome.PUBLISH
    assert [(one.code, one.severity) for one in decision.notes] == ([(code, Severity.WARNING)] if code else [])
