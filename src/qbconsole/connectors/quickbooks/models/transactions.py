"""Sales forms, payments and what accountants book (quickbooks.md 8.4-8.11)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from qbconsole.connectors.quickbooks.models.names import Email
from qbconsole.connectors.quickbooks.models.shared import ZERO, Entity, Links, Many, Ref
from qbconsole.connectors.vendor import Day, Moment, Number, VendorModel


class SalesDetail(VendorModel):
    """What an item line sells."""

    ItemRef: Ref = Ref()
    Qty: Number | None = None
    UnitPrice: Number | None = None
    TaxCodeRef: Ref = Ref()
    ClassRef: Ref = Ref()


class GroupDetail(VendorModel):
    """A bundle: its lines."""

    Line: Annotated[list[LineModel], Many] = Field(default_factory=list)


class LineModel(VendorModel):
    """8.5; `Id` and `LineNum` are missing on the subtotal."""

    Description: str = ""
    Amount: Number = ZERO
    DetailType: str = ""
    SalesItemLineDetail: SalesDetail = SalesDetail()
    GroupLineDetail: GroupDetail | None = None
    LinkedTxn: Links = Field(default_factory=list)


class TaxShare(VendorModel):
    """One rate's share of the tax."""

    TaxPercent: Number = ZERO
    PercentBased: bool = True
    NetAmountTaxable: Number = ZERO


class TaxEntry(VendorModel):
    """One rate's share of the tax."""

    TaxLineDetail: TaxShare = TaxShare()


class TaxDetail(VendorModel):
    """8.8."""

    TxnTaxCodeRef: Ref = Ref()
    TotalTax: Number = ZERO
    TaxLine: Annotated[list[TaxEntry], Many] = Field(default_factory=list)


class Delivery(VendorModel):
    """When it was mailed; there without a time while it waits."""

    DeliveryTime: str = ""


class FieldModel(VendorModel):
    """8.7; an enabled but empty field has no value."""

    DefinitionId: str = ""
    StringValue: str = ""
    NumberValue: str = ""
    DateValue: str = ""
    BooleanValue: bool | None = None

    @property
    def value(self) -> str:
        """The one value that it has, as text."""
        yes_or_no = "" if self.BooleanValue is None else str(self.BooleanValue).lower()
        return self.StringValue or self.NumberValue or self.DateValue or yes_or_no


class Transaction(Entity):
    """What every transaction has. `ExchangeRate` is home currency for one unit (8.4)."""

    TxnDate: Day
    DocNumber: str = ""
    CurrencyRef: Ref = Ref()
    ExchangeRate: Number | None = None
    PrivateNote: str = ""
    LinkedTxn: Links = Field(default_factory=list)


class DocumentModel(Transaction):
    """8.4, 8.9, 8.11: the sales forms share one shape."""

    CustomerRef: Ref = Ref()
    DueDate: Day | None = None
    TotalAmt: Number
    Balance: Number = ZERO
    Deposit: Number = ZERO
    RemainingCredit: Number | None = None
    TxnTaxDetail: TaxDetail = TaxDetail()
    EmailStatus: str = ""
    DeliveryInfo: Delivery = Delivery()
    BillEmail: Email = Email()
    SalesTermRef: Ref = Ref()
    ClassRef: Ref = Ref()
    DepartmentRef: Ref = Ref()
    TxnStatus: str = ""
    CustomField: Annotated[list[FieldModel], Many] = Field(default_factory=list)
    Line: Annotated[list[LineModel], Many] = Field(default_factory=list)


class PaymentModel(Transaction):
    """8.10."""

    CustomerRef: Ref = Ref()
    TotalAmt: Number
    UnappliedAmt: Number = ZERO
    PaymentMethodRef: Ref = Ref()
    PaymentRefNum: str = ""
    Line: Annotated[list[LineModel], Many] = Field(default_factory=list)


class DepositDetail(VendorModel):
    """A line of a deposit that is no payment: money booked to an account, perhaps for a customer."""

    AccountRef: Ref = Ref()
    Entity: Ref = Ref()


class DepositLine(VendorModel):
    """A payment in the deposit, or money booked directly."""

    Amount: Number = ZERO
    Description: str = ""
    DepositLineDetail: DepositDetail | None = None
    LinkedTxn: Links = Field(default_factory=list)


class DepositModel(Transaction):
    """A bank deposit."""

    TotalAmt: Number
    DepositToAccountRef: Ref = Ref()
    Line: Annotated[list[DepositLine], Many] = Field(default_factory=list)


class Named(VendorModel):
    """Whom a posting is for."""

    Type: str = ""
    EntityRef: Ref = Ref()


class PostingDetail(VendorModel):
    """One side of a journal entry."""

    PostingType: str
    AccountRef: Ref = Ref()
    Entity: Named = Named()


class JournalLine(VendorModel):
    """A line of a journal entry; mere text has no posting."""

    Amount: Number = ZERO
    Description: str = ""
    JournalEntryLineDetail: PostingDetail | None = None


class JournalModel(Transaction):
    """A journal entry."""

    Line: Annotated[list[JournalLine], Many] = Field(default_factory=list)


class Schedule(VendorModel):
    """When a template makes its next document."""

    IntervalType: str = ""
    NextDate: Day | None = None


class Recurrence(VendorModel):
    """What makes a document a template: its name, and whether it acts by itself."""

    Name: str = ""
    Active: bool = True
    RecurType: str = ""
    ScheduleInfo: Schedule = Schedule()


class TemplateModel(Entity):
    """A sales form that is a template: no date of its own, nothing open."""

    CustomerRef: Ref = Ref()
    CurrencyRef: Ref = Ref()
    TotalAmt: Number = ZERO
    RecurringInfo: Recurrence = Recurrence()
    Line: Annotated[list[LineModel], Many] = Field(default_factory=list)


class TimeModel(Entity):
    """A time activity: hours and minutes, or a start and an end."""

    TxnDate: Day
    CustomerRef: Ref = Ref()
    ItemRef: Ref = Ref()
    BillableStatus: str = ""
    HourlyRate: Number | None = None
    Hours: Number = ZERO
    Minutes: Number = ZERO
    BreakHours: Number = ZERO
    BreakMinutes: Number = ZERO
    StartTime: Moment | None = None
    EndTime: Moment | None = None
    Description: str = ""
