"""How long what could not be told waits for its next try: longer each time, and not all at the same moment."""

import random
from datetime import timedelta

PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720, 1440, 1440))


def scattered(attempts: int) -> timedelta:
    """The pause after so many failures before this one, shortened by chance: what failed together does not return together."""
    return PAUSES[min(attempts, len(PAUSES) - 1)] * random.uniform(0.5, 1.0)
