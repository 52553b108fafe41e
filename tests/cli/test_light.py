"""What a command imports: help is instant, a command never draws, the console's door never speaks to a remote."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("sqlalchemy", "sqlmodel", "textual", "httpx", "keyring", "apscheduler", "starlette", "babel")


@pytest.mark.parametrize(
    ("words", "absent"),
    [
        ("['--help']", HEAVY),
        ("['demo', '--help']", HEAVY),
        ("['--version']", HEAVY),
        ("['status', '--home', '/nonexistent']", ("textual", "httpx", "keyring", "apscheduler", "starlette")),
        ("['queue', 'invoices', '--home', '/nonexistent']", ("textual", "httpx", "keyring", "apscheduler")),
    ],
)
def test_a_command_imports_only_what_it_needs(words: str, absent: tuple[str, ...]) -> None:
    program = f"import sys; from qbconsole.cli.main import main; main({words}); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "qbconsole.cli.main" in loaded
    assert loaded.isdisjoint(absent), loaded.intersection(absent)
