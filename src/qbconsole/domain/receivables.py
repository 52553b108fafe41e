"""What customers owe, worked out from documents, payments and bookings: pure, and apart from the balances that
accounting keeps itself, so that each proves the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from qbconsole.domain.money import ZERO, rounded
from qbconsole.domain.records import Account, Customer, Deposit, Document, JournalEntry, Payment, Posting

RECEIVABLE = "Accounts Receivable"
"""Accounting's own word for the type of account that customers' debts lie on."""
_OWED = {"invoice", "check", "expense"}
_CREDITED = {"credit_memo", "deposit", "credit_card_credit"}


@dataclass(frozen=True, slots=True)
class Books:
    """What the derivation is made from."""

    documents: Iterable[Document] = ()
    payments: Iterable[Payment] = ()
    journal_entries: Iterable[JournalEntry] = ()
    deposits: Iterable[Deposit] = ()
    accounts: Iterable[Account] = ()
    currency: str = "USD"


@dataclass(slots=True)
class Owed:
    """What one customer owes in one currency; the same in home currency, and of how many open items it is made."""

    amount: Decimal = ZERO
    home: Decimal = ZERO
    items: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A customer of whom we and accounting say different things. `source` is balance (the customer's own) or report."""

    customer_id: str
    name: str
    currency: str
    ours: Decimal
    theirs: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class _Item:
    customer_id: str
    currency: str
    open: Decimal
    rate: Decimal | None


@dataclass(slots=True)
class _Applied:
    """What payments took of each transaction, with the customer who paid; consumed as it is matched."""

    shares: dict[tuple[str, str], list[tuple[str, Decimal]]] = field(default_factory=lambda: defaultdict(list))

    def of(self, type_: str, id_: str) -> Decimal:
        """The sum that was applied to a transaction."""
        return sum((amount for _, amount in self.shares[type_, id_]), ZERO)

    def left(self, type_: str, id_: str, owed: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """What is left of a booking for each customer: their own payments first, then whatever others paid of it."""
        left = dict(owed)
        shares = sorted(self.shares[type_, id_], key=lambda share: share[0] not in left)
        for payer, amount in shares:
            rest = amount
            for customer in sorted(left, key=lambda one: one != payer):
                taken = min(rest, abs(left[customer]))
                left[customer] -= taken if left[customer] > 0 else -taken
                rest -= taken
        return left


def receivables(books: Books) -> dict[tuple[str, str], Owed]:
    """What is owed by (customer id, currency): open invoices and bookings, less credits and unapplied payments."""
    owed: dict[tuple[str, str], Owed] = defaultdict(Owed)
    for item in _items(books):
        if item.open:
            sum_ = owed[item.customer_id, item.currency]
            sum_.amount += item.open
            sum_.home += rounded(item.open * (item.rate or 1), books.currency)
            sum_.items += 1
    return dict(owed)


def differences(
    owed: Mapping[tuple[str, str], Owed], customers: Iterable[Customer], report: Mapping[str, Decimal] | None, home: str
) -> list[Difference]:
    """Where our figures are not the customers' balances, or not the report's.

    A report in home currency values each item by its own rate: of other currencies each may be a cent off.

    Args:
        owed: ours.
        customers: theirs, with the balance of each.
        report: theirs in home currency by customer; None if it could not be had.
        home: the home currency.
    """
    known = {one.id: one for one in customers}
    found = [
        Difference(one.id, one.name, one.currency, ours, one.balance, "balance")
        for one in known.values()
        if (ours := owed.get((one.id, one.currency), Owed()).amount) != one.balance
    ]
    if report is None:
        return found
    ours_at_home: dict[str, Decimal] = defaultdict(lambda: ZERO)
    slack: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for (customer, currency), one in owed.items():
        ours_at_home[customer] += one.home
        slack[customer] += Decimal("0.01") * one.items if currency != home else ZERO
    for id_ in sorted({*ours_at_home, *report}):
        ours, theirs = ours_at_home[id_], report.get(id_, ZERO)
        if abs(ours - theirs) > slack[id_]:
            name = known[id_].name if id_ in known else ""
            found.append(Difference(id_, name, home, ours, theirs, "report"))
    return found


def _items(books: Books) -> Iterator[_Item]:
    payments = [payment for payment in books.payments if not payment.voided]
    receivable = {account.id for account in books.accounts if account.type == RECEIVABLE}
    applied = _Applied()
    for payment in payments:
        for one in payment.applications:
            applied.shares[one.type, one.id].append((payment.customer_id, one.amount))
    booked = [
        ("journal_entry", entry, _of_customers(entry.postings, receivable)) for entry in books.journal_entries
    ] + [("deposit", deposit, _of_customers(deposit.postings, receivable)) for deposit in books.deposits]
    for document in books.documents:
        if document.type == "invoice" and not document.voided:
            rest = document.total - document.deposit - applied.of("invoice", document.id)
            yield _Item(document.customer_id, document.currency, rest, document.exchange_rate)
        elif document.type == "credit_memo" and not document.voided:
            rest = applied.of("credit_memo", document.id) - document.total
            yield _Item(document.customer_id, document.currency, rest, document.exchange_rate)
    for type_, entry, owed in booked:
        for customer, rest in applied.left(type_, entry.id, owed).items():
            yield _Item(customer, entry.currency, rest, entry.exchange_rate)
    credits_ = {(type_, entry.id) for type_, entry, owed in booked if sum(owed.values(), ZERO) < 0}
    for payment in payments:
        yield _Item(payment.customer_id, payment.currency, -_unapplied(payment, credits_), payment.exchange_rate)


def _of_customers(postings: Iterable[Posting], receivable: set[str]) -> dict[str, Decimal]:
    """What postings to receivables put on each customer."""
    owed: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for posting in postings:
        if posting.account_id in receivable and posting.customer_id:
            owed[posting.customer_id] += posting.amount
    return dict(owed)


def _unapplied(payment: Payment, credits_: set[tuple[str, str]]) -> Decimal:
    """What is left of a payment: its total and the credits that it uses, less what they pay.

    A link to something of which we cannot say whether it is owed or credited leaves accounting's own figure.
    """
    left = payment.total
    for one in payment.applications:
        if one.type in _CREDITED or (one.type, one.id) in credits_:
            left += one.amount
        elif one.type in _OWED or one.type == "journal_entry":
            left -= one.amount
        else:
            return payment.unapplied
    return left
