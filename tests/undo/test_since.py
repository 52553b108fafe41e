"""Something happened between the decision to undo and its delivery: the undo is refused, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.undo.office import ANN, OCTOBER, TODAY, Office

from qbconsole.actions import decide, outbox, queues
from qbconsole.books.settings import change_setting
from qbconsole.domain.records import DocumentLine
from qbconsole.store import facts, journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.actions.decide import Decided
    from qbconsole.actions.views import Row

LABOR = DocumentLine("3", "Labor", None, None, Decimal("6420.00"))


def shown(office: Office) -> Row:
    """The deal's row among the invoices."""
    (row,) = queues.rows(office.book, "invoices", decided=True)
    return row


async def undone(office: Office, monkeypatch: pytest.MonkeyPatch, *, mailed: bool = False) -> tuple[Decided, str]:
    """An invoice that was delivered, and taken back by a void (or, mailed, by a credit memo) that was not sent yet."""
    await office.linked()
    taken = await office.approved(monkeypatch)
    invoice = office.made(taken.decision_id)
    if mailed:
        office.person.mail("Invoice", invoice)
    await office.pull()
    decide.undo(office.book, ANN, taken.decision_id)
    return taken, invoice


SINCE: dict[str, tuple[bool, Callable[[Office, str], object], str]] = {
    "paid before a void": (
        False,
        lambda office, invoice: office.person.pay(invoice),
        "its balance is 0.00, not 6853.95, its payments or credits changed",
    ),
    "partly paid before a void": (
        False,
        lambda office, invoice: office.person.pay(invoice, Decimal(1000)),
        "its balance is 5853.95, not 6853.95",
    ),
    "mailed before a void": (
        False,
        lambda office, invoice: office.person.mail("Invoice", invoice),
        "it has been e-mailed",
    ),
    "closed before a void": (
        False,
        lambda office, _: office.person.close_books(TODAY),
        "closed",
    ),
    "reported before a void": (
        False,
        lambda office, _: change_setting(office.book.folder, "reported_through", TODAY.isoformat()),
        "in a month that ended or was reported meanwhile",
    ),
    "paid before a credit memo": (
        True,
        lambda office, invoice: office.person.pay(invoice),
        "which it takes back, is open with 0.00, not 6853.95 now",
    ),
    "reported before a credit memo": (
        True,
        lambda office, _: change_setting(office.book.folder, "reported_through", TODAY.isoformat()),
        "its credit memo is dated 2026-11-16, which was closed or reported meanwhile",
    ),
}


@pytest.mark.parametrize("case", SINCE)
async def test_it_cancels_the_undo(office: Office, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    mailed, happens, words = SINCE[case]
    taken, invoice = await undone(office, monkeypatch, mailed=mailed)
    happens(office, invoice)
    office.book.reload()
    before = office.person.row("Invoice", invoice)

    await office.deliver()

    assert office.person.row("Invoice", invoice) == before
    assert office.served.company.records("CreditMemo") == []
    assert office.event() == ("billed", "")
    (parked,) = office.operations("parked")
    assert words in parked["problem"]
    row = shown(office)
    assert (row.state, row.verdict) == ("approved", "parked")
    assert row.cause.startswith(f"delivered as {before['DocNumber']}; the undo was refused and it stands: ")
    assert words in row.cause
    with office.book.store.reading() as connection:
        decision = journal.decision(connection, taken.decision_id)
    assert decision is not None
    assert decision["undone_by"] is None


async def test_the_next_undo_is_worked_out_anew_and_supersedes_the_refused_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, invoice = await undone(office, monkeypatch)
    office.person.pay(invoice)
    await office.deliver()
    await office.pull()
    assert decide.undo_words(office.book, taken.decision_id).startswith("credit memo dated today")

    decide.undo(office.book, ANN, taken.decision_id)
    await office.deliver()

    (credit,) = office.served.company.records("CreditMemo")
    assert credit["TotalAmt"] == Decimal("6853.95")
    assert office.event()[0] == "taken_back"
    assert office.operations("parked") == []


async def test_a_credit_memo_is_made_once_however_often_it_was_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, invoice = await undone(office, monkeypatch, mailed=True)
    for amount in (1000, 2000):
        office.person.pay(invoice, Decimal(amount))
        await office.deliver()
        await office.pull()
        decide.undo(office.book, ANN, taken.decision_id)
    await office.deliver()
    assert len(office.served.company.records("CreditMemo")) == 1
    assert (office.event()[0], office.operations("parked")) == ("taken_back", [])


async def test_a_refused_undo_that_is_retried_takes_back_after_all(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, invoice = await undone(office, monkeypatch)
    payment = office.person.pay(invoice)
    await office.deliver()
    token = office.person.row("Payment", payment)["SyncToken"]
    office.person.post("Payment", {"Id": payment, "SyncToken": token}, operation="delete")
    (parked,) = outbox.listed(office.book)

    outbox.retry(office.book, parked.id, ANN)
    await office.deliver()

    assert office.person.row("Invoice", invoice)["TotalAmt"] == 0
    assert office.event()[0] == "taken_back"
    assert decide.undo_words(office.book, taken.decision_id) == "no undo: it was taken back already"


async def test_giving_a_refused_undo_up_leaves_the_invoice_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, invoice = await undone(office, monkeypatch)
    office.person.pay(invoice)
    await office.deliver()
    (parked,) = outbox.listed(office.book)
    outbox.cancel(office.book, parked.id, ANN)
    assert shown(office).cause == f"delivered as {office.person.row('Invoice', invoice)['DocNumber']}"


async def test_a_month_that_ended_before_the_delivery_is_not_rewritten(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, invoice = await undone(office, monkeypatch)
    with office.book.store.writing() as connection:
        facts.keep_remote_offset(connection, datetime(2026, 12, 1, 15, tzinfo=UTC))

    await office.deliver()

    assert office.person.row("Invoice", invoice)["TotalAmt"] == Decimal("6853.95")
    (parked,) = office.operations("parked")
    assert "is dated 2026-11-16, which is in a month that ended" in parked["problem"]
    assert office.event() == ("billed", "")


class TestCredits:
    async def credited(self, office: Office, monkeypatch: pytest.MonkeyPatch, paid: int = 0) -> tuple[str, str]:
        """An invoice of October that was taken back by a credit memo: both ids."""
        await office.linked(OCTOBER)
        taken = await office.approved(monkeypatch)
        invoice = office.made(taken.decision_id)
        if paid:
            office.person.pay(invoice, Decimal(paid))
        await office.pull()
        decide.undo(office.book, ANN, taken.decision_id)
        await office.deliver()
        await office.pull()
        (credit,) = office.served.company.records("CreditMemo")
        return invoice, str(credit["Id"])

    async def test_the_row_says_that_it_is_open_until_a_key_applies_it(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        invoice, credit = await self.credited(office, monkeypatch)
        number = office.person.row("Invoice", invoice)["DocNumber"]
        credit_number = office.person.row("CreditMemo", credit)["DocNumber"]
        assert shown(office).cause == f"taken back, was {number}; credit {credit_number} open"

        taken = office.decide("invoices", "invoices.apply_credit")
        assert taken.words == f"use 6,853.95 of credit memo {credit_number} for invoice {number}"
        assert "is being applied" in queues.why_not(office.book, "invoices.apply_credit", shown(office).id)
        await office.deliver()
        await office.pull()

        assert office.person.row("Invoice", invoice)["Balance"] == 0
        assert office.person.row("CreditMemo", credit)["Balance"] == 0
        (payment,) = office.served.company.records("Payment")
        assert (payment["TotalAmt"], payment["TxnDate"]) == (0, TODAY.isoformat())
        assert shown(office).cause == f"taken back, was {number}"
        assert decide.undo_words(office.book, taken.decision_id) == (
            "no undo: delete the payment of zero in QuickBooks: that frees the credit again"
        )

    async def test_its_use_is_cancelled_before_it_is_sent(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await self.credited(office, monkeypatch)
        office.decide("invoices", "invoices.apply_credit")
        assert decide.undo(office.book, ANN).words.endswith("cancel: not sent yet")
        await office.deliver()
        assert office.served.company.records("Payment") == []
        assert "credit" in shown(office).cause

    async def test_of_a_partly_paid_invoice_what_is_owed_is_used_and_the_rest_stays_with_the_customer(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        invoice, credit = await self.credited(office, monkeypatch, paid=1000)
        office.decide("invoices", "invoices.apply_credit")
        await office.deliver()
        await office.pull()
        assert office.person.row("Invoice", invoice)["Balance"] == 0
        assert office.person.row("CreditMemo", credit)["Balance"] == 1000
        refused = queues.why_not(office.book, "invoices.apply_credit", shown(office).id)
        assert refused.endswith("owes nothing: 1,000.00 stay with the customer, to be used for another or paid back")

    async def test_a_book_that_may_not_says_how_it_is_done_in_quickbooks(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        invoice, credit = await self.credited(office, monkeypatch)
        change_setting(office.book.folder, "accounting.may_apply_credits", False)
        office.book.reload()
        number, memo = (office.person.row(kind, id_)["DocNumber"] for kind, id_ in
                        (("Invoice", invoice), ("CreditMemo", credit)))  # fmt: skip
        assert queues.why_not(office.book, "invoices.apply_credit", shown(office).id).endswith(
            f"in QuickBooks open invoice {number}, Receive payment, tick credit memo {memo}, save"
        )

    async def test_bill_again_bills_anew_and_keeps_the_open_credit_in_sight(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, credit = await self.credited(office, monkeypatch)
        memo = office.person.row("CreditMemo", credit)["DocNumber"]
        office.decide("invoices", "invoices.bill_again")
        row = shown(office)
        assert (row.verdict, row.cause) == ("warning", f"billed again; credit {memo} open")
        await office.approved(monkeypatch)
        assert [one["PrivateNote"] for one in office.served.company.records("Invoice")] == [
            f"Deal {office.ids['deal']} / completion",
            f"Deal {office.ids['deal']} / completion / 2",
        ]
        await office.pull()
        undo = next(one["id"] for one in self._decisions(office) if one["undoes"])
        assert decide.undo_words(office.book, undo) == "no undo: it was billed again since: take that back first"

    def _decisions(self, office: Office) -> list[dict[str, Any]]:
        with office.book.store.reading() as connection:
            return journal.decisions(connection)


async def test_a_discount_is_credited_as_it_was_billed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.person.prefer(AllowDiscount=True)
    await office.linked(OCTOBER)
    await office.pull(full=True)
    off = replace(LABOR, amount=Decimal("-420.00"), item_id="", quantity=None, unit_price=None, description="Discount")
    taken = await office.approved(monkeypatch, lines=(replace(LABOR, amount=Decimal("6840.00")), off))
    await office.pull()
    decide.undo(office.book, ANN, taken.decision_id)
    await office.deliver()
    (credit,) = office.served.company.records("CreditMemo")
    assert credit["TotalAmt"] == office.person.row("Invoice", office.made(taken.decision_id))["TotalAmt"] == 6420
