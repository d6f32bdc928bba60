"""What the graph may cost: times, sizes and memory."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GraphLimits:
    """What a query may cost. Times in seconds, sizes in bytes.

    `query_seconds` is the store's own limit; ours comes `grace_seconds` later. `start_seconds` is patience with a start
    that replays a long write-ahead log (a 900 MB log took 50 s).
    """

    query_seconds: int = 30
    grace_seconds: float = 1.0
    write_seconds: float = 600.0
    start_seconds: float = 900.0
    answer_bytes: int = 64 * 2**20
    answer_rows: int = 1_000_000
    memory_bytes: int = 2 * 2**30
