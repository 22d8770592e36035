"""How a process keeps memory while services run: for pages of records, which are many objects that live shortly.

Python's and the C library's own ways are made for other programs: the one looks for cycles again and again where there
are hardly any, the other keeps a heap for each thread, and what one store's thread let go of serves no other one.
"""

import contextlib
import ctypes
import gc
from collections.abc import Iterator
from typing import Final

_GARBAGE_THRESHOLDS: Final = (50_000, 20, 20)
"""New objects before the collector looks at them, and looks before it looks at older ones. Python's own (700, 10, 10)
cost a quarter of a sync's processor time."""
_M_ARENA_MAX: Final = -8
"""From the C library's malloc.h: how many heaps there may be."""


@contextlib.contextmanager
def memory_for_pages() -> Iterator[None]:
    """Collect garbage less often until the context ends, and use one heap for all threads from now on.

    What was loaded at the start stays as long as the process: the collector need not look at it again and again.
    """
    share_one_heap()
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def share_one_heap() -> None:
    """Threads that begin from now on take memory from the heap that is there; nothing where the C library is not GNU's.

    A process with all four services has a dozen threads: one heap for all took a fifth less (measured, 10,000 records).
    """
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
