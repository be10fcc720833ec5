"""Who writes much waits behind who writes little: the queue's order when a showroom floods it.

Counted by each process for itself, from the messages it takes in; nothing is asked of the database.
"""

from __future__ import annotations

import time

PACE = 10.0  # messages a second of one showroom that are no rush
STEP = 10  # messages beyond that make one step down
MOST = 1_000  # counted at most: a rush is forgotten within 100 s

_levels: dict[int, tuple[float, float]] = {}  # tenant -> messages beyond the pace, at time.monotonic()


def priority(tenant_id: int) -> int:
    """Count a message of this showroom; returns its job's priority: 0, or less the more it rushes."""
    now = time.monotonic()
    level, at = _levels.get(tenant_id, (0.0, now))
    level = min(max(level - PACE * (now - at), 0.0) + 1, MOST)
    _levels[tenant_id] = (level, now)
    return -int(level // STEP)
