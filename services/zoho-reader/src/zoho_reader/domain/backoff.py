"""How long to wait when Zoho asks for patience or is in trouble. Zoho documents no Retry-After."""

import hashlib
from typing import Final

LONGEST_LIMIT_SECONDS: Final = 900
LONGEST_TROUBLE_SECONDS: Final = 300


def count_backoff_seconds(tenant_id: str, attempt: int, *, longest_seconds: float) -> float:
    """2, 4, 8 ... seconds up to the longest, spread by up to a quarter so that tenants do not come back together.

    The spread comes from the tenant's id and the attempt: the same story waits the same time again.
    """
    seed = hashlib.sha256(f"{tenant_id}/{attempt}".encode()).digest()
    spread = int.from_bytes(seed[:4], "big") / 2**32
    return float(min(2.0 ** min(attempt, 16), longest_seconds)) * (1 + spread / 4)
