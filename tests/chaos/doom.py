"""Who dies, stands still or is held up, and when: drawn anew for each day of a story."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from tests.chaos.house import SERVICES
from tests.chaos.moments import (
    ANSWERED,
    MOMENTS,
    ON_THE_WIRE,
    RESTING_PLACES,
    SERVED,
    Deed,
    Delay,
    Kill,
    LetOthersFirst,
    Pause,
)
from tests.chaos.plan import Plan
from tests.chaos.process import Process

from sync_kit import points

KILLED_MOST: Final = ("xero-writer", "xero-writer", "xero-writer", "zoho-reader", "zoho-reader", "scheduler", "auth")
AROUND_A_WRITE: Final = (ON_THE_WIRE, SERVED, ANSWERED, "intent.committed", "intent.sent", "intent.answered")
"""Where a kill leaves open whether something was written: most kills go here."""
PASSED_SELDOM: Final = frozenset({"intent.committed", "intent.sent", "intent.answered", "refresh.answered"})
PAUSE_SECONDS: Final = (130.0, 400.0)
"""Longer than a lease, and short of the time after which a vendor forgets an idempotency key."""


@dataclass
class _Appointment:
    """Strikes at the moment when that service passes it the n-th time from now on."""

    service: str | None
    moment: str | None
    left: int
    deed: Deed

    def is_met(self, process: Process, moment: str) -> bool:
        if self.service not in (None, process.service) or self.moment not in (None, moment):
            return False
        self.left -= 1
        return self.left < 0


class Doom:
    """The fate of a house's processes. `struck` tells what was done, by kind and moment."""

    def __init__(self, plan: Plan) -> None:
        self.struck: Counter[str] = Counter()
        self._plan = plan
        self._kill_dice = plan.roll("kills")
        self._pause_dice = plan.roll("pauses")
        self._hold_dice = plan.roll("delays")
        self._appointments: list[_Appointment] = []

    def draw_day(self) -> None:
        """Appointments of the day before that were not met are off."""
        kills = [self._draw_kill() for _ in range(self._plan.kills_a_day)]
        pauses = [self._draw_pause() for _ in range(self._plan.pauses_a_day)]
        self._appointments = kills + pauses

    def decide(self, process: Process, moment: str) -> Deed | None:
        """At most one deed; a pause only where no store is held."""
        for appointment in self._appointments:
            if isinstance(appointment.deed, Pause) and moment not in RESTING_PLACES:
                continue
            if appointment.is_met(process, moment):
                self._appointments.remove(appointment)
                kind = "kill" if isinstance(appointment.deed, Kill) else "pause"
                self.struck[f"{kind} {process.service} {moment}"] += 1
                return appointment.deed
        if moment in RESTING_PLACES and self._hold_dice.random() < self._plan.held_up_chance:
            if moment in (ON_THE_WIRE, SERVED) and self._hold_dice.random() < 0.5:
                return Delay(self._hold_dice.uniform(0.1, 20.0))
            return LetOthersFirst(self._hold_dice.randint(1, 6))
        return None

    def _draw_kill(self) -> _Appointment:
        dice = self._kill_dice
        moment = dice.choice((*MOMENTS, *points.POINTS, *points.POINTS, *AROUND_A_WRITE, *AROUND_A_WRITE, None))
        writes = moment in AROUND_A_WRITE
        service = None if moment in points.POINTS else "xero-writer" if writes else dice.choice(KILLED_MOST)
        average = 2.0 if moment in PASSED_SELDOM else 30.0 if moment is None else 10.0
        down_seconds = dice.choice((0.0, 1.0, 20.0, 130.0))
        return _Appointment(
            service, moment, int(dice.expovariate(1 / average)), Kill(down_seconds, everybody=dice.random() < 0.15)
        )

    def _draw_pause(self) -> _Appointment:
        dice = self._pause_dice
        service = dice.choice(("xero-writer", "xero-writer", "zoho-reader", *SERVICES))
        moment = dice.choice((ON_THE_WIRE, ON_THE_WIRE, *sorted(RESTING_PLACES)))
        return _Appointment(service, moment, int(dice.expovariate(1 / 8)), Pause(dice.uniform(*PAUSE_SECONDS)))
