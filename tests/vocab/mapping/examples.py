"""A mapping of a fictional province and records of it."""

from vocab.mapping import Context
from vocab.tree import Tree

CONTEXT = Context(
    source="cn-demo",
    local_id="TPR0001",
    base="https://example.org",
    region="330000",
    publisher_zh="示例省科技成果平台",
    publisher_en="Example platform",
    licence="https://example.org/licence/open-gov",
    fetched="2026-11-20T02:00:00Z",
    sha256="0" * 64,
    url="https://province.example/TPR0001",
)

MAPPING = """
id = "cn-demo"
version = "1.2.0"
kind = "achievement"
when = {path = "类型", in = ["供给", "成果"]}

[tables.demo_stage]
"实验室" = "cl04/1"
"可以量产" = "cl04/3"
"其它" = ""

[tables.demo_transfer]
"转让/许可" = ["cl15/2", "cl15/3"]

[fields.title]
from = ["成果名称", "项目名称"]
clean = ["strip_html", "collapse_space", "strip_book_marks"]

[fields."title.en"]
from = "extras[key=en].value"

[fields.abstract]
from = "简介"
parser = "html"

[fields.keywords]
from = "关键词"

[fields.category]
default = "cl01/2"

[fields.stage]
from = "阶段"
lookup = ["demo_stage", "cl04"]

[fields.transfer_modes]
from = "转化方式"
split = "[、；;，,]"
lookup = ["demo_transfer", "cl15"]

[fields.orgs]
from = "完成单位"
split = "[、；;，,]"
parser = "agents"

[fields."firstOrg.name"]
from = "完成单位"
split = "[、；;，,]"

[fields."firstOrg.uscc"]
from = "信用代码"
clean = ["upper"]

[fields.completedOn]
from = "完成时间"

[fields."project.no"]
from = "项目[*].编号"

[fields."project.name"]
from = "项目[*].名称"

[fields."project.programme"]
from = "项目[*].来源"
lookup = "cl12"

[fields.awards]
template = "{奖项.年度}年{奖项.名称}"

[fields.price]
from = "意向价格"
unit = "万元"

[fields.secretLevel]
from = "密级"
lookup = "cl19"

[fields.region]
from = "区划"
when = {path = "区划", matches = "^[0-9]{6}$"}
"""

RECORD: dict[str, Tree] = {
    "类型": "供给",
    "成果名称": "未标注",
    "项目名称": "<b>《石墨烯  导热膜》</b>",
    "extras": [{"key": "en", "value": "Graphene film"}, {"key": "zh", "value": "膜"}],
    "简介": "<p>导热膜，联系王老师138-0000-0000</p>",
    "关键词": "石墨烯；导热膜",
    "阶段": "可以量产",
    "转化方式": "转让/许可、合作实施，转让",
    "完成单位": "示例大学、示例研究院",
    "信用代码": "12330000mb00000276",
    "完成时间": "2019年3月",
    "项目": [
        {"编号": "2018YF_0000000", "名称": "项目甲", "来源": "国家重点研发计划"},
        {"编号": "B-2", "来源": "火星计划"},
    ],
    "奖项": {"年度": 2020.0, "名称": "科技进步奖"},
    "意向价格": "120",
    "密级": "非涉密",
    "区划": "330100",
}
