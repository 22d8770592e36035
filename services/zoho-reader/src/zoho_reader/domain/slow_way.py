"""What reading costs where COQL cannot serve, by counting: the cheapest way is a calculation, not a taste."""

from dataclasses import dataclass

from zoho_reader.domain.coql import MOST_ROWS, MOST_TOGETHER
from zoho_reader.domain.lists import MOST_LISTED


@dataclass(frozen=True)
class LineWay:
    """How all lines of a module are read: `by_list` through the list of the line module, else with their documents."""

    by_list: bool
    calls: int


def choose_line_way(*, documents: int, lines: int, can_list: bool = True, together: int = MOST_TOGETHER) -> LineWay:
    """The cheaper of two: 200 lines a call, or `together` documents a call with all their lines."""
    listed, whole = divide_up(lines, MOST_LISTED), divide_up(documents, together)
    return LineWay(True, listed) if can_list and listed <= whole else LineWay(False, whole)


def count_listed_calls(rows: int) -> int:
    """Calls to read so many rows by lists."""
    return max(1, divide_up(rows, MOST_LISTED))


def count_coql_calls(rows: int) -> int:
    """Calls to read so many rows by COQL."""
    return max(1, divide_up(rows, MOST_ROWS))


def divide_up(count: int, size: int) -> int:
    """How many pieces of `size` hold `count`."""
    return -(-count // size)
