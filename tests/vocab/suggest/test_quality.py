"""How good proposals are: over the demonstration's platforms and real listings, against the mappings people wrote for them."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from chengguo.demo.servers import Platforms, running
from federation.registry import read_registry
from federation.workbench.sniff import sniff
from federation.workbench.suggest import Suggested, suggest
from harvesters.base import Limits, TerminalError
from vocab.mapping import FieldMapping, load
from vocab.mapping.path import Key, Step, Where
from vocab.suggest.declared import reads

ROOT = Path(__file__).resolve().parents[3]
LIMITS = Limits(retries=0, timeout=20, allow_private=True)
SAMPLE = 150
WANTED = {  # source: where a person would point at, options, protocol found, mappings written by hand
    "beijing": ("/beijing/api/achievements?userKey=demo-key", {}, "json_api", ("beijing",)),
    "shanghai": (
        "/shanghai/interface/achv/1",
        {"method": "POST", "send": "json", "params": {"token": "demo-token"}},
        "json_api",
        ("shanghai",),
    ),
    "guangdong": ("/guangdong/data/catalog", {}, "file", ("guangdong",)),
    "hubei": ("/hubei/", {}, "ckan", ("hubei", "hubei-demand")),
    "sichuan": ("/sichuan/oai", {}, "oai_pmh", ("sichuan",)),
}
Pairs = set[tuple[str, tuple[str, ...]]]


@pytest.fixture(scope="module")
def platforms() -> Iterator[Platforms]:
    with running(lambda: 1, port=0) as server:
        yield server


@pytest.fixture(scope="module")
def proposed(platforms: Platforms) -> dict[str, Suggested]:
    found = {}
    for name, (path, options, protocol, _) in WANTED.items():
        how = sniff(platforms.url + path, name, LIMITS, options=options)
        assert how.protocol == protocol, name
        found[name] = suggest(how, name, LIMITS, SAMPLE)
    return found


def place(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """Where a path leads, positions and languages left out."""
    return tuple(
        s.name if isinstance(s, Key) else s.value
        for s in steps
        if isinstance(s, Key) or (isinstance(s, Where) and s.key == "key")
    )


def written(mapping: FieldMapping) -> Pairs:
    return {(field, place(path.steps)) for field, path in reads(mapping) if field}


def test_proposals_agree_with_what_people_wrote(proposed: dict[str, Suggested]) -> None:
    by_hand = read_registry(ROOT / "config").mappings
    hits = told = wanted = 0
    for name, (_, _, _, mappings) in WANTED.items():
        for one, each in zip(proposed[name].proposals, mappings, strict=True):
            want = written(by_hand[each])
            got = {(s.slot.key, place(s.column.steps)) for s in one.suggestions}
            print(f"{each:14} precision {len(want & got) / len(got):.2f} recall {len(want & got) / len(want):.2f}")
            assert one.kind == by_hand[each].kind
            assert len(want & got) >= 0.9 * len(got), (each, got - want)
            assert len(want & got) >= 0.9 * len(want), (each, want - got)
            hits, told, wanted = hits + len(want & got), told + len(got), wanted + len(want)
    assert hits >= 0.95 * told
    assert hits >= 0.9 * wanted


def test_the_drafts_decide_nothing_and_keep_secrets(proposed: dict[str, Suggested]) -> None:
    for name, one in proposed.items():
        for text in one.mappings.values():
            load(text)
        assert 'licence = ""' in one.source
        assert '\nmode = "item"\nrequire = ["secretLevel", "review"]' in one.source
        assert "demo-key" not in one.source + str(one.mappings), name
        assert "demo-token" not in one.source
    assert 'params = { "userKey" = { "env" = "BEIJING_USERKEY" } }' in proposed["beijing"].source
    assert 'id_path = "成果编号"' in proposed["beijing"].source
    assert "header_rows = 2\nunit_row = 3" in proposed["guangdong"].source
    assert 'paging = "offset"' in proposed["shanghai"].source


def test_a_secret_record_is_not_even_an_example(tmp_path: Path) -> None:
    rows = [
        "编号,成果名称,密级",
        *(f"{n},公开材料{n},非涉密" for n in range(5)),
        "9,绝不外泄之物,机密",
        "10,GF某国防专利之物,非涉密",
    ]
    file = tmp_path / "list.csv"
    file.write_text("\n".join(rows), "utf-8")
    found = suggest(sniff(str(file), "x", LIMITS), "x", LIMITS)
    assert "公开材料" in str(found.mappings)
    assert "外泄" not in str(found)
    assert "国防专利之物" not in str(found)


def test_an_address_without_a_listing_is_said_plainly(platforms: Platforms) -> None:
    with pytest.raises(TerminalError, match="status 404.*no list of records was found"):
        sniff(f"{platforms.url}/nowhere", "x", LIMITS)
    with pytest.raises(TerminalError, match="private|loopback"):
        sniff(f"{platforms.url}/beijing/api/achievements", "x", Limits(retries=0))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "a.xml",
            "<list><item><编号>1</编号><成果名称>甲材料</成果名称></item><item><编号>2</编号><成果名称>乙材料</成果名称></item></list>",
        ),
        ("a.json", '{"data": {"rows": [{"编号": 1, "成果名称": "甲材料"}, {"编号": 2, "成果名称": "乙材料"}]}}'),
        ("a.jsonl", '{"编号": 1, "成果名称": "甲材料"}\n{"编号": 2, "成果名称": "乙材料"}\n'),
        ("a.csv", "编号;成果名称\n1;甲材料\n2;乙材料\n"),
    ],
)
def test_files_of_every_form(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    found = suggest(sniff(str(tmp_path / name), "x", LIMITS), "x", LIMITS)
    assert 'key = "编号"' in found.source
    path = "item.成果名称" if name == "a.xml" else "成果名称"
    assert [s.column.path for s in found.proposals[0].suggestions] == [path]


@pytest.mark.shared
def test_real_project_lists(shared: Path, tmp_path: Path) -> None:
    lists = {
        "nssfc-social-science-projects-A": {
            "title",
            "projectNo",
            "programmeName",
            "firstOrg",
            "leaders",
            "approvedOn",
            "region",
        },
        "nsfc-management-projects-A": {
            "title",
            "projectNo",
            "programmeName",
            "firstOrg",
            "leaders",
            "period",
            "funding.amount",
        },
    }
    for name, wanted in lists.items():
        file = tmp_path / "list.csv"
        with gzip.open(shared / f"data/cn-projects/{name}.csv.gz", "rt", encoding="utf-8") as real:
            file.write_text("".join(line for line, _ in zip(real, range(1500), strict=False)), "utf-8")
        (found,) = suggest(sniff(str(file), "x", LIMITS), "x", LIMITS).proposals
        assert found.kind == "project"
        assert wanted <= {s.slot.key for s in found.suggestions}


@pytest.mark.shared
def test_a_listing_of_something_else_is_left_alone(shared: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    text = (shared / "data/tw-open-data/tainan.2018.03.20.OD.csv").read_text("utf-8")
    file.write_text("资料集,提供,路径\n" + text, "utf-8")
    (found,) = suggest(sniff(str(file), "x", LIMITS), "x", LIMITS).proposals
    assert not [(s.slot.key, s.column.path, s.why) for s in found.suggestions]
