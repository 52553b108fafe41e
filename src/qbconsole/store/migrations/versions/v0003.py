"""The journal is append-only by triggers, and the chain covers the subjects of new events."""

from __future__ import annotations

from qbconsole.store.migrations import run_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Run the statements of v0003.sql."""
    run_beside(__file__)
