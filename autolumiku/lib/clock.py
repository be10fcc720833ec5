"""The one clock. Tests and demo data move it; everything else asks it."""

import time
from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return timezone.now()


def monotonic() -> float:
    """Seconds that only go forward, for measuring how long something takes."""
    return time.monotonic()
