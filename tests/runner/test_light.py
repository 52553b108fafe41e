"""The runner's process never loads the screen."""

from __future__ import annotations

import subprocess
import sys


def test_the_runner_imports_no_textual_and_no_simulator() -> None:
    look = "import sys, qbconsole.runner.process; print(sorted({'textual', 'qbconsole.simulator'} & set(sys.modules)))"
    seen = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "[]"
