"""Rate limits: per app and organisation 5 at once, 60 a minute, 1,000 or 5,000 a day; per app 10,000 a minute.

Windows are fixed and begin at another moment for each organisation. Retry-After comes with minute and day
breaches alone. A refused call is not counted. Source: Xero limits FAQ.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import datetime

from vendor_sandbox.core.switches import Switches

MINUTE_SECONDS = 60
DAY_SECONDS = 86_400


@dataclass(slots=True)
class _Window:
    """A fixed window: which one it is, and how many calls it had."""

    length_seconds: int
    offset_seconds: int
    number: int = -1
    used: int = 0

    def turn_to(self, now: datetime) -> None:
        number = int(now.timestamp() - self.offset_seconds) // self.length_seconds
        if number != self.number:
            self.number, self.used = number, 0

    def count_seconds_left(self, now: datetime) -> int:
        end = (self.number + 1) * self.length_seconds + self.offset_seconds
        return max(1, int(-(-(end - now.timestamp()) // 1)))


@dataclass(slots=True)
class _Meter:
    minute: _Window
    day: _Window
    in_flight: int = 0


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that said no: `minute`, `day`, `concurrent` or `app`, and when to come again if Xero tells."""

    problem: str
    retry_after_seconds: int | None


@dataclass(slots=True)
class CallLimits:
    """Meters by app and organisation."""

    _meters: dict[tuple[str, str], _Meter] = field(default_factory=dict)
    _apps: dict[str, _Window] = field(default_factory=dict)
    _slots: dict[int, tuple[str, str]] = field(default_factory=dict)

    def take(
        self, call_seq: int, client_id: str, tenant_id: str, now: datetime, switches: Switches, day_limit: int
    ) -> Breach | None:
        """Count a call and take its slot; the breach if it may not go on."""
        meter, app = self._find_meter(client_id, tenant_id, now), self._find_app(client_id, now)
        if switches.limits == "on":
            if meter.in_flight >= switches.xero_concurrent_limit:
                return Breach("concurrent", None)
            if app.used >= switches.xero_app_minute_limit:
                return Breach("app", None)
            if meter.minute.used >= switches.xero_minute_limit:
                return Breach("minute", meter.minute.count_seconds_left(now))
            if meter.day.used >= day_limit:
                return Breach("day", meter.day.count_seconds_left(now))
            meter.minute.used += 1
            meter.day.used += 1
            app.used += 1
        meter.in_flight += 1
        self._slots[call_seq] = (client_id, tenant_id)
        return None

    def holds_slot(self, call_seq: int) -> bool:
        """Is the call still on its way? (A late commit is executed when its connection is long gone.)"""
        return call_seq in self._slots

    def release(self, call_seq: int) -> None:
        """Give the slot of a call back."""
        key = self._slots.pop(call_seq, None)
        if key is not None:
            self._meters[key].in_flight -= 1

    def count_remaining(
        self, client_id: str, tenant_id: str, now: datetime, switches: Switches, day_limit: int
    ) -> dict[str, str]:
        """The three headers that every answer carries."""
        meter, app = self._find_meter(client_id, tenant_id, now), self._find_app(client_id, now)
        return {
            "X-DayLimit-Remaining": str(max(0, day_limit - meter.day.used)),
            "X-MinLimit-Remaining": str(max(0, switches.xero_minute_limit - meter.minute.used)),
            "X-AppMinLimit-Remaining": str(max(0, switches.xero_app_minute_limit - app.used)),
        }

    def count_seconds_left(self, client_id: str, tenant_id: str, now: datetime, problem: str) -> int | None:
        """Retry-After of a breach: seconds to the end of the window; None where Xero sends none."""
        meter = self._find_meter(client_id, tenant_id, now)
        if problem == "minute":
            return meter.minute.count_seconds_left(now)
        if problem == "day":
            return meter.day.count_seconds_left(now)
        return None

    def _find_meter(self, client_id: str, tenant_id: str, now: datetime) -> _Meter:
        meter = self._meters.get((client_id, tenant_id))
        if meter is None:
            start = zlib.crc32(tenant_id.encode())
            meter = _Meter(_Window(MINUTE_SECONDS, start % MINUTE_SECONDS), _Window(DAY_SECONDS, start % DAY_SECONDS))
            self._meters[client_id, tenant_id] = meter
        meter.minute.turn_to(now)
        meter.day.turn_to(now)
        return meter

    def _find_app(self, client_id: str, now: datetime) -> _Window:
        window = self._apps.setdefault(client_id, _Window(MINUTE_SECONDS, 0))
        window.turn_to(now)
        return window
