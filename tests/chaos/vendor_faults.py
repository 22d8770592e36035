"""What the vendors do wrong: the sandbox's whole menu, lost answers and late commits first."""

import random
from collections.abc import Callable, Mapping
from typing import Any, Final

from vendor_sandbox.core.faults import FaultMenu

Json = dict[str, Any]
Draw = Callable[[random.Random], Json]

MOST_LATE_SECONDS: Final = 80
"""A request commits within its time-out and sixty seconds, or never: the assumption that is stated in the decisions."""
_WRITES: Final = ("/Invoices", "/Contacts", "/Items", None)
_READS: Final = ("coql", "composite", "deleted", None)

ANYTHING: Final[Mapping[str, Draw]] = {
    "lost_request": lambda dice: {},
    "lost_answer": lambda dice: {},
    "status": lambda dice: {"status": dice.choice((500, 502, 503, 504))},
    "wrote_then_status": lambda dice: {"status": dice.choice((500, 503))},
    "slow": lambda dice: {"seconds": dice.uniform(1, 45)},
    "truncated": lambda dice: {},
    "garbage": lambda dice: {"execute": dice.random() < 0.5},
    "wrong_types": lambda dice: {},
    "endless": lambda dice: {"megabytes": 48},
    "token_revoked": lambda dice: {},
}
_OF_XERO: Final[Mapping[str, Draw]] = {
    **ANYTHING,
    "late_commit": lambda dice: {"delay_seconds": dice.randint(1, MOST_LATE_SECONDS)},
    "whole_400_wrote_half": lambda dice: {},
    "rate_limit": lambda dice: {"problem": dice.choice(("minute", "concurrent", "app", "minute", "day"))},
}
_OF_ZOHO: Final[Mapping[str, Draw]] = {**ANYTHING, "rate_limit": lambda dice: {}}
_FIRST: Final = ("lost_answer", "late_commit", "lost_answer", "late_commit", "whole_400_wrote_half")


def plant_faults(menu: FaultMenu, dice: random.Random, count: int) -> list[str]:
    """Add so many rules; their kinds. Most strike the writes to Xero."""
    return [_plant(menu, dice) for _ in range(count)]


def _plant(menu: FaultMenu, dice: random.Random) -> str:
    skip, times = int(dice.expovariate(1 / 3)), dice.choice((1, 1, 1, 2, 3))
    if dice.random() < 0.6:
        kind = dice.choice((*_FIRST, *_OF_XERO))
        method, path = dice.choice(("PUT", "PUT", "POST")), dice.choice(_WRITES)
        rule: Json = {"vendor": "xero", "method": method, "path": path}
        arguments = _OF_XERO[kind](dice)
    elif dice.random() < 0.5:
        kind = dice.choice(tuple(name for name in _OF_XERO if name not in ("whole_400_wrote_half", "late_commit")))
        rule = {"vendor": "xero", "method": "GET", "path": "api.xro"}
        arguments = _OF_XERO[kind](dice)
    else:
        kind = dice.choice(tuple(_OF_ZOHO))
        rule = {"vendor": "zoho", "path": dice.choice(_READS)}
        arguments = _OF_ZOHO[kind](dice)
    if kind == "whole_400_wrote_half":
        rule = {"vendor": "xero", "method": "PUT", "path": "api.xro"}
    menu.add_rule(rule.pop("vendor"), kind, skip=skip, times=times, **rule, **arguments)
    return kind
