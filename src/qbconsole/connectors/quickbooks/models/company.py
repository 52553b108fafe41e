"""The company's own record and settings (quickbooks.md 8.12)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from qbconsole.connectors.quickbooks.models.shared import Many, Ref, Times
from qbconsole.connectors.vendor import Day, VendorModel


class NamedFact(VendorModel):
    """One of the odd facts about a company: its plan, its subscription."""

    Name: str = ""
    Value: str = ""


class CompanyInfoModel(VendorModel):
    """8.12."""

    CompanyName: str = ""
    Country: str = ""
    DefaultTimeZone: str = ""
    CompanyStartDate: str = ""
    MetaData: Times = Times()
    NameValue: Annotated[list[NamedFact], Many] = Field(default_factory=list)


class AccountingPrefs(VendorModel):
    """8.12."""

    BookCloseDate: Day | None = None
    ClassTrackingPerTxn: bool = False
    ClassTrackingPerTxnLine: bool = False
    TrackDepartments: bool = False


class SalesPrefs(VendorModel):
    """8.12. `CustomField` holds two groups of settings: which fields are on, and their names (8.7)."""

    CustomTxnNumbers: bool = False
    AllowEstimates: bool = False
    AllowDiscount: bool = False
    AutoApplyCredit: bool = False
    AutoApplyPayments: bool = False
    DefaultTerms: Ref = Ref()
    DefaultDiscountAccount: str = ""
    CustomField: Any = None


class TaxBlock(VendorModel):
    """8.12."""

    UsingSalesTax: bool = False
    PartnerTaxEnabled: bool = False


class CurrencyBlock(VendorModel):
    """8.12."""

    MultiCurrencyEnabled: bool = False
    HomeCurrency: Ref = Ref(value="USD")


class PreferencesModel(VendorModel):
    """8.12: the blocks we use of ten."""

    AccountingInfoPrefs: AccountingPrefs = AccountingPrefs()
    SalesFormsPrefs: SalesPrefs = SalesPrefs()
    TaxPrefs: TaxBlock = TaxBlock()
    CurrencyPrefs: CurrencyBlock = CurrencyBlock()
