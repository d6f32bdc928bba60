"""Every file of the shared portals is harvested, or refused with a reason: docs/reference/real-files.md row by row."""

from pathlib import Path

import pytest

from tests.real.files import Case, cases, files, outcome

pytestmark = pytest.mark.shared


def test_no_file_is_left_out(shared: Path) -> None:
    rows = [case.path for case in cases()]
    assert len(rows) == len(set(rows))
    assert set(rows) == files(shared)


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.path)
def test_a_file_gives_what_the_page_says(shared: Path, case: Case) -> None:
    assert outcome(shared, case) == case.outcome
