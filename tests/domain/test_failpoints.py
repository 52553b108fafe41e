"""Commit points as a test sees them inside its own process."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import qbconsole
from qbconsole.domain.failpoints import POINTS, failpoint, passing

PLACED_ELSEWHERE = {"backup.copied"}
"""Points of parts that are not here yet."""


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


def test_every_point_is_placed_and_nothing_else_is_called_one() -> None:
    assert called() | PLACED_ELSEWHERE == set(POINTS)


def test_a_wish_for_a_point_that_there_is_not_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QBCONSOLE_FAILPOINT", "claim.comit:1")
    with pytest.raises(ValueError, match=r"no commit point 'claim\.comit'"):
        failpoint("sent")


def called() -> set[str]:
    """The names with which the program calls `failpoint`."""
    trees = (ast.parse(path.read_text()) for path in Path(qbconsole.__file__).parent.rglob("*.py"))
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {
        ast.literal_eval(call.args[0])
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "failpoint"
    }
