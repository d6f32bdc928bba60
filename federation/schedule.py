"""A schedule: a cron expression, read in the time zone of the people who wrote it."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import msgspec
from cronsim import CronSim, CronSimError

CHINA = "Asia/Shanghai"
LOOK = 9  # starts ahead from which the period is told: an expression of weekdays has shown its week-end by then


class Schedule(msgspec.Struct, frozen=True):
    """When a source is due. `zone` is a name of the IANA time zone database."""

    cron: str
    zone: str = CHINA

    def after(self, moment: datetime) -> datetime:
        """The first start after an aware moment, in UTC. Raises ValueError naming what is wrong."""
        try:
            return next(self._starts(moment))
        except StopIteration:
            raise ValueError(f"schedule: {self.cron!r} never comes (minute hour day month weekday)") from None

    def period(self, moment: datetime) -> timedelta:
        """The longest time between two starts from a moment on. Raises ValueError."""
        return _period(self, moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0))

    def _starts(self, moment: datetime) -> "map[datetime]":
        try:
            return map(_utc, CronSim(self.cron, moment.astimezone(self._zone())))
        except CronSimError as error:
            raise ValueError(
                f"schedule: {self.cron!r} is no cron expression such as '30 2 * * *' "
                f"(minute hour day month weekday): {error}"
            ) from None

    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):  # not found, not a name, a folder of the database
            raise ValueError(
                f"timezone: {self.zone!r} is no name of the IANA database, like 'Asia/Shanghai' or 'UTC'"
            ) from None


@lru_cache(maxsize=512)  # asked of every source at every look at their health
def _period(schedule: Schedule, moment: datetime) -> timedelta:
    starts = islice(schedule._starts(moment), LOOK)
    return max((later - earlier for earlier, later in pairwise(starts)), default=timedelta(days=366))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
