"""Personal data: what is masked, what stays, and that masking leaves nothing to find."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocab.kinds import Achievement
from vocab.personal import ID_MASK, Personal, find, id_card_valid, mask, mask_record
from vocab.problem import Severity
from vocab.record import Record
from vocab.values import Agent, Contributor, Evaluation, Ipr, Price, Text, Words

ID = "110101199003070791"


@pytest.mark.parametrize(
    ("text", "masked", "kinds"),
    [
        ("联系王老师138-0000-0000。", "联系王老师138****0000。", [Personal.MOBILE]),
        ("电话：１３８００００１２３４", "电话：138****1234", [Personal.MOBILE]),
        ("手机13812345678、13912345678", "手机138****5678、139****5678", [Personal.MOBILE, Personal.MOBILE]),
        ("+86 138 1234 5678", "+86 138****5678", [Personal.MOBILE]),
        ("(86)13812345678", "(86)138****5678", [Personal.MOBILE]),
        ("TEL13800001234", "TEL138****1234", [Personal.MOBILE]),
        ("1 3 8 0 0 0 0 1 2 3 4", "138****1234", [Personal.MOBILE]),
        ("微信13812345678", "微信138****5678", [Personal.MOBILE]),
        (f"身份证{ID}，", f"身份证{ID_MASK}，", [Personal.ID_CARD]),
        (f"{ID[:6]} {ID[6:14]} {ID[14:]}", ID_MASK, [Personal.ID_CARD]),
        ("身份证号：110101199003070790", f"身份证号：{ID_MASK}", [Personal.ID_CARD]),
        ("zhangsan@pku.edu.cn", "***@pku.edu.cn", [Personal.EMAIL]),
        ("kjc@163.com", "***@163.com", [Personal.EMAIL]),
        ("a.b＠qq.com", "***@qq.com", [Personal.EMAIL]),
        ("zhang[at]pku.edu.cn", "***@pku.edu.cn", [Personal.EMAIL]),
        ("微信：zhang_san88", "微信：***", [Personal.ACCOUNT]),
        ("微信号zhangsan", "微信号***", [Personal.ACCOUNT]),
        ("WeChat: abcdef", "WeChat: ***", [Personal.ACCOUNT]),
        ("加ｖｘ：abc12345", "加ｖｘ：***", [Personal.ACCOUNT]),
        ("QQ：123456789", "QQ：***", [Personal.ACCOUNT]),
        ("家庭住址：示例市某路1号，", "家庭住址：[住址已隐去]，", [Personal.ADDRESS]),
    ],
)
def test_masks(text: str, masked: str, kinds: list[Personal]) -> None:
    found, findings = mask(text)
    assert found == masked
    assert [f.kind for f in findings] == kinds


@pytest.mark.parametrize(
    "text",
    [
        "010-62781234 转 8",
        "0571-87951234",
        "400-800-1234",
        "office@pku.edu.cn",
        "kjc@zju.edu.cn，cgzh_2020@zju.edu.cn",
        "专利号 201310699744.2",
        "ZL201310699744.2、ZL13106997.X",
        "9332020Y0123",
        "12330000MB00000276",
        "12330000466000000X",
        "2019-2021年投入13500万元，导热系数1500 W/mK",
        "微信小程序开发，微信同号",
        "QQ浏览器",
        "110101199003070790",  # no identity number: wrong check character, and nobody calls it one
        "978-7-302-13826-5",
        "",
    ],
)
def test_keeps(text: str) -> None:
    assert mask(text) == (text, [])


@pytest.mark.parametrize(
    ("number", "valid"),
    [(ID, True), ("11010119900307079X", False), ("53010219200508011x", True), (ID[:-1], False), ("１" * 18, False)],
)
def test_check_character(number: str, valid: bool) -> None:
    assert id_card_valid(number) is valid


def digits(n: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=n, max_size=n)


mobiles = st.builds("1{}{}".format, st.sampled_from("3456789"), digits(9))
gaps = st.sampled_from(["", "-", " ", "－", "—"])
around = st.text(st.characters(exclude_categories=["Nd", "Lu", "Ll", "Cs"]), max_size=10).map(
    lambda t: t.replace(".", "")
)


@given(mobiles, gaps, around, around, st.booleans())
def test_no_mobile_number_gets_through(number: str, gap: str, before: str, after: str, wide: bool) -> None:
    written = gap.join((number[:3], number[3:7], number[7:]))
    if wide:
        written = written.translate({48 + i: 0xFF10 + i for i in range(10)})
    masked, findings = mask(before + written + after)
    assert written not in masked
    assert number not in masked
    assert findings


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["138", "0000", "-", "微信", ":", "@", "a", ".cn", ID])).map("".join)
)
def test_masking_is_idempotent_and_positions_are_true(text: str) -> None:
    masked, findings = mask(text)
    assert findings == find(text)
    assert (masked == text) == (not findings)
    assert all(0 <= f.start < f.end <= len(text) for f in findings)
    assert all(a.end <= b.start for a, b in zip(findings, findings[1:], strict=False))
    assert mask(masked)[0] == masked


PHONE, MASKED = "电话13812345678", "电话138****5678"


def test_masks_a_whole_record() -> None:
    record = Achievement(
        identifier="https://example.org/13812345678",
        source_record_id=("13812345678",),
        title=Text(zh=PHONE, en="call 13812345678"),
        keywords=Words(zh=("膜", PHONE)),
        contact_org=PHONE,
        contact_person=PHONE,
        first_org=Agent(name=PHONE, uscc="911101085513850820"),
        contributors=(Contributor(name="甲", order=1), Contributor(name=PHONE, order=2)),
        evaluation=(Evaluation(conclusion=PHONE),),
        ipr=(Ipr(no="13812345678", title=PHONE),),
        awards=("奖",),
        price=Price(raw=PHONE),
    )
    masked, problems = mask_record(record)
    assert masked.title == Text(zh=MASKED, en="call 138****5678")
    assert masked.keywords.zh == ("膜", MASKED)
    assert masked.contact_org == MASKED
    assert masked.first_org == Agent(name=MASKED, uscc="911101085513850820")
    assert [c.name for c in masked.contributors] == ["甲", MASKED]
    assert masked.evaluation[0].conclusion == MASKED
    assert masked.ipr == (Ipr(no="13812345678", title=MASKED),)
    assert masked.price == Price(raw=MASKED)
    assert (masked.identifier, masked.source_record_id) == (record.identifier, record.source_record_id)
    assert masked.contact_person == PHONE, "never public, so it is kept for those who may see it"
    assert {p.path for p in problems} == {
        "title", "keywords", "contactOrg", "firstOrg", "contributors", "evaluation", "ipr", "price",
    }  # fmt: skip
    assert {p.severity for p in problems} == {Severity.WARNING}
    assert not any("138" in p.message for p in problems)


def test_a_clean_record_is_itself() -> None:
    record: Record = Achievement(identifier="x", title=Text(zh="膜"), awards=("一等奖",))
    assert mask_record(record) == (record, ())
    assert mask_record(record)[0] is record


@pytest.mark.parametrize("times", [2, 3, 40])
def test_addresses_without_a_space_between_them_leave_nothing(times: int) -> None:
    text, findings = mask("a@b.cn" * times)
    assert findings
    assert find(text) == []
    assert "a@b" not in text
