"""Commit points as a test sees them inside its own process."""

from __future__ import annotations

import pytest

from qbconsole.domain.failpoints import failpoint, passing


class Crash(BaseException):
    """What a test raises at a commit point."""


def test_every_passage_is_seen_inside_the_block_and_none_after_it() -> None:
    seen: list[str] = []
    with passing(seen.append):
        failpoint("claim.commit")
        failpoint("sent")
    failpoint("settle.commit")
    assert seen == ["claim.commit", "sent"]


def test_what_a_hook_raises_comes_out_of_the_commit_point() -> None:
    def die(_: str) -> None:
        raise Crash

    with pytest.raises(Crash), passing(die):
        failpoint("sent")
    failpoint("sent")  # the hook is gone with its block, however that ended
