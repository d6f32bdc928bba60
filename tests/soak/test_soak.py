"""A short soak; the long one is run by hand (`python -m tests.soak.soak`)."""

from tests.soak.soak import soaking

ROUNDS, PROVINCES = 12, 5


def test_what_is_published_equals_the_truth_in_the_end() -> None:
    with soaking(PROVINCES, seed=7) as soak:
        for _ in range(ROUNDS):
            soak.round()
        assert soak.kills
        soak.tell_the_truth()
        assert soak.faults() == []
        assert sum(len(province.public()) for province in soak.provinces) > PROVINCES


def test_the_truth_is_found_out_when_it_is_not_published() -> None:
    """The soak itself must be able to fail."""
    with soaking(2, seed=3) as soak:
        for _ in range(3):
            soak.round()
        soak.tell_the_truth()
        soak.provinces[0]._add()
        assert any("missing" in fault for fault in soak.faults())
