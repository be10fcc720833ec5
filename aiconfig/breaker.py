"""Do not wait for a provider that is down.

Purgatory, aiobreaker and pybreaker were looked at: the first brings an event bus and stores, the second is not kept up,
the third wraps only synchronous calls.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.conf import settings


@dataclass(slots=True)
class Breaker:
    """Opens after BREAKER_FAILURES failures in a row (0: never). After BREAKER_SECONDS one call may try the provider;
    its answer closes the breaker, its failure (or its silence for as long again) keeps it open.
    """

    failures: int = 0
    probe_at: float = 0.0  # time.monotonic() from which one call may try

    @property
    def open(self) -> bool:
        return 0 < settings.BREAKER_FAILURES <= self.failures

    def refuses(self) -> bool:
        return self.open and time.monotonic() < self.probe_at

    def admits(self) -> bool:
        """May this call go to the provider now? While it is open, the first one to ask after the pause may."""
        if self.refuses():
            return False
        if self.open:
            self._pause()
        return True

    def failed(self) -> None:
        self.failures += 1
        if self.open:
            self._pause()

    def answered(self) -> None:
        self.failures = 0

    def _pause(self) -> None:
        self.probe_at = time.monotonic() + settings.BREAKER_SECONDS
