"""Figures out of measurements: percentiles, and how they are rounded."""

import math
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]


def find_percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least so many percent of all do not exceed (nearest rank). Raises ValueError for
    none."""
    if not values:
        raise ValueError("there is no percentile of nothing")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def describe_spread(values: Sequence[float], places: int = 3) -> Json:
    """`p50`, `p95` and the greatest."""
    return {
        "p50": round(find_percentile(values, 50), places),
        "p95": round(find_percentile(values, 95), places),
        "most": round(max(values), places),
    }
