"""The sales forms, and the templates that make them (quickbooks.md 8.4, 8.5, 8.9, 8.11)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.quickbooks.models.transactions import DocumentModel, TemplateModel
from qbconsole.connectors.quickbooks.translate.shared import links, voided, word
from qbconsole.domain.money import rounded
from qbconsole.domain.records import Document, DocumentLine, RecurringDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qbconsole.connectors.quickbooks.models.transactions import LineModel, TaxDetail
    from qbconsole.connectors.quickbooks.translate.shared import Home

TYPES = {
    "Invoice": "invoice",
    "Estimate": "estimate",
    "CreditMemo": "credit_memo",
    "SalesReceipt": "sales_receipt",
    "RefundReceipt": "refund_receipt",
}
"""Intuit's names of the sales forms, and ours."""
KIND_OF_TYPE = {ours: theirs for theirs, ours in TYPES.items()}


def document(kind: str, row: dict[str, Any], home: Home) -> Document:
    """A sales form. What an estimate or receipt has open is nothing; a credit's balance is what is unused of it."""
    model = DocumentModel.model_validate(row)
    currency = home.of(model.CurrencyRef)
    credit = model.Balance if model.RemainingCredit is None else model.RemainingCredit
    open_amounts = {"Invoice": model.Balance, "CreditMemo": credit}
    of_lines = (link for line in model.Line for link in line.LinkedTxn)
    return Document(
        id=model.Id,
        type=TYPES[kind],
        number=model.DocNumber,
        customer_id=model.CustomerRef.value,
        posted_on=model.TxnDate,
        currency=currency,
        total=rounded(model.TotalAmt, currency),
        tax=rounded(model.TxnTaxDetail.TotalTax, currency),
        balance=rounded(open_amounts.get(kind, Decimal(0)), currency),
        deposit=rounded(model.Deposit, currency),
        due_on=model.DueDate,
        emailed=model.EmailStatus == "EmailSent" or bool(model.DeliveryInfo.DeliveryTime),
        voided=voided(model.TotalAmt, (line.Amount for line in model.Line), model.PrivateNote)
        or (kind == "Estimate" and model.TxnStatus == "Rejected"),
        private_note=model.PrivateNote,
        lines=tuple(_lines(model.Line, currency)),
        links=links((*model.LinkedTxn, *of_lines)),
        tax_percent=_tax_percent(model.TxnTaxDetail),
        status=word(model.TxnStatus) if kind == "Estimate" else "",
        email=model.BillEmail.Address,
        term_id=model.SalesTermRef.value,
        class_id=model.ClassRef.value,
        location_id=model.DepartmentRef.value,
        tax_code_id=model.TxnTaxDetail.TxnTaxCodeRef.value,
        custom_fields=tuple((field.DefinitionId, field.value) for field in model.CustomField if field.value),
        exchange_rate=home.rate(model.ExchangeRate, currency),
        created_at=model.MetaData.CreateTime,
        revision=model.SyncToken,
    )


def template(kind: str, row: dict[str, Any], home: Home) -> RecurringDocument:
    """A template from which QuickBooks itself makes documents."""
    model = TemplateModel.model_validate(row)
    currency = home.of(model.CurrencyRef)
    info = model.RecurringInfo
    return RecurringDocument(
        id=model.Id,
        name=info.Name,
        type=TYPES[kind],
        customer_id=model.CustomerRef.value,
        currency=currency,
        total=rounded(model.TotalAmt, currency),
        active=info.Active,
        automatic=info.RecurType.lower().startswith("automat"),
        every=info.ScheduleInfo.IntervalType,
        next_on=info.ScheduleInfo.NextDate,
        lines=tuple(_lines(model.Line, currency)),
        revision=model.SyncToken,
    )


def _lines(lines: Iterable[LineModel], currency: str) -> Iterator[DocumentLine]:
    """The lines that make up the sum: bundles opened, a discount negative, the subtotal left out."""
    for line in lines:
        amount = rounded(line.Amount, currency)
        if line.DetailType == "SubTotalLineDetail":
            continue
        if line.GroupLineDetail is not None:
            yield from _lines(line.GroupLineDetail.Line, currency)
        elif line.DetailType == "DiscountLineDetail":
            yield DocumentLine("", line.Description or "Discount", None, None, -amount)
        else:
            detail = line.SalesItemLineDetail
            yield DocumentLine(
                item_id=detail.ItemRef.value,
                description=line.Description,
                quantity=detail.Qty,
                unit_price=detail.UnitPrice,
                amount=amount,
                taxable=detail.TaxCodeRef.value not in {"", "NON"},
                class_id=detail.ClassRef.value,
            )


def _tax_percent(detail: TaxDetail) -> Decimal | None:
    """The rates together, where they are percentages of one amount; None where no tax was set."""
    shares = [line.TaxLineDetail for line in detail.TaxLine]
    if not shares or not all(share.PercentBased for share in shares):
        return None
    if len({share.NetAmountTaxable for share in shares}) > 1:
        return None
    return sum((share.TaxPercent for share in shares), Decimal(0))
