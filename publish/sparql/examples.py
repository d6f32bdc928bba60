"""Example queries, shown on the page and run by the tests."""

import msgspec

from vocab.namespaces import Namespaces


class Example(msgspec.Struct, frozen=True):
    """`body` is a query without its prefixes; `{base}` stands for the site's base address."""

    zh: str
    en: str
    prefixes: tuple[str, ...]
    body: str

    def text(self, ns: Namespaces) -> str:
        """The whole query."""
        declared = "".join(f"PREFIX {prefix}: <{ns.prefixes[prefix]}>\n" for prefix in self.prefixes)
        return declared + self.body.replace("{base}", ns.base)


EXAMPLES = (
    Example(
        "最近更新的成果",
        "Achievements changed last",
        ("dcterms", "sta"),
        "SELECT ?record ?title ?modified WHERE {\n  ?record a sta:Achievement ; dcterms:title ?title ; "
        "dcterms:modified ?modified .\n}\nORDER BY DESC(?modified) LIMIT 20",
    ),
    Example(
        "某省及其市县的成果",
        "Achievements of a province and all places in it",
        ("dcterms", "skos", "sta"),
        "SELECT ?record ?title WHERE {\n  ?place skos:broader* <{base}/code/gbt2260/440000> .\n"
        "  ?record dcterms:spatial ?place ; a sta:Achievement ; dcterms:title ?title .\n}\nLIMIT 50",
    ),
    Example(
        "处于中期阶段并愿意许可的成果",
        "Pilot-stage achievements offered for licence",
        ("dcterms", "sta"),
        "SELECT ?record ?title WHERE {\n  ?record sta:developmentStage <{base}/code/cl04/2> ;\n"
        "    sta:transferMode <{base}/code/cl15/3> ; dcterms:title ?title .\n}\nLIMIT 50",
    ),
    Example(
        "各省的记录数（预先统计）",
        "Records by province (counted beforehand)",
        ("skos",),
        "PREFIX cube: <{base}/.well-known/void#>\nSELECT ?province (SUM(?n) AS ?records) WHERE {\n"
        "  ?cell cube:region ?region ; cube:year ?year ; cube:records ?n .\n"
        '  ?region skos:prefLabel ?province FILTER(LANG(?province) = "zh")\n}\n'
        "GROUP BY ?province ORDER BY DESC(?records)",
    ),
    Example(
        "每年的成果数（预先统计）",
        "Achievements by year (counted beforehand)",
        ("sta",),
        "PREFIX cube: <{base}/.well-known/void#>\nSELECT ?year ?records WHERE {\n"
        "  ?cell cube:kind sta:Achievement ; cube:year ?year ; cube:records ?records .\n}\nORDER BY ?year",
    ),
    Example(
        "单位及其成果数",
        "Organisations and how many achievements they have",
        ("schema", "foaf", "sta"),
        "SELECT ?name (COUNT(DISTINCT ?record) AS ?achievements) WHERE {\n  ?record a sta:Achievement ; "
        "schema:creator ?organisation .\n  ?organisation foaf:name ?name .\n}\n"
        "GROUP BY ?name ORDER BY DESC(?achievements) LIMIT 20",
    ),
    Example(
        "标题含某词的成果",
        "Achievements with a word in the title",
        ("dcterms",),
        'SELECT ?record ?title WHERE {\n  ?record dcterms:title ?title .\n  FILTER(CONTAINS(?title, "石墨烯"))\n}\nLIMIT 20',
    ),
    Example(
        "一条记录的来源",
        "Where records come from",
        ("dcterms", "prov", "sta"),
        "SELECT ?record ?page ?retrieved ?mapping WHERE {\n  ?record prov:hadPrimarySource ?page ;\n"
        "    prov:generatedAtTime ?retrieved ; sta:mappingVersion ?mapping .\n}\nLIMIT 20",
    ),
)
