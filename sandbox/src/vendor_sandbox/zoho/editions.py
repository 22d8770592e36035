"""What an edition allows: credits a day, calls at once, custom fields (Zoho: api-limits page, KZ93)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edition:
    """`credits_cap` None means no upper bound."""

    name: str
    base_credits: int
    credits_by_user: int
    credits_cap: int | None
    concurrency: int
    custom_fields: int
    multi_currency: bool

    def allowed_credits(self, users: int) -> int:
        """Credits in any 24 hours."""
        total = self.base_credits + self.credits_by_user * users
        return total if self.credits_cap is None else min(total, self.credits_cap)


EDITIONS = {
    edition.name: edition
    for edition in (
        Edition("free", 5_000, 0, 5_000, 5, 10, False),
        Edition("standard", 50_000, 250, 100_000, 10, 10, False),
        Edition("professional", 50_000, 500, 3_000_000, 15, 155, False),
        Edition("enterprise", 50_000, 1_000, 5_000_000, 20, 300, True),
        Edition("ultimate", 50_000, 2_000, None, 25, 500, True),
    )
}
SUB_CONCURRENCY = 10
