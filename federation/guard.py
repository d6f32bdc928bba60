"""The mass-change guard's verdict: whether a run may be applied, and what is said when it waits for a person."""

from federation.runs import GuardReport
from federation.source import Guard


def exceeds(report: GuardReport, guard: Guard) -> bool:
    """Whether a run has to wait: more is to go, to change or has changed its key than the source allows."""
    counts = (report.withdraw, report.change, report.rekeyed)
    return any(above(count, report.published, guard) for count in counts)


def above(count: int, public: int, guard: Guard) -> bool:
    """More than both the share and the number."""
    return count > guard.records and count > guard.share * public


def why_held(report: GuardReport, run: int) -> str:
    moved = (
        f"re-keyed: {report.rekeyed:,} missing records are there again under other keys, so they are public twice; ask the "
        f"source for its old keys, or let them keep their addresses: `chengguo harvest --accept {run} --rekey`. "
        if report.rekeyed
        else ""
    )
    return moved + (
        f"{report.withdraw:,} of {report.published:,} published records would be withdrawn and {report.change:,} changed, "
        f"more than {report.allowed:,}; see `chengguo run show {run}`, then `chengguo harvest --accept {run}`."
    )
