"""Rules for every test: with CI=true a skip is a failure; what needs the shared data says so when it is not there."""

import os
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import pytest

ReportT = TypeVar("ReportT", pytest.TestReport, pytest.CollectReport)

ROOT = Path(__file__).resolve().parent.parent
# Whole nodes and real servers: begun first, so that at the end no worker is left alone with one of their files.
LONG = ("real", "end_to_end", "search", "alerts", "chengguo", "dumps")
ON_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and conformance material that stands beside the repository."""
    folder = Path(os.environ.get("CHENGGUO_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no shared data at {folder} (set CHENGGUO_SHARED)")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {ROOT / "tests" / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: min((places.get(folder, len(LONG)) for folder in item.path.parents), default=len(LONG)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _no_skips(report) if (report := (yield)) else report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _no_skips(report) if (report := (yield)) else report


def _no_skips(report: ReportT) -> ReportT:
    """A server missing on CI would silently take its tests along: there a skip fails."""
    if ON_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report
