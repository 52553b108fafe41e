"""Payments and deposits (quickbooks.md 8.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.connectors.quickbooks.models.transactions import DepositModel, PaymentModel
from qbconsole.connectors.quickbooks.translate.shared import links, voided, word
from qbconsole.domain.money import rounded
from qbconsole.domain.records import Application, Deposit, Payment, Posting

if TYPE_CHECKING:
    from qbconsole.connectors.quickbooks.translate.shared import Home


def payment(_kind: str, row: dict[str, Any], home: Home) -> Payment:
    """Money received; each line names what it was applied to (8.10)."""
    model = PaymentModel.model_validate(row)
    currency = home.of(model.CurrencyRef)
    return Payment(
        id=model.Id,
        customer_id=model.CustomerRef.value,
        paid_on=model.TxnDate,
        currency=currency,
        total=rounded(model.TotalAmt, currency),
        unapplied=rounded(model.UnappliedAmt, currency),
        applications=tuple(
            Application(word(link.TxnType), link.TxnId, rounded(line.Amount, currency))
            for line in model.Line
            for link in line.LinkedTxn[:1]
        ),
        voided=voided(model.TotalAmt, (line.Amount for line in model.Line), model.PrivateNote),
        deposited=any(link.TxnType == "Deposit" for link in model.LinkedTxn),
        method_id=model.PaymentMethodRef.value,
        reference=model.PaymentRefNum,
        exchange_rate=home.rate(model.ExchangeRate, currency),
        revision=model.SyncToken,
    )


def deposit(_kind: str, row: dict[str, Any], home: Home) -> Deposit:
    """Money brought to the bank: payments, and what was booked there directly, which is a credit to its account."""
    model = DepositModel.model_validate(row)
    currency = home.of(model.CurrencyRef)
    return Deposit(
        id=model.Id,
        posted_on=model.TxnDate,
        currency=currency,
        total=rounded(model.TotalAmt, currency),
        account_id=model.DepositToAccountRef.value,
        links=links(link for line in model.Line for link in line.LinkedTxn),
        postings=tuple(
            Posting(detail.AccountRef.value, -rounded(line.Amount, currency), detail.Entity.value, line.Description)
            for line in model.Line
            if (detail := line.DepositLineDetail) and not line.LinkedTxn
        ),
        exchange_rate=home.rate(model.ExchangeRate, currency),
        revision=model.SyncToken,
    )
