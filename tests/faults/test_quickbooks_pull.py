"""Whatever the network and QuickBooks do to a pull, the mirror comes to hold each payload that QuickBooks holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.faults.conftest import Person

if TYPE_CHECKING:
    from tests.faults.conftest import Mirrored, Served

    from qbconsole.connectors.quickbooks import QuickBooks

CYCLES = 3
WORKING = "duplicate=1@create_invoice"
"""A fault of writes: it strikes the person's work."""
ALONE = (
    "drop_response=2x", "drop_request=2x", "reset=2x", "delay=2x:0.02", "throttle=2x", "server_error=2x",
    "truncate=2x", "stale_read=1:5@cdc", WORKING, "skew=2x:400", "slow=1x:0.001",
)  # fmt: skip
"""Counts, in force anew in each cycle: what is left to chance may strike nobody."""
TOGETHER = ",".join(
    f"{name}=0.05{seconds}"
    for name, seconds in {
        "drop_response": "", "drop_request": "", "reset": "", "delay": ":0.02", "throttle": "", "server_error": "",
        "truncate": "", "stale_read": ":5", "skew": ":400",
    }.items()
)  # fmt: skip


async def truth(connector: QuickBooks) -> dict[tuple[str, str], str]:
    """What QuickBooks holds, read at one sitting without faults."""
    pages = [page async for page in connector.pull({}, watched={})]
    assert not any(page.problem for page in pages)
    return {(row.kind, row.id): row.payload for page in pages for row in page.records if row.record}


@pytest.mark.parametrize(
    "spec", [*ALONE, TOGETHER], ids=lambda spec: spec.partition("=")[0] if "," not in spec else "all"
)
async def test_the_mirror_converges(served: Served, mirrored: Mirrored, spec: str) -> None:
    person, struck = Person(served), 0
    async with served.quickbooks() as disturbed, served.quickbooks() as clean:
        for _ in range(CYCLES):
            served.faults(spec)
            before = served.hits()
            await mirrored.cycle(disturbed)
            struck += served.hits() - before
            served.faults(WORKING if spec == WORKING else "")
            person.work()
        struck += served.hits() if spec == WORKING else 0
        served.faults("")
        assert struck, "the fault never struck"
        assert await mirrored.cycle(disturbed)
        assert await mirrored.cycle(disturbed)  # a deposit moves no payment's stamps: those are read once it is known
        held, theirs = mirrored.payloads(), await truth(clean)
    assert held.keys() == theirs.keys()
    assert {key: payload for key, payload in held.items() if payload != theirs[key]} == {}
