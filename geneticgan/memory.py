"""How much memory there is, told before something is made that does not fit."""

from __future__ import annotations

import contextlib
import math
import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup/memory.max")
"""Where Linux says how much a container may take."""

FREE = Path("/proc/meminfo")
"""Where Linux says how much can be had without swapping."""


def total_memory() -> float:
    """Return the bytes that this process may have at the most; inf if it is not known."""
    limits = [math.inf]
    with contextlib.suppress(AttributeError, ValueError, OSError):
        limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    with contextlib.suppress(ValueError, OSError):
        limits.append(int(CGROUP.read_text()))
    return min(*limits, memory_limit())


def free_memory() -> float:
    """Return the bytes that this process may still have now; inf if it is not known."""
    found = total_memory()
    with contextlib.suppress(OSError, ValueError, IndexError):
        (line,) = (e for e in FREE.read_text().splitlines() if e.startswith("MemAvailable:"))
        found = min(found, 1024.0 * int(line.split()[1]))
    return found


def memory_limit() -> float:
    """Return the bytes of addresses that were set as a limit (``ulimit -v``); inf without one."""
    with contextlib.suppress(ImportError):  # there is none on Windows
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        return math.inf if limit == resource.RLIM_INFINITY else float(limit)
    return math.inf
