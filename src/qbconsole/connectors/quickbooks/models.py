"""Intuit's JSON, as far as we use it (quickbooks.md 8)."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from qbconsole.connectors.vendor import Day, Moment, Number, VendorModel

_ZERO = Decimal(0)


class Ref(VendorModel):
    """A reference by id."""

    value: str = ""


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


class Times(VendorModel):
    """When it was made and changed."""

    CreateTime: Moment | None = None
    LastUpdatedTime: Moment | None = None


class Email(VendorModel):
    """An e-mail address; several are joined with commas."""

    Address: str = ""


class Phone(VendorModel):
    """A telephone number as typed."""

    FreeFormNumber: str = ""


class Entity(VendorModel):
    """What every object has."""

    Id: str
    SyncToken: str = ""
    Active: bool = True
    MetaData: Times = Times()


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
    Balance: Number = _ZERO
    BalanceWithJobs: Number = _ZERO
    Notes: str = ""


class ItemModel(Entity):
    """8.3."""

    Name: str
    FullyQualifiedName: str = ""
    Type: str = ""
    Sku: str = ""
    Taxable: bool = False
    UnitPrice: Number | None = None


class TermModel(Entity):
    """8.12."""

    Name: str
    Type: str = "STANDARD"
    DueDays: int | None = None


class TaxRateModel(Entity):
    """8.12."""

    Name: str
    RateValue: Number = _ZERO


class Link(VendorModel):
    """A link to another transaction."""

    TxnId: str
    TxnType: str


class SalesDetail(VendorModel):
    """What an item line sells."""

    ItemRef: Ref = Ref()
    Qty: Number | None = None
    UnitPrice: Number | None = None
    TaxCodeRef: Ref = Ref()
    ClassRef: Ref = Ref()


class GroupDetail(VendorModel):
    """A bundle: its lines."""

    Line: list[LineModel] = Field(default_factory=list)


class LineModel(VendorModel):
    """8.5; `Id` and `LineNum` are missing on the subtotal."""

    Description: str = ""
    Amount: Number = _ZERO
    DetailType: str = ""
    SalesItemLineDetail: SalesDetail = SalesDetail()
    GroupLineDetail: GroupDetail = Field(default_factory=lambda: GroupDetail.model_validate({}))
    LinkedTxn: list[Link] = Field(default_factory=list)


class TaxShare(VendorModel):
    """One rate's share of the tax."""

    TaxPercent: Number = _ZERO
    PercentBased: bool = True
    NetAmountTaxable: Number = _ZERO


class TaxEntry(VendorModel):
    """One rate's share of the tax."""

    TaxLineDetail: TaxShare = TaxShare()


class TaxDetail(VendorModel):
    """8.8."""

    TotalTax: Number = _ZERO
    TaxLine: list[TaxEntry] = Field(default_factory=list)


class Delivery(VendorModel):
    """When it was mailed; there without a time while it waits."""

    DeliveryTime: str = ""


class DocumentModel(Entity):
    """8.4, 8.9, 8.11: the sales forms share one shape."""

    DocNumber: str = ""
    CustomerRef: Ref = Ref()
    TxnDate: Day
    DueDate: Day | None = None
    CurrencyRef: Ref = Ref()
    TotalAmt: Number
    Balance: Number = _ZERO
    RemainingCredit: Number | None = None
    TxnTaxDetail: TaxDetail = TaxDetail()
    PrivateNote: str = ""
    EmailStatus: str = ""
    DeliveryInfo: Delivery = Delivery()
    TxnStatus: str = ""
    Line: list[LineModel] = Field(default_factory=list)
    LinkedTxn: list[Link] = Field(default_factory=list)


class PaymentModel(Entity):
    """8.10."""

    CustomerRef: Ref = Ref()
    TxnDate: Day
    CurrencyRef: Ref = Ref()
    TotalAmt: Number
    UnappliedAmt: Number = _ZERO
    PrivateNote: str = ""
    Line: list[LineModel] = Field(default_factory=list)
    LinkedTxn: list[Link] = Field(default_factory=list)


class CompanyInfoModel(VendorModel):
    """8.12."""

    CompanyName: str = ""
    Country: str = ""
    DefaultTimeZone: str = ""


class AccountingPrefs(VendorModel):
    """8.12."""

    BookCloseDate: Day | None = None
    ClassTrackingPerTxn: bool = False
    ClassTrackingPerTxnLine: bool = False
    TrackDepartments: bool = False


class SalesPrefs(VendorModel):
    """8.12."""

    CustomTxnNumbers: bool = False
    AllowEstimates: bool = False
    AllowDiscount: bool = False
    AutoApplyCredit: bool = False
    DefaultDiscountAccount: str = ""
    DefaultTerms: Ref = Ref()


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
