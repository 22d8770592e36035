"""Who dies, stands still or is held up, and when: drawn anew for each day of a story."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from tests.chaos.house import SERVICES
from tests.chaos.moments import (
    ANSWERED,
    ASKING,
    BETWEEN,
    COMMITTED,
    COMMITTING,
    MOMENTS,
    ON_THE_WIRE,
    PAUSED_AT,
    POLLED,
    PUBLISHED,
    PUBLISHING,
    RESTING_PLACES,
    SAVED_OFFSETS,
    SAVING_OFFSETS,
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
AROUND_AN_EVENT: Final = (PUBLISHING, PUBLISHED, SAVING_OFFSETS, "results.committed", "page.committed")
"""Where a kill leaves open whether something was told."""
PASSED_OFTEN: Final = frozenset({COMMITTING, COMMITTED, BETWEEN})
PASSED_SELDOM: Final = frozenset({*points.POINTS, *AROUND_AN_EVENT, POLLED, SAVED_OFFSETS})
NAP_SECONDS: Final = (130.0, 400.0)
"""Longer than a lease, and short of the time after which a vendor forgets an idempotency key."""
SLEEP_SECONDS: Final = (850.0, 1250.0)
"""Longer than a key lives that was used again as late as the product does that: 7 minutes after the first sending, and
6 more. With a nap and a kill on top short of the half hour of silence after which a run is given up."""
SLEEPERS: Final = ("xero-writer", "zoho-reader")
"""Who works under a lease, so that another one may carry on meanwhile."""
BEFORE_THE_LAST_LOOK: Final = ("intent.committed", "intent.committed", ASKING, BETWEEN, ANSWERED)
"""Where a lease must stop who slept. Between its last look and the first byte nothing can, so nobody sleeps there
for longer than the product assumes a request to be under way."""


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
    """The fate of a house's processes. `struck` tells what was done, by kind and moment; `passed`, where somebody was:
    a moment that has come loose from the product would strike nobody, and every seed would be clean."""

    def __init__(self, plan: Plan) -> None:
        self.struck: Counter[str] = Counter()
        self.passed: set[str] = set()
        self._plan = plan
        self._kill_dice = plan.roll("kills")
        self._pause_dice = plan.roll("pauses")
        self._hold_dice = plan.roll("delays")
        self._appointments: list[_Appointment] = []

    def draw_day(self) -> None:
        """Appointments of the day before that were not met are off."""
        kills = [self._draw_kill() for _ in range(self._plan.kills_a_day)]
        pauses = [self._draw_pause(alone=not number) for number in range(self._plan.pauses_a_day)]
        self._appointments = kills + pauses

    def decide(self, process: Process, moment: str) -> Deed | None:
        """At most one deed; a pause only where no store is held, and of who stands still already no other one."""
        self.passed.add(moment)
        for appointment in self._appointments:
            if isinstance(appointment.deed, Pause) and (moment not in PAUSED_AT or process.is_paused):
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
        moment = dice.choice(
            (*MOMENTS, *points.POINTS, *AROUND_A_WRITE, *AROUND_A_WRITE, *AROUND_AN_EVENT, *AROUND_AN_EVENT, None)
        )
        writes = moment in AROUND_A_WRITE
        service = None if moment in points.POINTS else "xero-writer" if writes else dice.choice(KILLED_MOST)
        down_seconds = dice.choice((0.0, 1.0, 20.0, 130.0))
        return _Appointment(
            service,
            moment,
            int(dice.expovariate(1 / _expect_passes(moment))),
            Kill(down_seconds, everybody=dice.random() < 0.15),
        )

    def _draw_pause(self, *, alone: bool) -> _Appointment:
        """`alone`: who sleeps may be the only one of its service. Two of them would be silence for too long."""
        dice = self._pause_dice
        replaced = dice.random() < 0.6 and self._plan.replaces_paused
        sleeps = dice.random() < 0.6 and (alone or replaced)
        if sleeps:
            service, moment = dice.choice(SLEEPERS), dice.choice(BEFORE_THE_LAST_LOOK)
        else:
            service = dice.choice(("xero-writer", "xero-writer", "zoho-reader", *SERVICES))
            moment = dice.choice((ON_THE_WIRE, ON_THE_WIRE, *sorted(RESTING_PLACES)))
        if moment == "intent.committed":
            service = "xero-writer"
        seconds = dice.uniform(*(SLEEP_SECONDS if sleeps else NAP_SECONDS))
        pause = Pause(seconds, replaced=replaced and service in SLEEPERS)
        return _Appointment(service, moment, int(dice.expovariate(1 / _expect_passes(moment))), pause)


def _expect_passes(moment: str | None) -> float:
    """About half as often as a service passes such a moment in a day, so that most appointments are met."""
    return 1.5 if moment in PASSED_SELDOM else 30.0 if moment is None or moment in PASSED_OFTEN else 5.0
