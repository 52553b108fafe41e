"""Small lists (quickbooks.md 8.3, 8.12)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from qbconsole.connectors.quickbooks.models.shared import ZERO, Entity, Many, Ref
from qbconsole.connectors.vendor import Number, VendorModel


class NamedModel(Entity):
    """A list entry; `FullyQualifiedName` is there where entries may lie under another."""

    Name: str
    FullyQualifiedName: str = ""
    ParentRef: Ref = Ref()


class ItemModel(NamedModel):
    """8.3."""

    Type: str = ""
    Sku: str = ""
    Taxable: bool = False
    UnitPrice: Number | None = None


class AccountModel(NamedModel):
    """8.12."""

    AccountType: str = ""
    AccountSubType: str = ""
    AcctNum: str = ""
    CurrencyRef: Ref = Ref()


class TermModel(NamedModel):
    """8.12."""

    Type: str = "STANDARD"
    DueDays: int | None = None


class PaymentMethodModel(NamedModel):
    """8.12."""

    Type: str = ""


class CurrencyModel(Entity):
    """8.12."""

    Code: str
    Name: str = ""


class TaxRateModel(NamedModel):
    """8.12."""

    RateValue: Number = ZERO


class RateOfCode(VendorModel):
    """One rate of a tax code."""

    TaxRateRef: Ref = Ref()
    TaxOrder: int = 0


class RatesOfCode(VendorModel):
    """The rates of a tax code."""

    TaxRateDetail: Annotated[list[RateOfCode], Many] = Field(default_factory=list)


class TaxCodeModel(NamedModel):
    """8.12."""

    Taxable: bool = True
    SalesTaxRateList: RatesOfCode = RatesOfCode()
