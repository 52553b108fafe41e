"""A customer that was made and taken back is another one than the customer that is made for the company afterwards."""

from __future__ import annotations

import pytest
from tests.faults.books import Company, Office, connector
from tests.simulator.served import struck_by

from qbconsole.books.book import Book
from qbconsole.domain.operations import CreateCustomer, DeactivateCustomer

MADE = CreateCustomer("Roof", "CRM company 7", "USD")


@pytest.mark.parametrize("lost", ["drop_request", "drop_response"])
async def test_a_lost_customer_is_not_taken_for_the_one_before_it(book: Book, lost: str) -> None:
    with struck_by("") as served:
        company, quickbooks = Company(served), connector(served)
        office = Office(book, quickbooks)
        await office.decide([MADE])
        await office.deliver()
        (first,) = company.rows("Customer")
        await office.decide([DeactivateCustomer(first["Id"])])
        await office.deliver()
        served.faults.configure(f"{lost}=1x@create_customer")
        await office.decide([MADE])
        await office.deliver()
        await quickbooks.close()
        assert office.fates() == {}
        assert [(row["Active"], row.get("Notes", "")) for row in company.rows("Customer")] == [
            (False, ""),
            (True, MADE.notes),
        ]
