"""The disclosure gate: the only way out for a record. Pure, and deny by default.

Basis: 保守国家秘密法 (2024) art. 35 and its 实施条例 art. 42 (先审查、后公开), 政府信息公开条例 art. 14-17,
个人信息保护法 art. 6 and 25, 技术进出口管理条例 art. 28-31. Reasons are codes; they never quote the record.

A declaration (policy mode "blanket") speaks for what a record leaves out, never against what a record says.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from enum import StrEnum
from functools import cache

import msgspec

from federation.source import DisclosurePolicy, PolicyMode
from federation.suppression import tokens
from vocab.codes import concept, is_public_funding, scheme
from vocab.field import fields
from vocab.identifiers import is_defence_patent
from vocab.kinds import encode_record
from vocab.lineage import Lineage
from vocab.personal import mask_record
from vocab.problem import Problem, Severity
from vocab.record import Record
from vocab.texts import prose
from vocab.values import PartialDate, Period, Precision, Review

OPEN_LEVEL = "非涉密"
UNREVIEWED = "未审查"
OPEN_CLASS, EMBARGOED_CLASS = "公开", "延期公开"
AGREED_PRICE = "协议定价(公示)"
DEFENCE_PATENT = "国防专利"
LONGEST_EMBARGO = 5  # years, E25

# The marking prescribed for secret documents (国家秘密载体: level, star, term), wherever it stands in a text.
MARKING = re.compile(r"(绝密|机密|秘密)\s*[★☆]|(?:密级|保密级别)\s*[:：]\s*(绝密|机密|秘密|内部|工作秘密)")
MARKED_BY = ("★", "☆", "密级", "保密级别")  # no marking without one of these
# No marking and no defence patent in a record without one of these in its JSON, where some white space is escaped.
_GAP = r"(?:\s|\\[nrtf]|\\u00[01][0-9a-f])*"
_LOOK = re.compile("|".join((*MARKED_BY, f"国{_GAP}防", *(f"{letter}{_GAP}[FfＦｆ]" for letter in "GgＧｇ"))))

SECRET_WORDS = ("绝密", "机密", "秘密")
LONGEST_LEVEL = 16  # characters: what is longer is prose, not a level

# Ways in which platforms write that a field was not filled in.
NOTHING = frozenset(("无", "暂无", "未标注", "暂未填写", "/", "-", "--", "NULL", "null", "None"))


class Outcome(StrEnum):
    PUBLISH = "publish"
    REFUSE = "refuse"
    HOLD = "hold"
    EMBARGO = "embargo"


class Decision(msgspec.Struct, frozen=True):
    """What may happen with a record. `record` is the masked record, completed by the declaration; None when refused.

    `notes` says what was masked, and what is published with a flag. `secret`: nothing of the payload may be stored (E02).
    `marked`: the record says itself that it is secret, internal or a work secret; otherwise its level could merely not be
    established.
    """

    outcome: Outcome
    reasons: tuple[Problem, ...] = ()
    record: Record | None = None
    notes: tuple[Problem, ...] = ()
    secret: bool = False
    marked: bool = False

    @property
    def reason(self) -> str:
        return self.reasons[0].code if self.reasons else ""


def decide(
    record: Record,
    policy: DisclosurePolicy,
    suppressed: Collection[str],
    today: date,
    *,
    key: str = "",
    lineage: Sequence[Lineage] = (),
    problems: Sequence[Problem] = (),
    reviews: Sequence[Review] = (),
) -> Decision:
    """Judge one mapped record.

    `suppressed`: tokens of taken-down records (`federation.suppression.tokens`), `key` the record's own;
    `lineage` and `problems` of its mapping tell a value that is missing from one that was not understood;
    `reviews` were made on this node for exactly this content.
    """
    if secret := _secret(record, policy, lineage, problems):
        marked = secret.code in ("secret-level-marked", "secret-marking-in-text", "defence-patent")
        return Decision(Outcome.REFUSE, (secret,), secret=True, marked=marked)
    record = _completed(record, policy, reviews)
    refusals = [*_refusals(record, policy, lineage, problems), *_suppressed(record, key, suppressed)]
    clean, masked = mask_record(record)
    if masked and policy.personal_data == "refuse":
        refusals.append(
            _reason("personal-data", "*", "the record holds personal data and its source refuses to mask it")
        )
    if refusals:
        return Decision(Outcome.REFUSE, tuple(refusals))
    if embargo := _embargo(record, today):
        return Decision(Outcome.EMBARGO, (embargo,), clean, masked)
    if holds := [*_unreadable_embargo(record, lineage, problems), *_holds(record, policy, today)]:
        return Decision(Outcome.HOLD, tuple(holds), clean, masked)
    return Decision(Outcome.PUBLISH, (), clean, (*masked, *_notice(record, policy)))


def _secret(
    record: Record, policy: DisclosurePolicy, lineage: Sequence[Lineage], problems: Sequence[Problem]
) -> Problem | None:
    path = "secretLevel"
    if record.secret_level is not None:
        level = concept(record.secret_level)
        if level is None or level.scheme != "cl19":
            return _reason("secret-level-unknown", path, "the secrecy level is not one of CL-19")
        if level.zh == UNREVIEWED:
            return _reason("secret-level-unreviewed", path, "the record has not been reviewed for secrecy")
        if level.zh != OPEN_LEVEL:
            return _reason("secret-level-marked", path, "the record is not 非涉密")
    if _was_misunderstood("secret_level", problems) or (
        record.secret_level is None and _was_given("secret_level", lineage, problems)
    ):
        return _reason("secret-level-unknown", path, "the secrecy level could not be understood")
    if record.secret_level is None and (policy.mode is not PolicyMode.BLANKET or policy.declaration is None):
        return _reason("secret-level-missing", path, "the secrecy level is missing and no declaration covers it")
    text = prose(record) if _asks_for_a_look(record) else ""
    if _is_marked(text):
        return _reason("secret-marking-in-text", "*", "a text of the record carries a secrecy marking")
    if _is_defence_patented(record) or is_defence_patent(text):
        return _reason("defence-patent", "*", "the record names a defence patent (国防专利)")
    return None


def _completed(record: Record, policy: DisclosurePolicy, reviews: Sequence[Review]) -> Record:
    """The record with the reviews made here, and with what the declaration says about what it leaves out."""
    changes: dict[str, object] = {}
    if reviews:
        changes["review"] = (*record.review, *reviews)
    if policy.mode is PolicyMode.BLANKET and policy.declaration is not None:
        declared = policy.declaration
        if record.secret_level is None:
            changes["secret_level"] = _code("cl19", OPEN_LEVEL)
        if record.disclosure_class is None:
            changes["disclosure_class"] = _code("cl20", OPEN_CLASS)
        if not record.review and not reviews:
            day = PartialDate(declared.date, Precision.DAY)
            changes["review"] = (Review("approve", org=declared.by, date=day, basis=declared.basis),)
    return msgspec.structs.replace(record, **changes) if changes else record


def _refusals(
    record: Record, policy: DisclosurePolicy, lineage: Sequence[Lineage], problems: Sequence[Problem]
) -> list[Problem]:
    found = [*_disclosure(record, lineage, problems), *_funding(record, policy)]
    if not record.licence:
        found.append(_reason("licence-missing", "licence", "no licence says how the record may be used"))
    if record.export_screen == "restricted":
        found.append(_reason("export-restricted", "exportScreen", "export screening restricts the technology"))
    if any(review.decision == "refuse" for review in _latest(record.review)):
        found.append(_reason("review-refused", "review", "the secrecy review refused publication"))
    asked = set(policy.require) - {"secretLevel", "review", "disclosureClass"}
    for bound in fields(type(record)) if asked else ():
        if bound.key in asked and _is_empty(getattr(record, bound.name), bound.default):
            found.append(_reason("required-missing", bound.key, "the source's policy requires this field"))
    return found


def _disclosure(record: Record, lineage: Sequence[Lineage], problems: Sequence[Problem]) -> list[Problem]:
    path = "disclosureClass"
    if record.disclosure_class is None or _was_misunderstood("disclosure_class", problems):
        given = _was_given("disclosure_class", lineage, problems)
        words = "could not be understood" if given else "is missing and no declaration covers it"
        return [_reason("disclosure-class-unknown" if given else "disclosure-class-missing", path, f"公开属性 {words}")]
    found = concept(record.disclosure_class)
    if found is None or found.scheme != "cl20":
        return [_reason("disclosure-class-unknown", path, "公开属性 is not one of CL-20")]
    if found.zh not in (OPEN_CLASS, EMBARGOED_CLASS):
        return [_reason("disclosure-class-closed", path, "公开属性 does not allow publication")]
    return []


def _funding(record: Record, policy: DisclosurePolicy) -> list[Problem]:
    if policy.public_funding == "declared" and policy.declaration is not None:
        return []
    codes: tuple[str, ...] | None = getattr(record, "programme_source", None)
    if codes is None or any(is_public_funding(code) for code in codes):
        return []
    return [_reason("public-funding-unproven", "programmeSource", "no programme proves public funding")]


def _is_defence_patented(record: Record) -> bool:
    """By the status (CL-14) or the number of one of its rights."""
    rights = getattr(record, "ipr", ())
    if any((ipr.no or "").upper().replace(" ", "").startswith(("GF", "ZLGF")) for ipr in rights):
        return True
    return any(ipr.status and DEFENCE_PATENT in _zh(ipr.status) for ipr in rights)


def _suppressed(record: Record, key: str, suppressed: Collection[str]) -> list[Problem]:
    if suppressed and any(token in suppressed for token in tokens(record, key)):
        return [_reason("suppressed", "*", "the record was taken down here and must not come back")]
    return []


def _embargo(record: Record, today: date) -> Problem | None:
    until = record.embargo_until
    if until is not None and until.last >= today.isoformat():
        if int(until.value[:4]) - today.year > LONGEST_EMBARGO:
            return _reason("embargo-too-long", "embargoUntil", "an embargo lasts five years at most (E25)")
        return _reason("embargo", "embargoUntil", "publication is deferred")
    return None


def _unreadable_embargo(record: Record, lineage: Sequence[Lineage], problems: Sequence[Problem]) -> list[Problem]:
    """A date that was given but not understood may lie in the future."""
    if record.embargo_until is None and _was_given("embargo_until", lineage, problems):
        return [_reason("embargo-unreadable", "embargoUntil", "the date of the embargo could not be understood")]
    return []


def _holds(record: Record, policy: DisclosurePolicy, today: date) -> list[Problem]:
    reviews = _latest(record.review)
    approved = [r for r in reviews if r.decision == "approve"]
    found: list[Problem] = []
    if any(r.decision == "refer" for r in reviews):
        found.append(_reason("review-referred", "review", "the secrecy review was referred to an authority (E04)"))
    elif not approved:
        found.append(_reason("review-missing", "review", "no secrecy review has approved publication (E01)"))
    if any(r.date is not None and r.date.first > today.isoformat() for r in approved):
        found.append(_reason("review-in-future", "review", "the secrecy review is dated in the future"))
    if record.export_screen == "pending":
        found.append(_reason("export-pending", "exportScreen", "export screening is not finished (E20)"))
    found.extend(_after_embargo(record, approved))
    return found


def _after_embargo(record: Record, approved: Sequence[Review]) -> list[Problem]:
    """A deferred record needs a new review once its time has come: an embargo never releases by itself (E25)."""
    deferred = record.disclosure_class is not None and _zh(record.disclosure_class) == EMBARGOED_CLASS
    if record.embargo_until is None:
        if not deferred:
            return []
        return [_reason("embargo-undated", "embargoUntil", "公开属性 says deferred but gives no date")]
    end = record.embargo_until.last
    if any(r.date is not None and r.date.first > end for r in approved):
        return []
    return [_reason("embargo-ended", "review", "the embargo has ended; a new review must approve publication")]


def _notice(record: Record, policy: DisclosurePolicy) -> Iterator[Problem]:
    """An agreed price is publicly noticed with the title (促进科技成果转化法 art. 18), in some provinces so many days (E15).

    The duty is the holder's, and the notice was public itself: a record is flagged for it and not withheld.
    """
    method, period = getattr(record, "pricing_method", None), getattr(record, "price_notice", None)
    if not policy.notice_days or (period is None and (method is None or _zh(method) != AGREED_PRICE)):
        return
    days = period.days if isinstance(period, Period) else None
    if period is None:
        message = f"an agreed price must be publicly noticed for {policy.notice_days} days; no notice is known"
        yield Problem("notice-missing", "priceNotice", message, Severity.WARNING)
    elif days is not None and days < policy.notice_days:
        message = f"the price was publicly noticed for {days} days; {policy.notice_days} are asked for"
        yield Problem("notice-short", "priceNotice", message, Severity.WARNING, str(days))


def _latest(reviews: Sequence[Review]) -> list[Review]:
    """The reviews that count: the newest by date; undated ones, and all of the newest day, count together."""
    newest = max((r.date.last for r in reviews if r.date is not None), default="")
    return [r for r in reviews if r.date is None or r.date.last == newest]


def unreadable_level(value: object) -> bool:
    """Whether a raw record that no mapping could read carries a secrecy level or marking somewhere, other than 非涉密.

    Only asked where a declaration would otherwise let its payload be kept.
    """
    if isinstance(value, dict):
        return any(unreadable_level(part) for part in value.values())
    if isinstance(value, list):
        return any(unreadable_level(part) for part in value)
    if isinstance(value, bytes):
        words = [word.encode(code) for word in SECRET_WORDS for code in ("utf-8", "gb18030", "utf-16-le", "utf-16-be")]
        return any(word in value for word in words)
    if not isinstance(value, str):
        return False
    level = scheme("cl19").find(value) if len(value) < LONGEST_LEVEL else None
    return (level is not None and level.zh != OPEN_LEVEL) or _is_marked(value)


def level_was_given(lineage: Sequence[Lineage], problems: Sequence[Problem]) -> bool:
    """Whether a record that could not be mapped did say something about its secrecy."""
    return _was_given("secret_level", lineage, problems)


def _was_given(name: str, lineage: Sequence[Lineage], problems: Sequence[Problem]) -> bool:
    """Whether the source said something for a field that came out empty: a value we did not understand.

    The lineage of a field that is not public has a path but hides the value, so the path alone counts.
    """
    names = _spellings(name)
    lines = [line for line in lineage if line.field.startswith(names) and _root(line.field) in names]
    return any(line.path and line.raw not in NOTHING for line in lines) or _was_misunderstood(name, problems)


def _was_misunderstood(name: str, problems: Sequence[Problem]) -> bool:
    """Whether the mapping met anything odd there: two levels in one field are odd enough, whichever came first."""
    return any(_root(problem.path) in _spellings(name) for problem in problems)


def _root(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


@cache
def _spellings(name: str) -> tuple[str, str]:
    head, *rest = name.split("_")
    return name, head + "".join(word.title() for word in rest)


def _asks_for_a_look(record: Record) -> bool:
    """Whether a marking or a defence patent may stand in a text of the record; False is certain."""
    try:
        return _LOOK.search(encode_record(record).decode()) is not None
    except UnicodeEncodeError:  # a lone surrogate
        return True


def _is_marked(text: str) -> bool:
    return any(sign in text for sign in MARKED_BY) and MARKING.search(text) is not None


def _code(scheme_id: str, zh: str) -> str:
    found = scheme(scheme_id).find(zh)
    if found is None:
        raise LookupError(f"code list {scheme_id} has no concept {zh!r}")
    return found.code


def _zh(code: str) -> str:
    found = concept(code)
    return found.zh if found else ""


def _is_empty(value: object, default: object) -> bool:
    return value is None or value in ("", ()) or value == default


def _reason(code: str, path: str, message: str) -> Problem:
    return Problem(code=code, path=path, message=message)
