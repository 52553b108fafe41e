"""What accountants and workers note: journal entries and time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.connectors.quickbooks.models.transactions import JournalModel, TimeModel
from qbconsole.domain.money import rounded
from qbconsole.domain.records import JournalEntry, Posting, TimeEntry

if TYPE_CHECKING:
    from qbconsole.connectors.quickbooks.translate.shared import Home


def journal_entry(_kind: str, row: dict[str, Any], home: Home) -> JournalEntry:
    """Postings to accounts; only what names a customer is kept with that name."""
    model = JournalModel.model_validate(row)
    currency = home.of(model.CurrencyRef)
    return JournalEntry(
        id=model.Id,
        posted_on=model.TxnDate,
        currency=currency,
        number=model.DocNumber,
        private_note=model.PrivateNote,
        postings=tuple(
            Posting(
                account_id=detail.AccountRef.value,
                amount=rounded(line.Amount if detail.PostingType == "Debit" else -line.Amount, currency),
                customer_id=detail.Entity.EntityRef.value if detail.Entity.Type in {"", "Customer"} else "",
                description=line.Description,
            )
            for line in model.Line
            if (detail := line.JournalEntryLineDetail)
        ),
        exchange_rate=home.rate(model.ExchangeRate, currency),
        revision=model.SyncToken,
    )


def time_entry(_kind: str, row: dict[str, Any], _home: Home) -> TimeEntry:
    """Work that was noted; the time between a start and an end where no hours are given, breaks taken off."""
    model = TimeModel.model_validate(row)
    minutes = int(model.Hours * 60 + model.Minutes)
    if not minutes and model.StartTime and model.EndTime:
        rest = int(model.BreakHours * 60 + model.BreakMinutes)
        minutes = int((model.EndTime - model.StartTime).total_seconds()) // 60 - rest
    return TimeEntry(
        id=model.Id,
        customer_id=model.CustomerRef.value,
        item_id=model.ItemRef.value,
        worked_on=model.TxnDate,
        minutes=minutes,
        hourly_rate=model.HourlyRate,
        billable=model.BillableStatus in {"Billable", "HasBeenBilled"},
        billed=model.BillableStatus == "HasBeenBilled",
        description=model.Description,
        revision=model.SyncToken,
    )
