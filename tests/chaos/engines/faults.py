"""What the vendors do wrong in a story whose time is real: nothing that would take hours to be over."""

import random
from collections.abc import Mapping
from typing import Final

from tests.chaos.vendor_faults import ANYTHING, Draw

from vendor_sandbox.core.faults import FaultMenu

_QUICK: Final = ("lost_request", "lost_answer", "status", "wrote_then_status", "slow", "truncated", "garbage")
_OF_BOTH: Final[Mapping[str, Draw]] = {
    **{kind: ANYTHING[kind] for kind in _QUICK},
    "slow": lambda dice: {"seconds": dice.uniform(1, 4)},
}
_OF_WRITES: Final[Mapping[str, Draw]] = {
    **_OF_BOTH,
    "late_commit": lambda dice: {"delay_seconds": dice.randint(1, 20)},
    "whole_400_wrote_half": lambda dice: {},
    "rate_limit": lambda dice: {"problem": dice.choice(("minute", "concurrent"))},
}
_PATHS: Final = ("/Invoices", "/Contacts", "/Items", None)


def plant_faults(menu: FaultMenu, dice: random.Random, count: int) -> None:
    """Add so many rules; two thirds strike the writes to Xero."""
    for _ in range(count):
        skip = int(dice.expovariate(1 / 2))
        if dice.random() < 0.67:
            kind = dice.choice(("lost_answer", "late_commit", *_OF_WRITES))
            path = "api.xro" if kind == "whole_400_wrote_half" else dice.choice(_PATHS)
            menu.add_rule("xero", kind, method="PUT", path=path, skip=skip, times=1, **_OF_WRITES[kind](dice))
        else:
            kind = dice.choice(list(_OF_BOTH))
            vendor, path = dice.choice((("zoho", "coql"), ("zoho", "composite"), ("xero", "api.xro")))
            method = "GET" if vendor == "xero" else "POST"
            menu.add_rule(vendor, kind, method=method, path=path, skip=skip, times=1, **_OF_BOTH[kind](dice))
