"""What customers owe follows from the records alone, and agrees with balances to the cent or says where not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import customer, document, payment

from qbconsole.domain.receivables import Books, Difference, Owed, differences, receivables
from qbconsole.domain.records import Account, Application, Deposit, JournalEntry, Payment, Posting

D = Decimal
RECEIVABLES = Account("84", "Accounts Receivable (A/R)", "Accounts Receivable")
BANK = Account("35", "Checking", "Bank")
INVOICE = document("900", total=D("100.00"))
CREDIT = document("901", type="credit_memo", total=D("30.00"))
DAY = date(2026, 11, 10)


def entry(*postings: tuple[str, str, str], id: str = "500", **more: Any) -> JournalEntry:  # noqa: A002
    """A journal entry of (account, amount, customer)."""
    return JournalEntry(id, DAY, more.pop("currency", "USD"), postings=tuple(
        Posting(account, D(amount), who) for account, amount, who in postings
    ), **more)  # fmt: skip


def paid(*applications: tuple[str, str, str], total: str, id: str = "700", who: str = "60", **more: Any) -> Payment:  # noqa: A002
    """A payment of (type, id, amount)."""
    applied = tuple(Application(type_, of, D(amount)) for type_, of, amount in applications)
    return payment(id, amount=total, customer_id=who, applications=applied, **more)


CASES: dict[str, tuple[Books, dict[tuple[str, str], str]]] = {
    "an open invoice": (Books([INVOICE]), {("60", "USD"): "100.00"}),
    "a deposit on the invoice was never owed": (
        Books([document("900", total=D("100.00"), deposit=D("40.00"))]), {("60", "USD"): "60.00"},
    ),
    "a part paid": (Books([INVOICE], [paid(("invoice", "900", "25.00"), total="25.00")]), {("60", "USD"): "75.00"}),
    "all paid": (Books([INVOICE], [paid(("invoice", "900", "100.00"), total="100.00")]), {}),
    "an overpayment": (
        Books([INVOICE], [paid(("invoice", "900", "100.00"), total="130.00")]), {("60", "USD"): "-30.00"},
    ),
    "a credit unapplied": (Books([INVOICE, CREDIT]), {("60", "USD"): "70.00"}),
    "a credit applied by a payment of nothing": (
        Books([INVOICE, CREDIT], [paid(("invoice", "900", "30.00"), ("credit_memo", "901", "30.00"), total="0.00")]),
        {("60", "USD"): "70.00"},
    ),
    "money and a credit together": (
        Books([INVOICE, CREDIT], [paid(("invoice", "900", "100.00"), ("credit_memo", "901", "30.00"), total="70.00")]),
        {},
    ),
    "voided ones owe nothing": (
        Books(
            [document("900", total=D("0.00"), voided=True)],
            [paid(total="0.00", voided=True)],
        ),
        {},
    ),
    "receipts, refunds and estimates owe nothing": (
        Books([document(str(number), type=type_) for number, type_ in
               enumerate(("estimate", "sales_receipt", "refund_receipt"))]),
        {},
    ),
    "a job's invoice paid by its parent": (
        Books([document("900", total=D("100.00"), customer_id="61")],
              [paid(("invoice", "900", "100.00"), total="100.00")]),
        {},
    ),
    "an opening balance by a journal entry": (
        Books(journal_entries=[entry(("84", "80.00", "60"), ("34", "-80.00", ""))], accounts=[RECEIVABLES, BANK]),
        {("60", "USD"): "80.00"},
    ),
    "a journal entry that was paid": (
        Books(payments=[paid(("journal_entry", "500", "80.00"), total="80.00")],
              journal_entries=[entry(("84", "80.00", "60"), ("34", "-80.00", ""))], accounts=[RECEIVABLES]),
        {},
    ),
    "a journal entry that credits, used on an invoice": (
        Books([INVOICE], [paid(("invoice", "900", "40.00"), ("journal_entry", "500", "40.00"), total="0.00")],
              [entry(("84", "-40.00", "60"), ("34", "40.00", ""))], accounts=[RECEIVABLES]),
        {("60", "USD"): "60.00"},
    ),
    "a journal entry from one customer to another": (
        Books(journal_entries=[entry(("84", "-40.00", "60"), ("84", "40.00", "61"))], accounts=[RECEIVABLES]),
        {("60", "USD"): "-40.00", ("61", "USD"): "40.00"},
    ),
    "a booking elsewhere, though it names a customer": (
        Books(journal_entries=[entry(("35", "80.00", "60"), ("34", "-80.00", ""))], accounts=[RECEIVABLES, BANK]), {},
    ),
    "a customer's credit booked in a bank deposit, used": (
        Books([INVOICE], [paid(("invoice", "900", "100.00"), ("deposit", "121", "100.00"), total="0.00")],
              deposits=[Deposit("121", DAY, "USD", D("125.00"), postings=(Posting("84", D("-125.00"), "60"),))],
              accounts=[RECEIVABLES]),
        {("60", "USD"): "-25.00"},
    ),
    "a refund of an overpayment by check": (
        Books(payments=[paid(("check", "77", "30.00"), total="30.00")]), {},
    ),
    "what we cannot tell leaves accounting's own figure": (
        Books(payments=[paid(("something_new", "77", "30.00"), total="50.00", unapplied=D("20.00"))]),
        {("60", "USD"): "-20.00"},
    ),
    "two currencies are never added": (
        Books([INVOICE, document("902", total=D("50.00"), currency="EUR", customer_id="62")]),
        {("60", "USD"): "100.00", ("62", "EUR"): "50.00"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("books", "owed"), CASES.values(), ids=CASES)
def test_what_is_owed(books: Books, owed: dict[tuple[str, str], str]) -> None:
    assert {key: one.amount for key, one in receivables(books).items() if one.amount} == {
        key: D(amount) for key, amount in owed.items()
    }


def test_an_item_in_another_currency_has_its_own_rate() -> None:
    euros = [
        document("1", total=D("10.00"), currency="EUR", exchange_rate=D("1.1111")),
        document("2", total=D("10.00"), currency="EUR", exchange_rate=D("1.2222")),
    ]
    assert receivables(Books(euros)) == {("60", "EUR"): Owed(D("20.00"), D("23.33"), 2)}


@pytest.mark.parametrize(
    ("owed", "balance", "report", "wanted"),
    [
        ({("60", "USD"): Owed(D(10), D(10), 1)}, "10.00", {"60": D(10)}, []),
        ({("60", "USD"): Owed(D(10), D(10), 1)}, "10.00", None, []),
        ({}, "0.00", {}, []),
        ({("60", "USD"): Owed(D(10), D(10), 1)}, "10.01", {"60": D(10)}, ["balance"]),
        ({("60", "USD"): Owed(D(10), D(10), 1)}, "10.00", {"60": D("9.99")}, ["report"]),
        ({("60", "USD"): Owed(D(10), D(10), 1)}, "10.00", {"60": D(10), "77": D(1)}, ["report"]),
        ({}, "5.00", {"60": D(5)}, ["balance", "report"]),
        ({("77", "USD"): Owed(D(10), D(10), 1)}, "0.00", {}, ["report"]),
    ],
)
def test_every_cent_of_difference_is_said(
    owed: dict[tuple[str, str], Owed], balance: str, report: dict[str, Decimal] | None, wanted: list[str]
) -> None:
    found = differences(owed, [customer(balance=D(balance))], report, "USD")
    assert [one.source for one in found] == wanted


def test_a_report_in_home_currency_may_be_a_cent_off_for_each_foreign_item() -> None:
    owed = {("60", "EUR"): Owed(D("20.00"), D("23.33"), 2)}
    euro = customer(currency="EUR", balance=D("20.00"))
    assert differences(owed, [euro], {"60": D("23.35")}, "USD") == []
    assert differences(owed, [euro], {"60": D("23.36")}, "USD") == [
        Difference("60", euro.name, "USD", D("23.33"), D("23.36"), "report")
    ]


CENTS = st.integers(1, 10**9).map(lambda cents: D(cents).scaleb(-2))


@given(st.lists(st.tuples(CENTS, st.integers(0, 100), st.sampled_from(["60", "61"])), max_size=8), CENTS)
def test_what_is_billed_is_what_is_owed_and_what_was_paid(
    invoices: list[tuple[Decimal, int, str]], spare: Decimal
) -> None:
    """However invoices are paid in parts, what is owed is what was billed less all the money that came in."""
    documents = [document(str(n), total=total, customer_id=who) for n, (total, _, who) in enumerate(invoices)]
    shares = [(total * percent / 100).quantize(D("0.01")) for total, percent, _ in invoices]
    payments = [
        paid(("invoice", str(n), str(share)), total=str(share + spare), id=f"7{n}", who=who)
        for n, (share, (_, _, who)) in enumerate(zip(shares, invoices, strict=True))
    ]
    owed = receivables(Books(documents, payments))
    billed = sum((total for total, _, _ in invoices), D(0))
    assert sum((one.amount for one in owed.values()), D(0)) == billed - sum((one.total for one in payments), D(0))
    for who in ("60", "61"):
        own = sum((one.total for one in documents if one.customer_id == who), D(0))
        came = sum((one.total for one in payments if one.customer_id == who), D(0))
        assert owed.get((who, "USD"), Owed()).amount == own - came
