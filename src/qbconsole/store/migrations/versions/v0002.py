"""The rest of what the remotes hold; what was mirrored before is listed again, since more of it is kept now."""

from __future__ import annotations

from qbconsole.store.migrations import run_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run the statements of v0002.sql."""
    run_beside(__file__)
