"""The first schema."""

from __future__ import annotations

from qbconsole.store.migrations import run_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the statements of v0001.sql."""
    run_beside(__file__)
