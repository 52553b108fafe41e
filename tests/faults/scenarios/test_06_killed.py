"""Scenario 6: SIGKILL at every named commit point. The next start repairs itself, without a person, in one cycle."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from tests.faults import truth

from qbconsole.domain.failpoints import POINTS

if TYPE_CHECKING:
    from tests.faults.world import World

ELSEWHERE = {"migrate.step", "backup.copied"}
"""No sync passes them: migrations and backups have tests of their own."""
ONCE = {"lease.acquire", "token.received", "token.stored"}
"""A sync passes them once, at its beginning."""
PASSAGES = range(1, 6) if os.environ.get("QBCONSOLE_FAULTS") == "all" else (1, 3)
FEW = {
    "lease.renew": 2,  # at the beginning and at the end: it lasts less than a heartbeat
    "claim.commit": 2,  # the invoices in one group, then the deals' stamps
    "sent": 3,
    "settle.commit": 3,
    "cursor.commit": 2,
}
"""How often at most a sync of this small world passes a point."""
CASES = [
    (point, passage)
    for point in POINTS
    for passage in PASSAGES
    if point not in ELSEWHERE and passage <= (1 if point in ONCE else FEW.get(point, 5))
]


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
