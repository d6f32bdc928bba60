"""Errors in mapping files name the file, the table, the key, the value and what is allowed."""

from pathlib import Path

import pytest

from tests.vocab.mapping.examples import MAPPING
from vocab.mapping import MappingError, load

HEAD = 'id = "t"\nversion = "1"\nkind = "achievement"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id = ", ["not valid TOML"]),
        (
            'id = "t"\nversion = "1"\nkind = "book"\n[fields.title]\nfrom = "a"',
            ["kind", "'book'", "achievement, demand"],
        ),
        ('id = "t"\nkind = "achievement"\n[fields.title]\nfrom = "a"', ["version"]),
        (
            HEAD + 'colour = "red"\n[fields.title]\nfrom = "a"',
            ["unknown key 'colour'", "allowed are copy, description, fields"],
        ),
        (HEAD + "[fields]", ["fields", "empty"]),
        (HEAD + '[fields.titel]\nfrom = "a"', ["fields.titel", "unknown field 'titel'", "title"]),
        (HEAD + '[fields."title.de"]\nfrom = "a"', ["unknown part 'title.de'", "title.en"]),
        (HEAD + '[fields.identifier]\nfrom = "a"', ["fields.identifier", "filled in by the platform"]),
        (HEAD + '[fields.title]\nfrom = "a"\n[fields."title"]\nfrom = "b"', ["TOML"]),
        (HEAD + '[fields.firstOrg]\nfrom = "a"\n[fields.first_org]\nfrom = "b"', ["fields.first_org", "fills already"]),
        (HEAD + "[fields.title]\nfrom = 3", ["fields.title", "from"]),
        (HEAD + '[fields.title]\nform = "a"', ["fields.title", "unknown key 'form'", "from"]),
        (HEAD + '[fields.title]\nfrom = "a"\n[fields.title.en]\nfrom = "b"', ["fields.title.en", "quotes"]),
        (HEAD + '[fields.title]\nfrom = "a..b"', ["fields.title.from", "'a..b'"]),
        (HEAD + '[fields.title]\nfrom = "a"\ntemplate = "{b}"', ["fields.title.template", "beside `from`"]),
        (HEAD + '[fields.title]\nclean = ["strip"]', ["fields.title", "neither"]),
        (HEAD + '[fields.title]\nfrom = "a"\nclean = ["wash"]', ["fields.title.clean", "'wash'", "strip_html"]),
        (HEAD + '[fields.title]\nfrom = "a"\nextract = "["', ["fields.title.extract", "'['"]),
        (HEAD + '[fields.secretLevel]\nfrom = "a"\nextract = "(.)"', ["fields.secretLevel.extract", "taken whole"]),
        (HEAD + '[fields.title]\nfrom = "a"\nsplit = "["', ["fields.title.split", "'['"]),
        (HEAD + '[fields.title]\nfrom = "a"\nsplit = "(a)"', ["fields.title.split", "capturing group"]),
        (HEAD + '[fields.title]\nfrom = "a"\nparser = "dates"', ["fields.title.parser", "'dates'", "html", "text"]),
        (HEAD + '[fields.title]\nfrom = "a"\nparser = "date"', ["fields.title.parser", "'date'", "text"]),
        (HEAD + '[fields.stage]\nfrom = "a"\nparser = "text"', ["fields.stage.parser", "'text'"]),
        (HEAD + '[fields.stage]\nfrom = "a"\nlookup = "cl99"', ["fields.stage.lookup", "'cl99'", "cl04"]),
        (HEAD + '[fields.stage]\nfrom = "a"\nlookup = "cl05"', ["fields.stage.lookup", "cl04", "'cl05'"]),
        (HEAD + '[fields.price]\nfrom = "a"\nlookup = "cl05"', ["fields.price.lookup", "no field of codes"]),
        (
            HEAD + '[fields.stage]\nfrom = "a"\nlookup = "cl04"\nparser = "text"',
            ["fields.stage.parser", "beside `lookup`"],
        ),
        (HEAD + '[fields.stage]\nfrom = "a"\non_miss = "explode"', ["fields.stage", "on_miss", "explode"]),
        (HEAD + '[fields.stage]\ndefault = "cl04/7"', ["fields.stage.default", "'cl04/7'", "cl04/2 (中期阶段)"]),
        (HEAD + '[fields.region]\ndefault = "gbt2260/330000"', ["fields.region.default", "330000"]),
        (HEAD + '[fields.completedOn]\ndefault = "2019-02-29"', ["fields.completedOn.default", "'2019-02-29'"]),
        (HEAD + '[fields.project]\nfrom = "a"', ["fields.project", "fill its parts"]),
        (HEAD + '[fields.price]\nfrom = "a"\noptions = {colour = "red"}', ["fields.price.options", "'colour'", "unit"]),
        (HEAD + '[fields.price]\nfrom = "a"\noptions = {order = "up"}', ["fields.price.options", "order"]),
        (HEAD + '[fields.awards]\ntemplate = "{a"', ["fields.awards.template", "lone '{'"]),
        (HEAD + '[fields.awards]\ntemplate = "a"', ["fields.awards.template", "default"]),
        (HEAD + '[fields.title]\nfrom = "a"\nwhen = {path = "b"}', ["fields.title.when", "equals, in, matches"]),
        (HEAD + '[fields.title]\nfrom = "a"\nwhen = {path = "b", matches = "("}', ["fields.title.when.matches", "'('"]),
        (HEAD + '[fields.title]\nfrom = "a"\nwhen = {path = "b", like = "x"}', ["fields.title", "like"]),
        (HEAD + 'when = {path = "b[", present = true}\n[fields.title]\nfrom = "a"', ["when.path", "'b['"]),
        (
            HEAD + '[tables.t]\n"小试" = "cl04/77"\n[fields.stage]\nfrom = "a"\nlookup = "t"',
            ["tables.t.'小试'", "'cl04/77'", "cl04/1"],
        ),
        (HEAD + '[tables.t]\n"小试" = 4\n[fields.stage]\nfrom = "a"\nlookup = "t"', ["tables"]),
    ],
)
def test_says_what_is_wrong(text: str, said: list[str]) -> None:
    with pytest.raises(MappingError) as caught:
        load(text, "config/mappings/t.toml")
    message = str(caught.value)
    assert message.startswith("config/mappings/t.toml: ")
    for part in said:
        assert part in message


def test_loads_a_file(tmp_path: Path) -> None:
    file = tmp_path / "cn-demo.toml"
    file.write_text(MAPPING, "utf-8")
    mapping = load(file)
    assert (mapping.id, mapping.version, mapping.kind) == ("cn-demo", "1.2.0", "achievement")


@pytest.mark.parametrize("body", [b"\xff\xfe", None])
def test_a_file_that_cannot_be_read(tmp_path: Path, body: bytes | None) -> None:
    file = tmp_path / "x.toml"
    if body is not None:
        file.write_bytes(body)
    with pytest.raises(MappingError, match=r"x\.toml: .*cannot be read"):
        load(file)


def test_an_edited_file_is_another_mapping_whatever_its_version_says() -> None:
    assert load(MAPPING).digest == load(MAPPING).digest != load(MAPPING + "\n").digest
