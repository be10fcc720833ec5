"""A few places for many: who comes first goes first, but when places are scarce the keys take turns.

A key is whoever must not crowd out the others (a showroom). Of one event loop; nothing here waits for a lock.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary


class Turnstile:
    """Lets `most` in at once (0: any number), and of one key its share at most (0: no such limit)."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.inside: Counter[Hashable] = Counter()
        self.taken = 0
        self.waiting = 0
        self._queues: OrderedDict[Hashable, deque[tuple[asyncio.Future[None], int]]] = OrderedDict()

    @asynccontextmanager
    async def place(self, key: Hashable, share: int = 0) -> AsyncIterator[None]:
        await self.enter(key, share)
        try:
            yield
        finally:
            self.leave(key)

    async def enter(self, key: Hashable, share: int = 0) -> None:
        """Returns with a place; whoever has one must leave()."""
        if self._free(key, share):  # then nobody waits for what this one takes
            self._take(key)
            return
        ticket: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(key, deque()).append((ticket, share))
        self.waiting += 1
        try:
            await ticket
        except asyncio.CancelledError:
            if not ticket.cancelled():  # called in and cancelled in the same moment
                self.leave(key)
            raise
        finally:
            self.waiting -= 1

    def leave(self, key: Hashable) -> None:
        self.taken -= 1
        self.inside[key] -= 1
        if not self.inside[key]:
            del self.inside[key]
        if self._queues:
            self._call_in()

    def _call_in(self) -> None:
        """One of each key that may, in turn, as long as there are places."""
        for key in list(self._queues):
            queue = self._queues[key]
            while queue and queue[0][0].done():
                queue.popleft()  # gave up waiting
            if queue and self._free(key, queue[0][1]):
                self._take(key)
                queue.popleft()[0].set_result(None)
                self._queues.move_to_end(key)
            if not queue:
                del self._queues[key]
            if self.most and self.taken >= self.most:
                return

    def _free(self, key: Hashable, share: int) -> bool:
        return not (self.most and self.taken >= self.most) and not (share and self.inside[key] >= share)

    def _take(self, key: Hashable) -> None:
        self.taken += 1
        self.inside[key] += 1


Turnstiles = WeakKeyDictionary[asyncio.AbstractEventLoop, Turnstile]


def here(known: Turnstiles, most: int) -> Turnstile:
    """The turnstile of the running event loop, made when first asked for."""
    loop = asyncio.get_running_loop()
    found = known.get(loop)
    if found is None:
        found = known[loop] = Turnstile(most)
    return found
