"""The record that one of our own addresses is about."""

import pytest

from publish.links import record_iri

BASE = "https://data.example/open"
IRI = f"{BASE}/id/achievement/8f07040f"


@pytest.mark.parametrize(
    "address",
    [
        IRI,
        f"  {IRI}\n",
        f"{BASE}/achievement/8f07040f?lang=en#top",
        "/achievement/8f07040f",
        "achievement/8f07040f",
        f"{IRI}.jsonld",
        f"{IRI}/version/3.ttl",
        f"{IRI}/timemap",
        f"{IRI}#change-17",
        f"{BASE}/api/v1/records/achievement/8f07040f",
        f"{BASE}/api/v1/records/https%3A%2F%2Fdata.example%2Fopen%2Fid%2Fachievement%2F8f07040f",
    ],
)
def test_an_address_of_ours_names_its_record(address: str) -> None:
    assert record_iri(address, BASE) == IRI


@pytest.mark.parametrize(
    "address",
    [
        "",
        BASE,
        f"{BASE}/search?q=achievement/8f07040f",
        f"{BASE}/id/achievement/",
        f"{BASE}/id/novel/8f07040f",
        f"{BASE}/source/8f07040f",
        "https://elsewhere.example/id/achievement/8f07040f",
        f"https://elsewhere.example/?of={IRI}",
    ],
)
def test_another_address_names_none(address: str) -> None:
    assert record_iri(address, BASE) is None
