"""The page for people: a form, examples and a table of results, in Chinese and English, without JavaScript."""

from functools import cache
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from federation.answers import GRAPHS, JSON, RESULTS
from federation.graph import GraphAnswer
from publish.negotiate import language as preferred
from publish.sparql.examples import EXAMPLES
from publish.sparql.protocol import Question
from vocab.namespaces import Namespaces

ROWS = 1_000  # shown on a page; downloads have all
TURTLE = "text/turtle"
ASKED = {"SELECT": JSON, "ASK": JSON, "CONSTRUCT": TURTLE, "DESCRIBE": TURTLE}

WORDS = {
    "zh": {
        "title": "SPARQL 查询",
        "intro": "以 SPARQL 1.1 查询全部公开数据。每条记录是一个以其标识命名的图。",
        "query": "查询",
        "run": "运行",
        "format": "格式",
        "page": "网页",
        "examples": "示例",
        "results": "结果",
        "rows": "行",
        "cut": "仅显示前 {n} 行；选择其他格式可下载全部。",
        "none": "没有结果。",
        "error": "查询未能执行",
        "limits": "只读：不接受更新，也不调用其他服务器（SERVICE）。超时或结果过大时返回错误，不返回残缺结果。",
        "home": "首页",
        "other": "English",
    },
    "en": {
        "title": "SPARQL query",
        "intro": "Query all public data with SPARQL 1.1. Each record is a graph named by its own IRI.",
        "query": "Query",
        "run": "Run",
        "format": "Format",
        "page": "Web page",
        "examples": "Examples",
        "results": "Results",
        "rows": "rows",
        "cut": "Only the first {n} rows are shown; choose another format to download all.",
        "none": "No results.",
        "error": "The query could not be answered",
        "limits": "Read only: no updates, no calls to other servers (SERVICE). A query that takes too long or answers too "
        "much ends in an error, never in part of an answer.",
        "home": "Home",
        "other": "中文",
    },
}


class Cell(msgspec.Struct, frozen=True):
    """One value of a table: its text, the address it links to (http and https only), its language or datatype."""

    text: str
    href: str = ""
    note: str = ""
    language: str = ""


class Table(msgspec.Struct, frozen=True):
    columns: list[str]
    rows: list[list[Cell | None]]
    total: int


def language(chosen: str, accepted: str) -> str:
    """`zh` or `en`: by `?lang=`, else by Accept-Language, else Chinese."""
    primary = chosen.partition("-")[0].lower()
    return primary if primary in WORDS else preferred(accepted, tuple(WORDS), "zh")


def form(ns: Namespaces, lang: str, asked: Question) -> str:
    """The page without a result."""
    return _render(ns, lang, asked)


def results(ns: Namespaces, lang: str, asked: Question, answer: GraphAnswer) -> str:
    """The page with the answer: a table, yes or no, or Turtle."""
    if answer.media_type != JSON:
        return _render(ns, lang, asked, text=answer.body.decode("utf-8", "replace"))
    document = msgspec.json.decode(answer.body)
    if "boolean" in document:
        return _render(ns, lang, asked, text=str(document["boolean"]).lower())
    return _render(ns, lang, asked, table=_table(ns, document))


def failure(ns: Namespaces, lang: str, asked: Question, message: str) -> str:
    """The page with what went wrong, and the query still in the form."""
    return _render(ns, lang, asked, error=message)


def _table(ns: Namespaces, document: dict[str, Any]) -> Table:
    columns = document["head"]["vars"]
    bindings = document["results"]["bindings"]
    rows = [[_cell(ns, row.get(name)) for name in columns] for row in bindings[:ROWS]]
    return Table(columns, rows, len(bindings))


def _cell(ns: Namespaces, term: dict[str, Any] | None) -> Cell | None:
    if term is None:
        return None
    value = term["value"]
    if not isinstance(value, str):
        return Cell(msgspec.json.encode(value).decode())  # a quoted triple
    if term["type"] == "uri":
        return Cell(ns.shorten(value) or value, value if value.startswith(("http://", "https://")) else "")
    datatype = term.get("datatype", "")
    lang = term.get("xml:lang", "")
    return Cell(value, note=lang or (ns.shorten(datatype) or datatype), language=lang)


@cache
def _environment() -> Environment:
    loader = PackageLoader("publish.sparql", ".")
    return Environment(loader=loader, autoescape=select_autoescape(["html"]), undefined=StrictUndefined)


def _render(
    ns: Namespaces, lang: str, asked: Question, *, table: Table | None = None, text: str = "", error: str = ""
) -> str:
    words = WORDS[lang]
    examples = [(example.zh if lang == "zh" else example.en, example.text(ns)) for example in EXAMPLES]
    return (
        _environment()
        .get_template("form.html")
        .render(
            words=words,
            lang=lang,
            tag="zh-CN" if lang == "zh" else "en",
            other="en" if lang == "zh" else "zh",
            asked=asked,
            query=asked.query or examples[0][1],
            examples=examples,
            formats=[*RESULTS, *GRAPHS],
            table=table,
            text=text,
            error=error,
            cut=words["cut"].format(n=ROWS) if table and table.total > ROWS else "",
        )
    )
