"""The one clock. Tests and `evaluate` move it; everything else asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone

_ahead = timedelta(0)  # of the real clock; only moved() changes it


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return timezone.now() + _ahead


@contextmanager
def moved(to: datetime | None = None) -> Iterator[None]:
    """The clock shows `to` (None: the real time) and runs on from there; afterwards it is right again."""
    global _ahead
    before = _ahead
    _ahead = to - timezone.now() if to is not None else before
    try:
        yield
    finally:
        _ahead = before


def forward(by: timedelta) -> None:
    """Time goes by. Only inside moved(), which takes it back."""
    global _ahead
    _ahead += by
