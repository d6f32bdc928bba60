"""The home page of a simulated platform: what source pages and `dcat:landingPage` lead to."""

from collections.abc import Sequence
from html import escape

import msgspec

from chengguo.demo.fiction import Fiction, Secrecy
from chengguo.demo.platforms.platform import Answer

LATEST = 10


class Front(msgspec.Struct, frozen=True):
    """Names of the platform, and the path below it at which its listing is read by programs."""

    zh: str
    en: str
    listing: str


FRONTS = {
    "beijing": Front("北京市科技成果平台", "Beijing Achievements Platform", "api/achievements"),
    "shanghai": Front("上海市科技成果开放接口", "Shanghai Achievements API", "interface/achv/1"),
    "guangdong": Front("广东省科技成果目录", "Guangdong Achievements Catalogue", "data/catalog"),
    "hubei": Front("湖北科技成果开放目录", "Hubei Open Catalogue", "api/3/action/package_search"),
    "sichuan": Front("四川示例大学机构知识库", "Sichuan Example University Repository", "oai?verb=Identify"),
}


def page(front: Front, listing: Sequence[Fiction]) -> Answer:
    """In both languages, without script: what the platform is, where its listing is, and the first titles in it."""
    shown = [one.title for one in listing if one.secrecy == Secrecy()]  # of what is not public not even a title
    titles = "\n".join(f"<li>{escape(title)}</li>" for title in shown[:LATEST])
    body = _PAGE.format(front=front, count=f"{len(shown):,}", titles=titles)
    return Answer(body.encode(), "text/html; charset=utf-8")


_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{front.zh}（虚构演示）</title>
<style>
body {{ font: 1rem/1.7 system-ui, sans-serif; color: #1a2333; background: #fbfaf7 }}
main {{ max-width: 42rem; margin: 2rem auto; padding: 0 1rem }}
.note {{ background: #fdf3d8; color: #6b4a00; padding: .5rem 1rem }}
</style>
</head>
<body>
<main>
<h1>{front.zh}<br><span lang="en">{front.en}</span></h1>
<p class="note">虚构演示：此平台由演示程序模拟，其中的成果、机构和人员均不存在。<br>
<span lang="en">Fictional: this platform is simulated by the demonstration; its achievements,
organisations and people do not exist.</span></p>
<p>公开成果 {count} 项，供程序读取的地址：<code>{front.listing}</code><br>
<span lang="en">{count} public achievements; programs read them at the address above.</span></p>
<h2>其中 <span lang="en">Among them</span></h2>
<ul>
{titles}
</ul>
</main>
</body>
</html>
"""
