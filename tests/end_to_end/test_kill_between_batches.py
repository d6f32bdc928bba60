"""`kill -9` between batches and outputs: the next start catches up, and in the end nothing is lost and nothing is doubled."""

from pathlib import Path

import pytest

from tests.end_to_end.killing import kill_at_random


@pytest.mark.timeout(900)  # some twenty runs of the program
def test_killed_between_batches(tmp_path: Path) -> None:
    kill_at_random(tmp_path, batch=10, seed=20260301)
