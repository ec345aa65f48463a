"""What the server processes tell each other of their token buckets, through Redis and away from the event loop.

In Redis a bucket is one key: the microsecond at which it will be full again. It expires at just that moment, so there
are never more keys than people who did something in the last minutes. One thread a process tells what was granted
here, all of it in one script call, and takes home how the buckets stand. Redis' clock counts, nobody else's.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from talkwave.web import counting
from talkwave.web.redis import client

if TYPE_CHECKING:
    from talkwave.web.ratelimit import Buckets

log = logging.getLogger(__name__)

# What was granted is told at the latest after this; at once where somebody is about to use up their portion.
TELL_SECONDS: Final = 0.5
# At least so long between two calls: what comes meanwhile goes along with the next.
PAUSE_SECONDS: Final = 0.005
# Who asks waits so long at most, then goes by what is known here.
ASK_SECONDS: Final = 0.25
# A Redis that did not answer is left alone for so long.
AWAY_SECONDS: Final = 1.0
# Buckets in one call: the script holds up everybody else at Redis while it runs.
AT_ONCE: Final = 200
SWEEP_SECONDS: Final = 60.0
# Buckets that wait to be told while Redis is away; of more, what was granted stays this process's secret.
UNTOLD_MOST: Final = 50_000

# Microseconds. KEYS: buckets; ARGV: what was granted of each, as the time it takes to come back.
# Answers how long each takes until it is full.
_SCRIPT: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local owed = {}
for i, key in ipairs(KEYS) do
  local full = math.max(tonumber(redis.call('GET', key) or '0'), now) + tonumber(ARGV[i])
  owed[i] = full - now
  if tonumber(ARGV[i]) > 0 then
    redis.call('SET', key, string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1)
  end
end
return owed
"""


class Account:
    """One bucket as this process knows it; to be touched with `lock` held.

    `full_at` by the process's clock, `untold`: seconds granted that Redis has not heard of.
    """

    __slots__ = ("full_at", "hurried", "ledger", "lock", "name", "noted", "untold")

    def __init__(self, name: str, full_at: float, lock: threading.Lock, ledger: "Ledger | None") -> None:
        self.name = name
        self.full_at = full_at
        self.untold = 0.0
        self.lock = lock
        self.ledger = ledger
        # It stands among those to be told, and among the urgent ones.
        self.noted = self.hurried = False


class Ledger:
    """One a process. `answers` is false while Redis does not."""

    def __init__(self) -> None:
        self.answers = True
        # How often Redis was told, of how many buckets, and how often it did not answer; read by the metrics.
        self.calls = self.told = self.failures = 0
        self._buckets: list[Buckets] = []
        # Guards the three lists below.
        self._lists = threading.Lock()
        self._later: list[Account] = []
        self._urgent: list[Account] = []
        self._asking: list[tuple[Account, Callable[[], object]]] = []
        self._wake = threading.Event()
        # Held while Redis is told.
        self._telling = threading.Lock()
        self._thread: threading.Thread | None = None
        self._redis: Redis | None = None
        self._script: Any = None
        self._away_until = 0.0

    def know(self, buckets: "Buckets") -> None:
        """These are swept now and then, forgotten by `clear`, and read by the metrics."""
        self._buckets.append(buckets)

    def known(self) -> "list[Buckets]":
        return self._buckets

    def waiting(self) -> int:
        """Buckets that Redis has not heard of yet."""
        return len(self._later) + len(self._urgent)

    def note(self, account: Account, *, hurry: bool) -> None:
        """The account has something to tell. Called with it locked, on the event loop too: no work here."""
        with self._lists:
            if hurry and self.answers:
                account.noted = account.hurried = True
                self._urgent.append(account)
                self._wake.set()
            elif not account.noted and len(self._later) < UNTOLD_MOST:
                account.noted = True
                self._later.append(account)
                if len(self._later) == 1:
                    self._wake.set()
        if self._thread is None:
            self._start()

    def ask(self, account: Account) -> None:
        """Returns once the account is as Redis has it, or Redis was waited for long enough."""
        heard = threading.Event()
        self._ask(account, heard.set)
        heard.wait(ASK_SECONDS)

    async def ask_soon(self, account: Account) -> None:
        """The same on the event loop."""
        loop = asyncio.get_running_loop()
        heard = asyncio.Event()
        self._ask(account, lambda: loop.call_soon_threadsafe(heard.set))
        with suppress(TimeoutError):
            async with asyncio.timeout(ASK_SECONDS):
                await heard.wait()

    def _ask(self, account: Account, heard: "Callable[[], object]") -> None:
        with self._lists:
            self._asking.append((account, heard))
        self._wake.set()
        if self._thread is None:
            self._start()

    def clear(self) -> None:
        """Forgets every bucket, in Redis too: for tests."""
        with self._telling:
            with self._lists:
                self._later, self._urgent = [], []
            for buckets in self._buckets:
                buckets.clear()
            redis = self._connection()
            if keys := list(redis.scan_iter(match=f"{_prefix()}*", count=1000)):
                redis.delete(*keys)
            self._away_until, self.answers = 0.0, True

    # --- the thread -----------------------------------------------------------------------------------------
    def _start(self) -> None:
        with self._lists:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        tell_at = sweep_at = 0.0
        while True:
            # With nothing to tell it sleeps until there is.
            self._wake.wait(max(0.0, tell_at - time.monotonic()) if self._later else SWEEP_SECONDS)
            self._wake.clear()
            now = time.monotonic()
            everything = now >= tell_at
            if everything:
                tell_at = now + TELL_SECONDS
            try:
                self.tell(everything=everything)
                if now >= sweep_at:
                    sweep_at = now + SWEEP_SECONDS
                    for buckets in self._buckets:
                        buckets.sweep()
            except Exception:
                log.exception("limits were not told to the other processes")
            time.sleep(PAUSE_SECONDS)

    def tell(self, *, everything: bool = True) -> None:
        """Tells Redis what was granted here: what is urgent, or all of it."""
        with self._telling:
            with self._lists:
                asking, self._asking = self._asking, []
                due, self._urgent = self._urgent, []
                if everything:
                    due += self._later
                    self._later = []
            try:
                # Each once: an account may be noted, urgent and asked for.
                self._tell(list({id(each): each for each in [*(account for account, _ in asking), *due]}.values()))
            finally:
                for _, heard in asking:
                    # The loop that asked may have ended meanwhile.
                    with suppress(RuntimeError):
                        heard()

    def _tell(self, accounts: list[Account]) -> None:
        if accounts and time.monotonic() < self._away_until:
            self._keep(accounts)
            return
        for start in range(0, len(accounts), AT_ONCE):
            part = accounts[start : start + AT_ONCE]
            amounts = [_taken(account) for account in part]
            try:
                owed = self._call(part, amounts)
            except (RedisError, OSError) as error:
                self._lost(error)
                self._keep(accounts[start:])
                return
            now = time.monotonic()
            for account, amount, micros in zip(part, amounts, owed, strict=True):
                with account.lock:
                    account.untold -= amount
                    # Never nearer to full than known here: a Redis that was started anew has forgotten.
                    account.full_at = max(account.full_at, now + micros / 1e6 + account.untold)
            self.answers = True

    def _call(self, accounts: list[Account], amounts: list[float]) -> list[int]:
        prefix = _prefix()
        self._connection()
        owed: list[int] = self._script(
            keys=[prefix + account.name for account in accounts],
            args=[int(amount * 1e6) for amount in amounts],
        )
        self.calls += 1
        self.told += len(accounts)
        return owed

    def _lost(self, error: Exception) -> None:
        self.failures += 1
        # Of a command that runs without any there is nothing to say.
        if self.answers and settings.REDIS_URLS:
            log.warning("Redis away, each process counts limits alone: %s", type(error).__name__)
        self.answers = False
        self._away_until = time.monotonic() + AWAY_SECONDS

    def _keep(self, accounts: list[Account]) -> None:
        """For a later round."""
        with self._lists:
            for account in accounts:
                account.noted, account.hurried = True, False
            known = {id(account) for account in self._later}
            self._later += [account for account in accounts if id(account) not in known]
            for account in self._later[UNTOLD_MOST:]:
                account.noted = False
            del self._later[UNTOLD_MOST:]

    def _connection(self) -> Redis:
        if self._redis is None:
            self._redis = client(ASK_SECONDS)
            self._script = self._redis.register_script(_SCRIPT)
        return self._redis


def _taken(account: Account) -> float:
    """What the account has to tell, which from now on it may note anew."""
    with account.lock:
        account.noted = account.hurried = False
        return account.untold


def _prefix() -> str:
    return f"{settings.REDIS_PREFIX}:rate:"


ledger: Final = Ledger()


def _refused() -> dict[str, int]:
    """By limit; those without a name are this process's own hints."""
    found: dict[str, int] = {}
    for buckets in ledger.known():
        found[buckets.name or "typing"] = found.get(buckets.name or "typing", 0) + buckets.refused
    return found


counting.counter("talkwave_rate_limited_total", "Times a limit said no.", _refused, label="limit")
counting.counter("talkwave_limits_told_total", "Buckets that Redis was told of.", lambda: ledger.told)
counting.counter("talkwave_limits_errors_total", "Times Redis could not be told.", lambda: ledger.failures)
counting.gauge("talkwave_limits_waiting", "Buckets that Redis has not heard of yet.", ledger.waiting)
