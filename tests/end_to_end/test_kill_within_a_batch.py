"""`kill -9` while a source is one batch: the next start catches up, and in the end nothing is lost and nothing is doubled."""

from pathlib import Path

import pytest

from tests.end_to_end.killing import kill_at_random


@pytest.mark.timeout(900)  # some twenty runs of the program
def test_killed_within_a_batch(tmp_path: Path) -> None:
    kill_at_random(tmp_path, batch=500, seed=20260302)
