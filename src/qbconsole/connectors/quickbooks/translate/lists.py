"""The small lists (quickbooks.md 8.3, 8.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.connectors.quickbooks.models import lists as models
from qbconsole.connectors.quickbooks.translate.shared import clean
from qbconsole.domain.records import (
    Account,
    Currency,
    Item,
    Location,
    PaymentMethod,
    TaxCode,
    TaxRate,
    Term,
    TrackingClass,
)

if TYPE_CHECKING:
    from qbconsole.connectors.quickbooks.translate.shared import Home


def item(_kind: str, row: dict[str, Any], _home: Home) -> Item:
    """A product or service; its full name where it lies in a category."""
    model = models.ItemModel.model_validate(row)
    return Item(
        id=model.Id,
        name=_full(model),
        type=model.Type,
        sku=model.Sku,
        active=model.Active,
        taxable=model.Taxable,
        unit_price=model.UnitPrice,
    )


def account(_kind: str, row: dict[str, Any], home: Home) -> Account:
    """An account of the chart; its full name where it lies under another."""
    model = models.AccountModel.model_validate(row)
    return Account(
        id=model.Id,
        name=_full(model),
        type=model.AccountType,
        subtype=model.AccountSubType,
        number=model.AcctNum,
        currency=home.of(model.CurrencyRef),
        active=model.Active,
    )


def term(_kind: str, row: dict[str, Any], _home: Home) -> Term:
    """A payment term; date-driven ones have no number of days."""
    model = models.TermModel.model_validate(row)
    days = (model.DueDays or 0) if model.Type == "STANDARD" else None
    return Term(id=model.Id, name=_full(model), due_days=days, active=model.Active)


def payment_method(_kind: str, row: dict[str, Any], _home: Home) -> PaymentMethod:
    """How customers pay."""
    model = models.PaymentMethodModel.model_validate(row)
    return PaymentMethod(model.Id, _full(model), model.Type == "CREDIT_CARD", model.Active)


def tracking_class(_kind: str, row: dict[str, Any], _home: Home) -> TrackingClass:
    """A class."""
    model = models.NamedModel.model_validate(row)
    return TrackingClass(model.Id, _full(model), model.ParentRef.value, model.Active)


def location(_kind: str, row: dict[str, Any], _home: Home) -> Location:
    """A department, which QuickBooks shows as a location."""
    model = models.NamedModel.model_validate(row)
    return Location(model.Id, _full(model), model.ParentRef.value, model.Active)


def currency(_kind: str, row: dict[str, Any], _home: Home) -> Currency:
    """A currency besides the company's own."""
    model = models.CurrencyModel.model_validate(row)
    return Currency(model.Id, model.Code, model.Name, model.Active)


def tax_rate(_kind: str, row: dict[str, Any], _home: Home) -> TaxRate:
    """A tax rate in percent."""
    model = models.TaxRateModel.model_validate(row)
    return TaxRate(id=model.Id, name=model.Name, percent=model.RateValue, active=model.Active)


def tax_code(_kind: str, row: dict[str, Any], _home: Home) -> TaxCode:
    """A tax code with the rates that it adds up on sales, in their order."""
    model = models.TaxCodeModel.model_validate(row)
    rates = sorted(model.SalesTaxRateList.TaxRateDetail, key=lambda rate: rate.TaxOrder)
    ids = tuple(rate.TaxRateRef.value for rate in rates)
    return TaxCode(model.Id, _full(model), model.Taxable, ids, model.Active)


def _full(model: models.NamedModel) -> str:
    return clean(model.FullyQualifiedName or model.Name, active=model.Active)
