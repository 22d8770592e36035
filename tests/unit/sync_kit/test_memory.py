"""Memory of a process with many threads and large pages."""

import subprocess
import sys

import pytest

COUNT_HEAPS = """
import ctypes, sys, tempfile, threading
from sync_kit.memory import keep_heap_small

if sys.argv[1] == "small":
    keep_heap_small()
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


KEEP_LARGE = """
import re, sys
from sync_kit.memory import keep_heap_small

if sys.argv[1] == "small":
    keep_heap_small()

def take_and_let_go(pages):
    large = [bytearray(2 ** 20) for _ in range(pages)]
    kept = [bytes(5_000) for _ in range(pages)]
    return kept

kept = [take_and_let_go(20) for _ in range(3)]
print(int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""

GNU = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the C library's heaps are GNU's")


def run(script: str, how: str) -> int:
    """The number that the script tells, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", script, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


@GNU
def test_all_threads_take_their_memory_from_one_heap() -> None:
    """Counted when eight of them took some at once."""
    assert run(COUNT_HEAPS, "as it was") > 1
    assert run(COUNT_HEAPS, "small") == 1


@GNU
def test_memory_of_large_pages_is_given_back() -> None:
    """In MiB, when small things lie behind sixty pages of one MiB that nobody needs any more."""
    assert run(KEEP_LARGE, "small") < run(KEEP_LARGE, "as it was") - 10
