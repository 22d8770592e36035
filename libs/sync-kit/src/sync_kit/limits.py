"""How often one client may call our API: a token bucket per client, in memory.

Each replica counts for itself: this protects a process, it is not a quota. Memory is bounded: the bucket that was not
used for longest is forgotten first, and a forgotten client starts with a full bucket.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass

from sync_kit.clock import Clock
from sync_kit.errors import TooManyRequestsError


@dataclass(frozen=True)
class Rate:
    """`per_second` calls on average, and up to `burst` at once after a pause."""

    per_second: float
    burst: int


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class TokenBuckets:
    """Buckets by client; at most `max_clients` are remembered."""

    def __init__(self, rate: Rate, clock: Clock, *, max_clients: int = 10_000) -> None:
        self._rate = rate
        self._clock = clock
        self._max_clients = max_clients
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, client: str) -> None:
        """Use one call up. Raises TooManyRequestsError with Retry-After in whole seconds when none is left."""
        self.check(client)
        self._buckets[client].tokens -= 1

    def check(self, client: str) -> None:
        """Raises as `take` does, and uses nothing up: for what only counts when it goes wrong."""
        bucket = self._fill(client)
        if bucket.tokens < 1:
            seconds = max(1, math.ceil((1 - bucket.tokens) / self._rate.per_second))
            raise TooManyRequestsError(
                f"too many requests: try again in {seconds} s", headers={"retry-after": str(seconds)}
            )

    def charge(self, client: str) -> None:
        """Use one call up even if none is left: what several did at once beyond their allowance is waited out."""
        self._fill(client).tokens -= 1

    def _fill(self, client: str) -> _Bucket:
        now = self._clock.monotonic()
        bucket = self._buckets.pop(client, None) or _Bucket(self._rate.burst, now)
        self._buckets[client] = bucket
        if len(self._buckets) > self._max_clients:
            self._buckets.popitem(last=False)
        gained = max(0.0, now - bucket.filled_at) * self._rate.per_second
        bucket.tokens = min(self._rate.burst, bucket.tokens + gained)
        bucket.filled_at = now
        return bucket
