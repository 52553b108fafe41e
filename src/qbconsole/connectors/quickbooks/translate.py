"""From Intuit's JSON to our records: pure, one function a kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.base import Pulled
from qbconsole.connectors.payload import dump
from qbconsole.connectors.quickbooks import models
from qbconsole.connectors.vendor import UNREADABLE, readable, unreadable
from qbconsole.domain.money import rounded
from qbconsole.domain.records import (
    Address,
    Application,
    Customer,
    CustomField,
    Document,
    DocumentLine,
    Item,
    Ledger,
    Payment,
    Record,
    TaxRate,
    Term,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

TYPES = {
    "Invoice": "invoice",
    "Estimate": "estimate",
    "CreditMemo": "credit_memo",
    "SalesReceipt": "sales_receipt",
    "RefundReceipt": "refund_receipt",
}
"""Intuit's names of the sales forms, and ours."""
KIND_OF_TYPE = {ours: theirs for theirs, ours in TYPES.items()}

STREAM_KINDS: dict[str, tuple[str, ...]] = {
    "terms": ("Term",),
    "tax_rates": ("TaxRate",),
    "items": ("Item",),
    "customers": ("Customer",),
    "documents": tuple(TYPES),
    "payments": ("Payment",),
}
"""Which of Intuit's kinds make up a stream. Ids are unique in each: all transactions share one sequence (8.13)."""

_DELETED = re.compile(r" \(deleted(?:-\d+)?\)(?: \d+)?$")
_VOIDED = re.compile(r"^\s*voided\b[\s:.,;–-]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Home:
    """What the company says about all its records: they name their currency only where there are several."""

    currency: str = "USD"


def pulled(kind: str, row: dict[str, Any], home: Home) -> Pulled:
    """One row of Intuit's as a stream yields it: a record, a tombstone, or a problem with the payload kept."""
    stream, translate = _TRANSLATORS[kind]
    id_ = str(row.get("Id", ""))
    if row.get("status") == "Deleted":
        return Pulled(stream, id_, dump(row))
    try:
        return Pulled(stream, id_, dump(row), translate(kind, row, home))
    except UNREADABLE as error:
        return Pulled(stream, id_, dump(row), problem=unreadable(f"QuickBooks {kind} {id_}", error))


def read_document(kind: str, row: dict[str, Any], home: Home) -> Document:
    """A sales form that we cannot go on without.

    Raises:
        NeedsPerson: a field that we use could not be read.
    """
    return readable(f"QuickBooks {kind} {row.get('Id')}", lambda: document(kind, row, home))


def read_customer(row: dict[str, Any], home: Home) -> Customer:
    """A customer that we cannot go on without.

    Raises:
        NeedsPerson: a field that we use could not be read.
    """
    return readable(f"QuickBooks customer {row.get('Id')}", lambda: customer("Customer", row, home))


def ledger(realm_id: str, company: dict[str, Any], preferences: dict[str, Any]) -> Ledger:
    """The company's settings from CompanyInfo and Preferences."""
    info = models.CompanyInfoModel.model_validate(company)
    prefs = models.PreferencesModel.model_validate(preferences)
    accounting = prefs.AccountingInfoPrefs
    return Ledger(
        id=realm_id,
        company_name=info.CompanyName,
        country=info.Country,
        currency=prefs.CurrencyPrefs.HomeCurrency.value or "USD",
        closed_through=accounting.BookCloseDate,
        automated_tax=prefs.TaxPrefs.PartnerTaxEnabled,
        uses_tax=prefs.TaxPrefs.UsingSalesTax,
        custom_numbers=prefs.SalesFormsPrefs.CustomTxnNumbers,
        multicurrency=prefs.CurrencyPrefs.MultiCurrencyEnabled,
        classes=accounting.ClassTrackingPerTxn,
        default_term_id=prefs.SalesFormsPrefs.DefaultTerms.value,
        time_zone=info.DefaultTimeZone,
        class_per_line=accounting.ClassTrackingPerTxnLine,
        locations=accounting.TrackDepartments,
        estimates=prefs.SalesFormsPrefs.AllowEstimates,
        discounts=prefs.SalesFormsPrefs.AllowDiscount,
        discount_account_id=prefs.SalesFormsPrefs.DefaultDiscountAccount,
        auto_apply_credits=prefs.SalesFormsPrefs.AutoApplyCredit,
    )


def custom_fields(preferences: dict[str, Any]) -> tuple[CustomField, ...]:
    """The classic custom fields of sales forms: up to three texts, each with a switch and a name (8.7)."""
    groups = (preferences.get("SalesFormsPrefs") or {}).get("CustomField") or []
    entries = [entry for group in groups for entry in group.get("CustomField") or ()]
    switches = {str(entry.get("Name", "")): entry for entry in entries}
    found = []
    for id_ in ("1", "2", "3"):
        name = str((switches.get(f"SalesFormsPrefs.SalesCustomName{id_}") or {}).get("StringValue", ""))
        on = (switches.get(f"SalesFormsPrefs.UseSalesCustom{id_}") or {}).get("BooleanValue") is True
        if name:
            found.append(CustomField(id_, name, active=on))
    return tuple(found)


def document(kind: str, row: dict[str, Any], home: Home) -> Document:
    """A sales form. What an estimate or receipt has open is nothing; a credit's balance is what is unused of it."""
    model = models.DocumentModel.model_validate(row)
    currency = model.CurrencyRef.value or home.currency
    lines = tuple(_lines(model.Line, currency))
    credit = model.Balance if model.RemainingCredit is None else model.RemainingCredit
    open_amounts = {"Invoice": model.Balance, "CreditMemo": credit}
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
        due_on=model.DueDate,
        emailed=model.EmailStatus == "EmailSent" or bool(model.DeliveryInfo.DeliveryTime),
        voided=_voided(model.TotalAmt, (line.Amount for line in model.Line), model.PrivateNote)
        or (kind == "Estimate" and model.TxnStatus == "Rejected"),
        private_note=model.PrivateNote,
        lines=lines,
        links=_links(model),
        tax_percent=_tax_percent(model.TxnTaxDetail),
        created_at=model.MetaData.CreateTime,
        revision=model.SyncToken,
    )


def original_note(note: str) -> str:
    """A private note as it was before a void put its word in front (quickbooks.md 9)."""
    return _VOIDED.sub("", note)


def payment(_kind: str, row: dict[str, Any], home: Home) -> Payment:
    """Money received; each line names what it was applied to (8.10)."""
    model = models.PaymentModel.model_validate(row)
    currency = model.CurrencyRef.value or home.currency
    return Payment(
        id=model.Id,
        customer_id=model.CustomerRef.value,
        paid_on=model.TxnDate,
        currency=currency,
        total=rounded(model.TotalAmt, currency),
        unapplied=rounded(model.UnappliedAmt, currency),
        applications=tuple(
            Application(_word(link.TxnType), link.TxnId, rounded(line.Amount, currency))
            for line in model.Line
            for link in line.LinkedTxn[:1]
        ),
        voided=_voided(model.TotalAmt, (line.Amount for line in model.Line), model.PrivateNote),
        deposited=any(link.TxnType == "Deposit" for link in model.LinkedTxn),
        revision=model.SyncToken,
    )


def customer(_kind: str, row: dict[str, Any], home: Home) -> Customer:
    """A customer or job; an inactive one's name without the suffix that QuickBooks gives it (trap 13)."""
    model = models.CustomerModel.model_validate(row)
    currency = model.CurrencyRef.value or home.currency
    return Customer(
        id=model.Id,
        name=_clean(model.DisplayName, active=model.Active),
        company_name=_clean(model.CompanyName, active=model.Active),
        parent_id=model.ParentRef.value,
        email=model.PrimaryEmailAddr.Address,
        phone=model.PrimaryPhone.FreeFormNumber or model.Mobile.FreeFormNumber,
        address=_address(model.BillAddr),
        ship_address=_address(model.ShipAddr),
        currency=currency,
        active=model.Active,
        taxable=model.Taxable,
        term_id=model.SalesTermRef.value,
        balance=rounded(model.Balance, currency),
        notes=model.Notes,
        revision=model.SyncToken,
    )


def item(_kind: str, row: dict[str, Any], _home: Home) -> Item:
    """A product or service; its full name where it lies in a category."""
    model = models.ItemModel.model_validate(row)
    return Item(
        id=model.Id,
        name=_clean(model.FullyQualifiedName or model.Name, active=model.Active),
        type=model.Type,
        sku=model.Sku,
        active=model.Active,
        taxable=model.Taxable,
        unit_price=model.UnitPrice,
    )


def term(_kind: str, row: dict[str, Any], _home: Home) -> Term:
    """A payment term; date-driven ones have no number of days."""
    model = models.TermModel.model_validate(row)
    days = (model.DueDays or 0) if model.Type == "STANDARD" else None
    return Term(id=model.Id, name=_clean(model.Name, active=model.Active), due_days=days, active=model.Active)


def tax_rate(_kind: str, row: dict[str, Any], _home: Home) -> TaxRate:
    """A tax rate in percent."""
    model = models.TaxRateModel.model_validate(row)
    return TaxRate(id=model.Id, name=model.Name, percent=model.RateValue, active=model.Active)


_TRANSLATORS: dict[str, tuple[str, Callable[[str, dict[str, Any], Home], Record]]] = {
    "Term": ("terms", term),
    "TaxRate": ("tax_rates", tax_rate),
    "Item": ("items", item),
    "Customer": ("customers", customer),
    "Payment": ("payments", payment),
    **dict.fromkeys(TYPES, ("documents", document)),
}


def _lines(lines: Iterable[models.LineModel], currency: str) -> Iterator[DocumentLine]:
    """The lines that make up the sum: bundles opened, a discount negative, the subtotal left out."""
    for line in lines:
        amount = rounded(line.Amount, currency)
        if line.DetailType == "SubTotalLineDetail":
            continue
        if line.DetailType == "GroupLineDetail":
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


def _voided(total: Decimal, amounts: Iterable[Decimal], note: str) -> bool:
    """Voided: no amount left and the word in the note; a zero invoice without it is none (quickbooks.md 10)."""
    return total == 0 and not any(amounts) and _VOIDED.match(note) is not None


def _links(model: models.DocumentModel) -> tuple[tuple[str, str], ...]:
    of_lines = (link for line in model.Line for link in line.LinkedTxn)
    return tuple(dict.fromkeys((_word(link.TxnType), link.TxnId) for link in (*model.LinkedTxn, *of_lines)))


def _word(transaction_type: str) -> str:
    """Intuit's `CreditMemo` as our `credit_memo`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", transaction_type).lower()


def _tax_percent(detail: models.TaxDetail) -> Decimal | None:
    """The rates together, where they are percentages of one amount; None where no tax was set."""
    shares = [line.TaxLineDetail for line in detail.TaxLine]
    if not shares or not all(share.PercentBased for share in shares):
        return None
    if len({share.NetAmountTaxable for share in shares}) > 1:
        return None
    return sum((share.TaxPercent for share in shares), Decimal(0))


def _clean(name: str, *, active: bool) -> str:
    return name if active else _DELETED.sub("", name)


def _address(addr: models.Addr) -> Address:
    lines = (addr.Line1, addr.Line2, addr.Line3, addr.Line4, addr.Line5)
    return Address(
        street=", ".join(line.strip() for line in lines if line.strip()),
        city=addr.City,
        state=addr.CountrySubDivisionCode,
        postcode=addr.PostalCode,
        country=addr.Country,
    )
