"""The other proof: what customers owe as we derive it, against their balances and the remote's own report."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from qbconsole.domain import receivables
from qbconsole.domain.clock import SYSTEM
from qbconsole.domain.errors import Problem, Retriable, SignIn
from qbconsole.domain.money import spoken
from qbconsole.domain.records import Account, Customer, Deposit, Document, JournalEntry, Ledger, Payment
from qbconsole.store import mirror, proofs, runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from sqlalchemy import Connection

    from qbconsole.connectors.base import Accounting
    from qbconsole.domain.clock import Clock
    from qbconsole.domain.receivables import Difference
    from qbconsole.store.engine import Store

AHEAD = timedelta(days=366)
"""A balance counts what is dated ahead, a report only if its own date is as late."""
STEP = "Look at the customer in QuickBooks; if the figure there is right, say `qbconsole sync --full`."


async def find_differences(
    store: Store, connector: Accounting, *, today: date, run_id: int, clock: Clock = SYSTEM
) -> list[Difference]:
    """Where our receivables are not the remote's, customer by customer.

    A report that may not be read (by the user's role, say) is said once in the log; the balances are still compared.

    Raises:
        Retriable: the report cannot be had now.
        SignIn: the credentials were refused.
    """
    report = await _report(store, connector, today + AHEAD, run_id, clock.now())
    with store.reading() as connection:
        books = _books(connection)
        owed = receivables.receivables(books)
        return receivables.differences(owed, mirror.every(connection, Customer), report, books.currency)


def keep_differences(store: Store, found: Sequence[Difference], *, run_id: int, at: datetime) -> None:
    """Keep the result for the doors until a later check, and say in the log which customers are concerned."""
    with store.writing(durable=False) as connection:
        proofs.keep_differences(connection, found, at)
        for one in found:
            theirs = "balance" if one.source == "balance" else "report of receivables"
            ours = f"{spoken(one.ours, one.currency)} {one.currency} by the documents here"
            other = f"{spoken(one.theirs, one.currency)} by QuickBooks' {theirs}"
            words = f"{one.name or 'A customer'} ({one.customer_id}) owes {ours}, {other}."
            subject = f"customers:{one.customer_id}"
            runs.log(connection, run_id, "warning", words, at=at, subject=subject, next_step=STEP)


async def _report(
    store: Store, connector: Accounting, as_of: date, run_id: int, at: datetime
) -> Mapping[str, Decimal] | None:
    try:
        return await connector.receivables(as_of)
    except (SignIn, Retriable):
        raise
    except Problem as refused:
        words = f"The report of receivables cannot be read: {refused.message} The balances are compared without it."
        with store.writing(durable=False) as connection:
            runs.log(connection, run_id, "info", words, at=at, next_step=refused.next_step)
        return None


def _books(connection: Connection) -> receivables.Books:
    ledgers = mirror.every(connection, Ledger)
    return receivables.Books(
        documents=mirror.every(connection, Document),
        payments=mirror.every(connection, Payment),
        journal_entries=mirror.every(connection, JournalEntry),
        deposits=mirror.every(connection, Deposit),
        accounts=mirror.every(connection, Account),
        currency=ledgers[0].currency if ledgers else "USD",
    )
