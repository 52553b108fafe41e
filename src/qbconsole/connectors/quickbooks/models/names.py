"""Customers, jobs, vendors and employees (quickbooks.md 8.1)."""

from __future__ import annotations

from qbconsole.connectors.quickbooks.models.shared import ZERO, Entity, Ref
from qbconsole.connectors.vendor import Number, VendorModel


class Addr(VendorModel):
    """An address; edits in the browser flatten it to its lines (trap 34)."""

    Line1: str = ""
    Line2: str = ""
    Line3: str = ""
    Line4: str = ""
    Line5: str = ""
    City: str = ""
    CountrySubDivisionCode: str = ""
    PostalCode: str = ""
    Country: str = ""


class Email(VendorModel):
    """An e-mail address; several are joined with commas."""

    Address: str = ""


class Phone(VendorModel):
    """A telephone number as typed."""

    FreeFormNumber: str = ""


class CustomerModel(Entity):
    """8.1."""

    DisplayName: str
    CompanyName: str = ""
    ParentRef: Ref = Ref()
    PrimaryEmailAddr: Email = Email()
    PrimaryPhone: Phone = Phone()
    Mobile: Phone = Phone()
    BillAddr: Addr = Addr()
    ShipAddr: Addr = Addr()
    CurrencyRef: Ref = Ref()
    Taxable: bool = True
    SalesTermRef: Ref = Ref()
    Balance: Number = ZERO
    Notes: str = ""
    IsProject: bool = False
    BillWithParent: bool = False


class OtherNameModel(Entity):
    """A vendor or employee."""

    DisplayName: str
