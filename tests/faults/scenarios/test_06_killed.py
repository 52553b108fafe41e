"""Scenario 6: SIGKILL at every named commit point. The next start repairs itself, without a person, in one cycle."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from tests.faults import truth
from tests.faults.thorough import THOROUGH

from qbconsole.domain.failpoints import POINTS

if TYPE_CHECKING:
    from tests.faults.world import World

ELSEWHERE = {"migrate.step", "backup.copied"}
"""No sync passes them: migrations and backups have tests of their own."""
MOST = {
    "lease.acquire": 1, "token.received": 1, "token.stored": 1,
    "decide.commit": 1,  # what the rules decide of a deal that was billed
    "claim.commit": 2, "sent": 2, "settle.commit": 2,  # the invoices in one group, then the deals' stamps
    "propose.commit": 4,
    "lease.renew": 2,  # at the beginning and at the end: a sync lasts less than a heartbeat
}  # fmt: skip
"""How often a sync of this small world passes a point, where that is less than five times."""


def passages(point: str) -> set[int]:
    """In a thorough run each passage up to the fifth; else the first, and of what writes the last as well."""
    most = MOST.get(point, 5)
    return set(range(1, most + 1)) if THOROUGH else {1, most} if most == 2 else {1}


CASES = [(point, passage) for point in POINTS if point not in ELSEWHERE for passage in sorted(passages(point))]


@pytest.mark.parametrize(("point", "passage"), CASES, ids=[f"{point}:{passage}" for point, passage in CASES])
def test_a_runner_that_is_killed_at_a_commit_point_is_repaired_by_the_next(
    world: World, point: str, passage: int
) -> None:
    world.control("hubspot/create", kind="companies", properties={"name": "Zephyr Orthodontics"})
    if point.startswith("token."):
        world.expire_token()
    world.approve(4)
    killed = world.run("sync", "--full", failpoint=f"{point}:{passage}")
    assert killed.code == -signal.SIGKILL, f"{point} was not passed {passage} times: {killed.err}"
    assert world.sync().problem is None
    assert [row for row in world.operations() if row["state"] not in ("settled", "cancelled")] == []
    truth.holds(world)
