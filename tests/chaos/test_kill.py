"""A few kills; ``python tests/chaos/kill.py --kills 300`` does many."""

import re
import subprocess
import sys
from pathlib import Path


def test_killed_runs_lose_nothing():
    script = Path(__file__).with_name("kill.py")
    result = subprocess.run(
        [sys.executable, str(script), "--kills", "12"], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr
    found = re.search(
        r"(\d+) kills .* (\d+) resumes, (\d+) runs .* finished, 0 lost", result.stdout
    )
    assert int(found[1]) >= 12
    assert int(found[2]) >= 5
    assert int(found[3]) >= 1
