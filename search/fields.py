"""The fields a query can name, in Chinese and English."""

from search.expression import IDENTIFIER
from search.normalise import fold

# field -> the names it can be written by; the field itself is always one
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("标题", "题名", "名称", "题目", "name"),
    "keywords": ("关键词", "关键字", "主题词", "keyword", "kw"),
    "org": ("单位", "机构", "完成单位", "orgs", "organisation", "organization"),
    "abstract": ("摘要", "简介", "summary"),
    IDENTIFIER: ("登记号", "专利", "专利号", "编号", "项目编号", "id", "number", "no", "patent", "doi"),
    "kind": ("种类", "类型", "type"),
    "region": ("地区", "地域", "省份", "place", "province"),
    "field": ("领域", "技术领域"),
    "discipline": ("学科",),
    "industry": ("行业", "应用行业"),
    "stage": ("阶段", "所处阶段"),
    "transfer": ("转化方式", "合作方式", "转让方式"),
    "source": ("来源", "数据来源"),
    "price": ("价格", "价", "报价", "意向价格"),
    "date": ("年份", "年", "日期", "时间", "year"),
}
NAMES: dict[str, str] = {name: field for field, names in FIELDS.items() for name in (field, *names)}


def canonical(name: str) -> str | None:
    """The field of a name in any width and case; None when there is none."""
    return NAMES.get(fold(name))
