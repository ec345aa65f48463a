"""Token buckets in this process's memory: for what costs a few microseconds and must not cost a round trip.

Each server process counts for itself, so the true limit is the given one times the processes; what must hold
exactly (sign-in) is counted in the shared cache by django-allauth.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

# Beyond this the key not used for longest is forgotten: a flood of new keys cannot fill the memory.
KEYS_MAX: Final = 10_000


class Buckets:
    """One bucket a key: it holds up to `burst` tokens and gains `rate` of them a second. Safe from any thread."""

    def __init__(
        self,
        rate: float,
        burst: float,
        *,
        keys_max: int = KEYS_MAX,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if rate <= 0 or burst < 1:
            raise ValueError("a bucket gains tokens, and holds at least one")
        self.rate = rate
        self.burst = burst
        self._keys_max = keys_max
        self._clock = clock
        self._lock = threading.Lock()
        # Key → (tokens, when they were counted), the one used last at the end.
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable, n: float = 1) -> float:
        """Takes `n` tokens: 0.0 if granted, else the seconds after which it would be. A refusal takes nothing.

        More than a full bucket (`n` over `burst`) is granted from a full one, which then owes the rest.
        """
        with self._lock:
            now = self._clock()
            tokens, counted = self._buckets.pop(key, (self.burst, now))
            tokens = min(self.burst, tokens + (now - counted) * self.rate)
            needed = min(n, self.burst)
            granted = tokens >= needed
            self._buckets[key] = (tokens - n if granted else tokens, now)
            if len(self._buckets) > self._keys_max:
                self._buckets.popitem(last=False)
        return 0.0 if granted else (needed - tokens) / self.rate

    def clear(self) -> None:
        """Forgets every key."""
        with self._lock:
            self._buckets.clear()

    def __len__(self) -> int:
        return len(self._buckets)
