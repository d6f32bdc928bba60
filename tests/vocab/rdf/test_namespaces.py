import uuid

import pytest

from vocab.namespaces import Namespaces, UnknownPrefix

NS = Namespaces("https://data.example.cn")


def test_a_record_has_the_iri_of_its_source_and_key() -> None:
    expected = uuid.uuid5(uuid.NAMESPACE_URL, "cn-33\n42")
    assert NS.record("achievement", "cn-33", "42") == f"https://data.example.cn/id/achievement/{expected}"


@pytest.mark.parametrize(("prefix", "start"), NS.prefixes.items())
def test_every_namespace_is_found_again(prefix: str, start: str) -> None:
    assert NS.shorten(f"{start}name") == f"{prefix}:name"


def test_prefixed_names_expand_and_shorten() -> None:
    assert NS.expand("dcterms:title") == "http://purl.org/dc/terms/title"
    assert NS.shorten("http://purl.org/dc/terms/title") == "dcterms:title"
    assert NS.shorten(NS.expand("sta:order")) == "sta:order"
    assert NS.shorten("http://purl.org/dc/terms/") is None
    assert NS.shorten("http://purl.org/dc/terms/a/b") is None
    assert NS.shorten("http://nowhere.example/x") is None


@pytest.mark.parametrize("name", ["title", "nobody:title", ""])
def test_an_unknown_prefix_is_named_with_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownPrefix, match="known are adms, as, bibo"):
        NS.expand(name)


@pytest.mark.parametrize("code", ["cl04", "cl04/", "/2", "cl04/2/3", "cl04/2>", "cl 04/2", "cl04/2?x"])
def test_what_is_no_code_has_no_concept(code: str) -> None:
    with pytest.raises(ValueError, match="scheme/notation"):
        NS.concept(code)


@pytest.mark.parametrize("digits", ["3301", "33010a", "", "３３０１００"])
def test_what_is_no_division_has_no_iri(digits: str) -> None:
    with pytest.raises(ValueError, match="six digits"):
        NS.region(digits)


@pytest.mark.parametrize(
    "base", ["https://data.example.cn/", "data.example.cn", "https://a b", "https://a?x", "https://a#x"]
)
def test_a_base_is_an_address_without_trailing_slash(base: str) -> None:
    with pytest.raises(ValueError, match="trailing slash"):
        Namespaces(base)
