"""A simulated 陕西 (profile P8): cgsb610.zip as 国家科技成果登记系统 exports it, dropped into a folder. All of it is fiction."""

import csv
import io
import os
import time
from pathlib import Path

from tests.harvesters.files import zipped

Row = dict[str, str]
MEMBER = "国家科技成果登记系统/成果基本信息.csv"


def row(number: str, title: str, **changes: str) -> Row:
    return {
        "系统编号": "",
        "登记号": number,
        "成果名称": title,
        "完成单位": "秦岭示例大学，渭水示例研究院",
        "完成人": "王示例、李示例",
        "关键词": "材料；工艺",
        "成果类别": "应用技术",
        "课题来源": "国家科技支撑计划",
        "项目编号": "2015BAB01B02",
        "专利号": "ZL201310699744.2",
        "国防专利号": "无",
        "完成日期": "2019年3月",
        "登记日期": "20190601",
        "行政区划": "西安市",
        "成果简介": "一种虚构的\t工艺，\r\n分两段。",
        "密级": "非密",
        "公开属性": "公开",
        "保密审查单位": "秦岭示例大学保密办",
        "保密审查日期": "2019-05-01",
        "保密审查结论": "同意公开",
    } | changes


def export(rows: list[Row], more: str = "") -> bytes:
    """The ZIP: names in GBK without a flag, the table in GB 18030 with CRLF. `more` is put below the rows as it is."""
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    table.writeheader()
    table.writerows(rows)
    body = (text.getvalue() + more).encode("gb18030")
    plain = "m" * len(MEMBER.encode("gbk"))
    packed = zipped({plain: body, "readme.txt": "由登记系统v10.0导出".encode("gb18030")})
    return packed.replace(plain.encode(), MEMBER.encode("gbk"))


def drop(folder: Path, rows: list[Row], name: str = "cgsb610.zip", days: float = 1, more: str = "") -> None:
    """Lay an export into the folder, finished so many days ago."""
    path = folder / name
    path.write_bytes(export(rows, more))
    then = time.time() - days * 86_400
    os.utime(path, (then, then))
