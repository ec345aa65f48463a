"""Token buckets that all server processes share, asked at the cost of a memory look-up.

A bucket is one number: when it will be full again. Each process keeps that number for whom it knows, and decides by it
at once; what it granted it tells Redis a moment later, many buckets in one script (talkwave/web/ledger.py), and learns
what was granted elsewhere. What it may grant before it has told is a portion, a quarter of what is left; whoever needs
more than the portion waits for one round trip. So a person on several processes gets what one process would give them,
and for each further process at most a token more, or a fiftieth of a large bucket. Without Redis the number kept here
decides alone.
"""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Final

from talkwave.web.ledger import Account, Ledger, ledger

# Beyond this the buckets that are nearest to full are forgotten: a flood of new keys cannot fill the memory.
KEYS_MAX: Final = 10_000
# Of what is left in a bucket, so much may be granted here before the others hear of it.
PORTION: Final = 0.25
# But always so much of a whole one: whoever spends as fast as tokens come back is not to wait for each.
PORTION_LEAST: Final = 0.02
# A refusal by less than this is the imprecision of floating point.
_NOTHING: Final = 1e-6


class Buckets:
    """One bucket a key: it holds up to `burst` tokens and gains `rate` of them a second. Safe from any thread.

    Those with a `name` are shared by all processes under that name; without, they are this process's own.
    """

    def __init__(
        self,
        rate: float,
        burst: float,
        *,
        name: str = "",
        keys_max: int = KEYS_MAX,
        clock: Callable[[], float] = time.monotonic,
        tells: Ledger = ledger,
    ) -> None:
        if rate <= 0 or burst < 1:
            raise ValueError("a bucket gains tokens, and holds at least one")
        self.name = name
        # How often these said no; read by the metrics.
        self.refused = 0
        self._cost = 1 / rate
        # Seconds from empty to full: all amounts below are seconds, too.
        self._window = burst / rate
        self._portion = max(self._cost, self._window * PORTION_LEAST)
        self._keys_max = keys_max
        self._clock = clock
        self._ledger = tells
        self._lock = threading.Lock()
        self._accounts: dict[Hashable, Account] = {}
        tells.know(self)

    def twin(self, rate: float, burst: float) -> "Buckets":
        """Other terms for the same keys: what is taken by one way is missing in the other, as its share of the whole."""
        other = Buckets(rate, burst, name=self.name, keys_max=self._keys_max, clock=self._clock, tells=self._ledger)
        other._lock, other._accounts = self._lock, self._accounts
        return other

    def take(self, key: Hashable, n: float = 1) -> float:
        """Takes `n` tokens: 0.0 if granted, else the seconds after which it would be. A refusal takes nothing.

        More than a full bucket (`n` over `burst`) is granted from a full one, which then owes the rest. May wait for
        Redis, a fraction of a second at most: for threads. On the event loop it is `take_soon`.
        """
        if (wait := self.take_known(key, n)) is None:
            self._ledger.ask(self._account(key))
            wait = self.take_known(key, n, sure=True) or 0.0
        return wait

    async def take_soon(self, key: Hashable, n: float = 1) -> float:
        """The same on the event loop. Nearly always there is nothing to wait for."""
        if (wait := self.take_known(key, n)) is None:
            await self._ledger.ask_soon(self._account(key))
            wait = self.take_known(key, n, sure=True) or 0.0
        return wait

    def take_here(self, key: Hashable, n: float = 1) -> float:
        """The same by what this process knows, without waiting for anything: where a lock is held meanwhile."""
        return self.take_known(key, n, sure=True) or 0.0

    def spent(self, key: Hashable) -> bool:
        """Whether nothing is left for that key, as far as this process knows; takes nothing."""
        with self._lock:
            account = self._accounts.get(key)
            return account is not None and account.full_at - self._clock() + self._cost > self._window + _NOTHING

    def take_known(self, key: Hashable, n: float = 1, *, sure: bool = False) -> float | None:
        """0.0, the seconds to wait, or None where others have to be heard first (not where one is `sure`).

        For the hot path: on None, `take_soon` goes on from there.
        """
        cost = n * self._cost
        with self._lock:
            now = self._clock()
            account = self._accounts.get(key)
            if account is None:
                account = self._open(key, now)
            full_at = account.full_at if account.full_at > now else now
            left = self._window - (full_at - now)
            lacking = (cost if cost < self._window else self._window) - left
            if lacking > _NOTHING:
                self.refused += 1
                return lacking
            if account.ledger is not None:
                untold = account.untold + cost
                portion = left * PORTION
                if portion < self._portion:
                    portion = self._portion
                if untold > portion + _NOTHING and not sure and account.ledger.answers:
                    return None
                account.untold = untold
                if not account.noted or (untold * 2 > portion and not account.hurried):
                    account.ledger.note(account, hurry=untold * 2 > portion)
            account.full_at = full_at + cost
        return 0.0

    def _account(self, key: Hashable) -> Account:
        with self._lock:
            return self._accounts.get(key) or self._open(key, self._clock())

    def _open(self, key: Hashable, now: float) -> Account:
        if len(self._accounts) >= self._keys_max:
            self._forget(now)
            if len(self._accounts) > self._keys_max // 2:
                self._keep_half()
        account = Account(f"{self.name}:{key}", now, self._lock, self._ledger if self.name else None)
        self._accounts[key] = account
        return account

    def _forget(self, now: float) -> None:
        """Drops what is full, which is as good as never seen."""
        # In place, here and below: a twin holds the same dictionary.
        for key in [key for key, account in self._accounts.items() if account.full_at <= now and not account.untold]:
            del self._accounts[key]

    def _keep_half(self) -> None:
        """Where that is too little: those that owe most stay."""
        by_debt = sorted(self._accounts.items(), key=lambda pair: pair[1].full_at)
        for key, _ in by_debt[: -(self._keys_max // 2)]:
            del self._accounts[key]

    def sweep(self) -> None:
        """Forgets buckets that are full again; the ledger calls it now and then."""
        with self._lock:
            self._forget(self._clock())

    def clear(self) -> None:
        """Forgets every key, here alone."""
        with self._lock:
            self._accounts.clear()

    def __len__(self) -> int:
        return len(self._accounts)
