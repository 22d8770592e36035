"""How many credits a day a CRM has, by its edition and users (Zoho: API limits page). Add-ons come on top, unseen."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Allowance:
    """Credits in any 24 hours: a base, more for each user, and a cap where there is one."""

    base: int
    by_user: int
    most: int | None


_ALLOWANCES: Final = {
    "free": Allowance(5_000, 0, 5_000),
    "starter": Allowance(50_000, 250, 100_000),
    "standard": Allowance(50_000, 250, 100_000),
    "professional": Allowance(50_000, 500, 3_000_000),
    "enterprise": Allowance(50_000, 1_000, 5_000_000),
    "zohoone": Allowance(50_000, 1_000, 5_000_000),
    "ultimate": Allowance(50_000, 2_000, None),
    "crmplus": Allowance(50_000, 2_000, None),
}


def find_allowance(edition: str | None, users: int | None) -> int | None:
    """Credits a day; None for an edition that is not published."""
    known = _ALLOWANCES.get((edition or "").lower().replace(" ", "").replace("_", ""))
    if known is None:
        return None
    total = known.base + known.by_user * max(users or 0, 0)
    return total if known.most is None else min(total, known.most)
