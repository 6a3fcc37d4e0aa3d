"""All that one GPU can tell in ten minutes: ``python -m benchmarks.gpu | tee gpu.md``.

Each part is a process of its own with a time limit of its own, and prints Markdown as it goes: what
hangs, fails or takes too long costs no other part anything, and what it has printed stays. On a
machine without a GPU it computes on the CPU; ``--toy`` takes sizes of which a CPU is done in a
minute, and says nothing about speed.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType

LIMITS = {"tests": 60, "speed": 150, "busy": 30, "equality": 45, "resume": 45}
"""Seconds of each part, in order; ``paper`` follows and has what is left."""

TOTAL = 600
PATIENCE = 10
"""Seconds that a part is given to stop by itself."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts that are asked for; returns 1 if one of them failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", nargs="+", choices=[*LIMITS, "paper"], help="all by default")
    parser.add_argument("--seconds", type=float, default=TOTAL, help="for all parts together")
    parser.add_argument("--device", choices=["cpu", "cuda"], help="cuda if there is one")
    parser.add_argument("--data-root", help="where Fashion-MNIST lies, for the part paper")
    parser.add_argument("--out", default="gpu", help="folder of the cells of the part paper")
    parser.add_argument("--toy", action="store_true", help="tiny sizes, which measure nothing")
    parser.add_argument("--here", action="store_true", help="run one part in this process")
    parser.add_argument("--watched", action="store_true", help="end when standard input closes")
    options = parser.parse_args(arguments)
    parts = options.parts or [*LIMITS, "paper"]
    if options.watched:
        threading.Thread(target=end_with_campaign, daemon=True).start()
    if options.here:
        from benchmarks.gpu_parts import PARTS, Setting

        setting = Setting.of(options.device, options.toy, options.data_root, options.out)
        return max(PARTS[part](setting) for part in parts)
    print(f"# A GPU campaign\n\nPython {platform.python_version()}", flush=True)
    given = list(sys.argv[1:] if arguments is None else arguments)
    end = time.monotonic() + options.seconds
    failures = 0
    for part in parts:
        left = end - time.monotonic()
        limit = min(LIMITS.get(part, left) * options.seconds / TOTAL, left)
        print(f"\n## {part} (at most {limit:.0f} s)\n", flush=True)
        alone = ["--parts", part, "--watched", "--here"]
        command = [sys.executable, "-m", "benchmarks.gpu", *given, *alone]
        verdict = limited(command, limit)
        print(f"\n{part}: {verdict}", flush=True)
        failures += verdict.startswith("failed")
    return min(failures, 1)


def limited(command: Sequence[str], seconds: float) -> str:
    """Run a command for so long at most, with our own output; says in words how it went."""
    began = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:  # noqa: S603  # our own words
        try:
            code = process.wait(max(seconds, 0.0))
        except subprocess.TimeoutExpired:
            end(process)
            return f"stopped after {seconds:.0f} s; what stands above is what it found until then"
        except BaseException:  # Ctrl-C, or a signal to this process
            end(process)
            raise
    taken = time.monotonic() - began
    return f"done in {taken:.0f} s" if code == 0 else f"failed with exit code {code}"


def end_with_campaign() -> None:
    """End this process when the campaign that started it is no more, even if it was killed."""
    # A killed process says nothing, but the system closes its end of the pipe.
    os.read(0, 1)
    os._exit(1)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process, by force if it does not stop by itself."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def stop(number: int, frame: FrameType | None) -> None:
    """End this process after a signal, and the part that is running with it."""
    sys.exit(128 + number)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    sys.exit(main())
