"""What a seed decides of a story on real engines: what people do, what strikes whom when, what the vendors do wrong.

How it all interleaves is the machine's own: a seed repeats the causes, not every step of the story.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from zoho2xero.engines.addresses import SERVICES


class Blow(StrEnum):
    """What may strike."""

    KILL = "SIGKILL"
    KILL_ALL = "SIGKILL of every replica"
    TERMINATE = "SIGTERM"
    NAP = "SIGSTOP for a while"
    SLEEP = "SIGSTOP for longer than a lease"
    DATABASE = "database killed"
    BROKER = "broker killed"
    POWER = "everything killed at once"


@dataclass(frozen=True)
class Strike:
    """`after_seconds` of the day. `seconds`: until it is started again, or goes on."""

    after_seconds: float
    blow: Blow
    service: str
    replica: int
    seconds: float


@dataclass(frozen=True)
class Day:
    """What happens during a sync, and during more of them until everything has struck."""

    strikes: tuple[Strike, ...]
    faults: int
    edits: int
    invoices: int
    """Sold overnight, before the sync."""
    orders: int


@dataclass(frozen=True)
class EnginesPlan:
    """The outline of one story."""

    seed: int
    sending: str
    days: tuple[Day, ...]

    def roll(self, matter: str) -> random.Random:
        """Dice for one matter."""
        return random.Random(f"{self.seed}:engines:{matter}")


REPLICAS: Final = 2
_BLOWS: Final[Mapping[Blow, int]] = {
    Blow.KILL: 8,
    Blow.KILL_ALL: 3,
    Blow.TERMINATE: 2,
    Blow.NAP: 3,
    Blow.SLEEP: 1,
    Blow.DATABASE: 3,
    Blow.BROKER: 3,
    Blow.POWER: 1,
}
_SERVICES: Final[Mapping[str, int]] = {"xero_writer": 5, "zoho_reader": 3, "scheduler": 2, "auth": 1}
_SLEEP_SECONDS: Final = 135.0
_LATEST_STRIKE_SECONDS: Final = 30.0


def draw_plan(seed: int) -> EnginesPlan:
    """The plan of a seed."""
    dice = random.Random(f"{seed}:engines:plan")
    has_bills = dice.random() < 0.5
    days = [_draw_day(dice, invoices=dice.randint(200, 500), orders=dice.randint(10, 60) if has_bills else 0)]
    days += [
        _draw_day(dice, invoices=dice.randint(10, 120), orders=dice.randint(0, 20) if has_bills else 0)
        for _ in range(dice.choice((1, 2)))
    ]
    return EnginesPlan(seed, dice.choice(("used", "all")), tuple(days))


def _draw_day(dice: random.Random, *, invoices: int, orders: int) -> Day:
    strikes = [_draw_strike(dice) for _ in range(dice.choice((2, 3, 4, 5)))]
    strikes.sort(key=lambda strike: strike.after_seconds)
    return Day(tuple(strikes), dice.choice((0, 1, 2, 4)), dice.choice((2, 5, 9)), invoices, orders)


def _draw_strike(dice: random.Random) -> Strike:
    blow = dice.choices(list(_BLOWS), list(_BLOWS.values()))[0]
    service = dice.choices(list(_SERVICES), list(_SERVICES.values()))[0]
    assert service in SERVICES
    seconds = _SLEEP_SECONDS if blow is Blow.SLEEP else dice.choice((0.0, 1.0, 3.0, 8.0))
    after = min(dice.expovariate(1 / 5), _LATEST_STRIKE_SECONDS)
    return Strike(round(after, 2), blow, service, dice.randrange(REPLICAS), seconds)
