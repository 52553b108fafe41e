"""What QuickBooks tells nobody is found all the same: by watching payments, asking by time, and the nightly proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.faults.conftest import Person
from tests.faults.test_quickbooks_pull import truth

from qbconsole.connectors.quickbooks import changes
from qbconsole.domain.records import Customer
from qbconsole.pull.proof import compare_ids
from qbconsole.store import mirror
from qbconsole.store.watching import LOOK_EVERY

if TYPE_CHECKING:
    from tests.faults.conftest import Mirrored, Served

    from qbconsole.connectors.quickbooks import QuickBooks


@pytest.fixture
def person(served: Served) -> Person:
    served.faults("")
    return Person(served)


async def agrees(mirrored: Mirrored, connector: QuickBooks) -> bool:
    """Whether each payload is as QuickBooks has it."""
    return mirrored.payloads() == await truth(connector)


async def test_customers_that_were_merged_without_a_word_are_found_by_the_proof(
    served: Served, mirrored: Mirrored, person: Person
) -> None:
    served.control("switches", merged_customer="silent")
    async with served.quickbooks() as quickbooks:
        loser, winner = (person.post("Customer", {"DisplayName": f"Twin {next(served.names)}"})["Id"] for _ in range(2))
        await mirrored.cycle(quickbooks)
        served.control("quickbooks/merge", loser=loser, winner=winner)
        await mirrored.cycle(quickbooks)
        assert not await agrees(mirrored, quickbooks)
        compared = await compare_ids(mirrored.store, quickbooks, quickbooks.streams, run_id=1, proof=True)
        assert compared.healed == {"quickbooks.customers": [loser]}
        assert await agrees(mirrored, quickbooks)
        with mirrored.store.reading() as connection:
            assert mirror.get(connection, Customer, loser) is None
            assert mirror.get(connection, Customer, loser, gone=True) is not None


async def test_a_payment_that_is_swept_into_a_deposit_and_out_of_it_again(
    served: Served, mirrored: Mirrored, person: Person
) -> None:
    async with served.quickbooks() as quickbooks:
        payer = person.post("Customer", {"DisplayName": f"Payer {next(served.names)}"})["Id"]
        payment, other = (
            person.post("Payment", {"CustomerRef": {"value": payer}, "TotalAmt": 10})["Id"] for _ in range(2)
        )
        await mirrored.cycle(quickbooks)
        deposit = served.control("quickbooks/sweep", payments=[payment, other])["done"]
        for _ in range(2):
            await mirrored.cycle(quickbooks)
        assert await agrees(mirrored, quickbooks)
        served.control("quickbooks/unsweep", deposit=deposit["Id"], payment=payment)
        await mirrored.cycle(quickbooks)
        await mirrored.cycle(quickbooks, ahead=LOOK_EVERY)
        assert await agrees(mirrored, quickbooks)


async def test_more_changes_than_are_told_are_asked_for_by_time_and_deletions_by_id(
    served: Served, mirrored: Mirrored, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "CAP", 3)  # every kind of which more rows changed than that counts as cut
    async with served.quickbooks() as quickbooks:
        await mirrored.cycle(quickbooks)
        for _ in range(3):
            person.work()
        assert await mirrored.cycle(quickbooks)
        assert await mirrored.cycle(quickbooks)
        assert await agrees(mirrored, quickbooks)
