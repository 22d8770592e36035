"""Memory of a process with many threads."""

import subprocess
import sys

import pytest

COUNT_HEAPS = """
import ctypes, sys, tempfile, threading
from sync_kit.memory import share_one_heap

if sys.argv[1] == "shared":
    share_one_heap()
c_library = ctypes.CDLL(None)
c_library.malloc.restype = ctypes.c_void_p
together = threading.Barrier(8)

def take_memory():
    together.wait()
    c_library.malloc(1000)
    together.wait()

threads = [threading.Thread(target=take_memory) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
c_library.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as told:
    stream = ctypes.c_void_p(c_library.fopen(told.name.encode(), b"w"))
    c_library.malloc_info(0, stream)
    c_library.fclose(stream)
    print(told.read().count(b"<heap nr="))
"""


def count_heaps(how: str) -> int:
    """How many heaps the C library has when eight threads took memory at once."""
    done = subprocess.run([sys.executable, "-c", COUNT_HEAPS, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the C library's heaps are GNU's")
def test_all_threads_take_their_memory_from_one_heap() -> None:
    assert count_heaps("as it was") > 1
    assert count_heaps("shared") == 1
