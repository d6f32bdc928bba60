"""Endpoints for tests: impatient limits, loopback allowed for the source's own address."""

from collections.abc import Mapping

from harvesters.base import Endpoint, Harvested, Harvester, HarvestError, Limits, RawRecord, Unreadable


def endpoint(url: str, options: Mapping[str, object] | None = None, **limits: float) -> Endpoint:
    kept = {"timeout": 5.0, "deadline": 20.0, "retries": 2, "backoff": 0.001, "allow_private": True} | limits
    return Endpoint(source="cn-test", url=url, options=dict(options or {}), limits=Limits(**kept))  # type: ignore[arg-type]


def read(harvester: Harvester) -> tuple[list[RawRecord], list[Unreadable]]:
    return split(list(harvester.records()))


def split(found: list[Harvested]) -> tuple[list[RawRecord], list[Unreadable]]:
    records = [each for each in found if isinstance(each, RawRecord)]
    return records, [each for each in found if isinstance(each, Unreadable)]


def until_failure(harvester: Harvester) -> tuple[list[Harvested], HarvestError | None]:
    """What was yielded, and the error that ended it."""
    seen: list[Harvested] = []
    try:
        for each in harvester.records():
            seen.append(each)
    except HarvestError as error:
        return seen, error
    return seen, None
