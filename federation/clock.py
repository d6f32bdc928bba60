"""The time as the ledger writes it: RFC 3339 in UTC, to the millisecond, so that text order is time order."""

from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))  # the days that law and sources speak of


def now() -> datetime:
    return datetime.now(UTC)


def stamp(moment: datetime | None = None) -> str:
    """`2026-03-01T08:00:00.000Z`; the present moment when none is given. A naive moment is taken as UTC."""
    moment = now() if moment is None else moment
    moment = moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds") + "Z"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def ago(seconds: float) -> str:
    return stamp(now() - timedelta(seconds=seconds))


def day(text: str | None = None) -> date:
    """The day in China of a moment of ours; today when none is given."""
    return (now() if text is None else moment(text)).astimezone(CHINA).date()
