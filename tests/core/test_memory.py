"""Freed memory stays with the process; oneDNN is told how many kernels to keep, but a user's own number stays."""

import os
import platform
import subprocess
import sys

import pytest

from dissect_core.system import memory
from dissect_core.system.memory import KERNELS, keep_kernels
from tests.source import ROOT

NAME = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"


@pytest.mark.parametrize(("given", "kept"), [(None, f"{KERNELS}"), ("512", "512")])
def test_kernels_are_kept_unless_the_user_says_how_many(
    given: str | None, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, "0")  # so that it is put back
    if given is None:
        monkeypatch.delenv(NAME)
    else:
        monkeypatch.setenv(NAME, given)
    keep_kernels()
    assert os.environ[NAME] == kept


FREED = """
import sys
from dissect_core.system.memory import keep_freed_memory

def resident():  # pages of 4 KiB or more
    return int(open("/proc/self/statm").read().split()[1])

if sys.argv[1] == "keep":
    keep_freed_memory()
block = b"x" * 2**26
held = resident()
del block
print(held - resident())
"""


def pages_returned(how: str) -> int:
    """How many pages of a block of 64 MiB go back to the system when it is freed."""
    words = [sys.executable, "-c", FREED, how]
    return int(subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_freed_memory_stays_with_the_process() -> None:
    pages = 2**26 // os.sysconf("SC_PAGE_SIZE")
    assert pages_returned("keep") < 0.05 * pages
    assert pages_returned("leave") > 0.95 * pages


def test_where_there_is_no_glibc_memory_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoMallopt:
        def __init__(self, name: None) -> None:
            pass

    monkeypatch.setattr(memory.ctypes, "CDLL", NoMallopt)
    memory.keep_freed_memory()
    monkeypatch.setattr(memory.sys, "platform", "darwin")
    monkeypatch.setattr(memory.ctypes, "CDLL", None)
    memory.keep_freed_memory()
