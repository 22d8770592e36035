"""How a process keeps memory while services run: for pages of records, which are many objects that live shortly.

Python's and the C library's own ways are made for other programs: the one looks for cycles again and again where there
are hardly any, the other keeps a heap for each thread, and what one store's thread let go of serves no other one; and
what was as large as a page of records stays in the heap between smaller things, and cannot be given back.
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
_M_MMAP_THRESHOLD: Final = -3
"""From malloc.h: from this size on memory is taken from the system by itself, and given back at once."""
_M_TRIM_THRESHOLD: Final = -1
"""From malloc.h: how much may lie unused at the heap's end."""
_LARGE_BYTES: Final = 256 * 1024
"""A vendor's page of records has some hundreds of KiB to a few MiB. Left alone, the C library learns from the first of
them to keep up to 32 MiB of such memory."""


@contextlib.contextmanager
def memory_for_pages() -> Iterator[None]:
    """Collect garbage less often until the context ends, and keep a small heap from now on.

    What was loaded at the start stays as long as the process: the collector need not look at it again and again.
    """
    keep_heap_small()
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def keep_heap_small() -> None:
    """Threads that begin from now on take memory from the heap that is there, and what is large stays out of it.

    Nothing where the C library is not GNU's. A process with all four services has a dozen threads: one heap for all
    took a fifth less, large buffers of their own a twentieth (measured, 10,000 records).
    """
    with contextlib.suppress(AttributeError, OSError):
        set_option = ctypes.CDLL(None).mallopt
        set_option(_M_ARENA_MAX, 1)
        set_option(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        set_option(_M_TRIM_THRESHOLD, _LARGE_BYTES)
