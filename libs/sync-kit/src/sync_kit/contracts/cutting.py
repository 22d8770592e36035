"""Cut a list into pieces that fit into an event, by bytes."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sync_kit.contracts import codec
from sync_kit.contracts.topics import MAX_EVENT_BYTES

ROOM_FOR_THE_REST = 16 * 1024
"""What the event around the list may take."""

Item = TypeVar("Item")


def cut_by_bytes(
    items: Sequence[Item], *, most_items: int = 500, most_bytes: int = MAX_EVENT_BYTES - ROOM_FOR_THE_REST
) -> Iterator[list[Item]]:
    """Yield the items in order, in lists of at most `most_items` whose JSON stays below `most_bytes`.

    An item that is too large alone is yielded alone: the caller must cut inside it.
    """
    piece: list[Item] = []
    size = 0
    for item in items:
        weight = len(codec.dumps(item)) + 1
        if piece and (len(piece) == most_items or size + weight > most_bytes):
            yield piece
            piece, size = [], 0
        piece.append(item)
        size += weight
    if piece:
        yield piece
