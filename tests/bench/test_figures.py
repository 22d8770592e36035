"""Figures that the bench tells."""

import pytest
from tests.bench.figures import describe_spread, find_percentile


def test_a_percentile_is_one_of_the_values() -> None:
    values = list(range(100, 0, -1))
    assert find_percentile(values, 50) == 50
    assert find_percentile(values, 95) == 95
    assert find_percentile([7.0], 95) == 7.0


def test_nothing_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="nothing"):
        find_percentile([], 50)


def test_a_spread_is_rounded() -> None:
    assert describe_spread([1.23456, 9.87654], places=2) == {"p50": 1.23, "p95": 9.88, "most": 9.88}
