"""How far the clocks of two machines may be apart before their tokens are refused."""

from typing import Final

CLOCK_SKEW_SECONDS: Final = 330
"""Five minutes, which machines without time service drift apart, and half a minute for the way."""
