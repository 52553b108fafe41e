"""Customers, jobs, vendors and employees (quickbooks.md 8.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.connectors.quickbooks.models.names import Addr, CustomerModel, OtherNameModel
from qbconsole.connectors.quickbooks.translate.shared import clean
from qbconsole.domain.money import rounded
from qbconsole.domain.records import Address, Customer, OtherName

if TYPE_CHECKING:
    from qbconsole.connectors.quickbooks.translate.shared import Home


def customer(_kind: str, row: dict[str, Any], home: Home) -> Customer:
    """A customer or job; an inactive one's name without the suffix that QuickBooks gives it (trap 13)."""
    model = CustomerModel.model_validate(row)
    currency = home.of(model.CurrencyRef)
    return Customer(
        id=model.Id,
        name=clean(model.DisplayName, active=model.Active),
        company_name=clean(model.CompanyName, active=model.Active),
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
        project=model.IsProject,
        bill_with_parent=model.BillWithParent,
        revision=model.SyncToken,
    )


def other_name(kind: str, row: dict[str, Any], _home: Home) -> OtherName:
    """A vendor or employee: their names are taken for customers, too (trap 14)."""
    model = OtherNameModel.model_validate(row)
    return OtherName(model.Id, clean(model.DisplayName, active=model.Active), kind.lower(), model.Active)


def _address(addr: Addr) -> Address:
    lines = (addr.Line1, addr.Line2, addr.Line3, addr.Line4, addr.Line5)
    return Address(
        street=", ".join(line.strip() for line in lines if line.strip()),
        city=addr.City,
        state=addr.CountrySubDivisionCode,
        postcode=addr.PostalCode,
        country=addr.Country,
    )
