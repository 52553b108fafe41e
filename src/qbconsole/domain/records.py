"""The records that connectors yield and desks read: frozen, plain, quick to import.

Ids are the remote's own, as text. Instants are aware and in UTC, dates are days in the book's zone, money is
`Decimal` in whole minor units of the record's currency, quantities and unit prices are exact decimals.
"""

from __future__ import annotations

import typing
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar

from qbconsole.domain.money import ZERO

Money = Annotated[Decimal, "money"]
"""An amount in whole minor units of the record's currency: an integer in the store, where other decimals are text."""


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; empty parts are empty text."""

    street: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""

    def __bool__(self) -> bool:
        return any((self.street, self.city, self.state, self.postcode))


# --- the CRM's side ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Company:
    """Whom sales sells to; `customer_tag` is the customer id that we wrote there, or empty.

    `custom` are the configured properties of the portal's own, as (name, text).
    """

    kind: ClassVar[str] = "companies"
    id: str
    name: str
    domain: str = ""
    phone: str = ""
    address: Address = field(default_factory=Address)
    owner_id: str = ""
    customer_tag: str = ""
    url: str = ""
    custom: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a company; `billing` marks the one who gets the invoices, where the CRM says so."""

    kind: ClassVar[str] = "contacts"
    id: str
    name: str
    email: str = ""
    phone: str = ""
    company_ids: tuple[str, ...] = ()
    billing: bool = False


@dataclass(frozen=True, slots=True)
class StageVisit:
    """A deal came into a stage."""

    stage_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Deal:
    """A sale. `company_ids` lists every associated company, `primary_company_id` the one marked primary, if any.

    `line_item_ids` is the authoritative list of its lines. `stamp` holds the qbc_* properties that we wrote. `visits`
    are the stages that it came into, oldest first, where the CRM remembers them. `custom` as a company's.
    """

    kind: ClassVar[str] = "deals"
    id: str
    name: str
    amount: Decimal | None
    currency: str
    stage_id: str
    pipeline_id: str
    won: bool
    closed_at: datetime | None = None
    owner_id: str = ""
    company_ids: tuple[str, ...] = ()
    primary_company_id: str = ""
    line_item_ids: tuple[str, ...] = ()
    stamp: tuple[tuple[str, str], ...] = ()
    url: str = ""
    visits: tuple[StageVisit, ...] = ()
    custom: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line of a deal. The discount is per unit (`discount_amount`) or in percent, never both."""

    kind: ClassVar[str] = "line_items"
    id: str
    deal_id: str
    name: str
    quantity: Decimal
    unit_price: Decimal
    sku: str = ""
    product_id: str = ""
    description: str = ""
    discount_percent: Decimal = Decimal(0)
    discount_amount: Decimal = Decimal(0)
    billing_frequency: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class Product:
    """What sales offers."""

    kind: ClassVar[str] = "products"
    id: str
    name: str
    sku: str = ""
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """An offer to a customer. `accepted` only where the CRM says that the buyer agreed: published is not accepted.

    `status` is the CRM's own word. `signed` of `signers` have signed, where it counts them. `bills_itself` marks a
    quote for which the CRM makes the invoices: its deal must not be billed again.
    """

    kind: ClassVar[str] = "quotes"
    id: str
    title: str
    status: str
    accepted: bool = False
    amount: Decimal | None = None
    currency: str = "USD"
    number: str = ""
    expires_on: date | None = None
    signed: int = 0
    signers: int = 0
    payment_status: str = ""
    bills_itself: bool = False
    deal_ids: tuple[str, ...] = ()
    line_item_ids: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """A property as the CRM defines it; `id` is `<object>.<name>`. Options are (value, label) of those in use."""

    kind: ClassVar[str] = "field_definitions"
    id: str
    object: str
    name: str
    label: str
    type: str
    options: tuple[tuple[str, str], ...] = ()
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Owner:
    """A salesperson."""

    kind: ClassVar[str] = "owners"
    id: str
    name: str
    email: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a sales pipeline."""

    kind: ClassVar[str] = "stages"
    id: str
    pipeline_id: str
    label: str
    pipeline_label: str
    won: bool
    closed: bool
    position: int = 0


# --- the accounting side ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer, or a job (sub-customer) under `parent_id`. `notes` holds our tag line among other people's text.

    `project` is a job that accounting manages as a project; bills of a job with `bill_with_parent` go to its parent.
    `revision` is the remote's concurrency token; a write carries the one that the decision was based on.
    """

    kind: ClassVar[str] = "customers"
    id: str
    name: str
    company_name: str = ""
    parent_id: str = ""
    email: str = ""
    phone: str = ""
    address: Address = field(default_factory=Address)
    ship_address: Address = field(default_factory=Address)
    currency: str = "USD"
    active: bool = True
    taxable: bool = True
    term_id: str = ""
    balance: Money = ZERO
    notes: str = ""
    project: bool = False
    bill_with_parent: bool = False
    revision: str = ""


@dataclass(frozen=True, slots=True)
class OtherName:
    """A vendor or employee: display names are unique over these and the customers. `type` is vendor or employee."""

    kind: ClassVar[str] = "other_names"
    id: str
    name: str
    type: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the chart; `type` and `subtype` are accounting's own words, such as "Accounts Receivable"."""

    kind: ClassVar[str] = "accounts"
    id: str
    name: str
    type: str
    subtype: str = ""
    number: str = ""
    currency: str = "USD"
    active: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """What accounting sells: a service or product with its income account."""

    kind: ClassVar[str] = "items"
    id: str
    name: str
    type: str = ""
    sku: str = ""
    active: bool = True
    taxable: bool = False
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A payment term: due so many days after the posting date; None for date-driven terms."""

    kind: ClassVar[str] = "terms"
    id: str
    name: str
    due_days: int | None
    active: bool = True


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """How customers pay: check, card."""

    kind: ClassVar[str] = "payment_methods"
    id: str
    name: str
    card: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class TrackingClass:
    """A class, by which income is told apart; its full name where it lies under another."""

    kind: ClassVar[str] = "classes"
    id: str
    name: str
    parent_id: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Location:
    """A location (department) of the company; its full name where it lies under another."""

    kind: ClassVar[str] = "locations"
    id: str
    name: str
    parent_id: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency that the company uses besides its own; `id` is the remote's, `code` the ISO code."""

    kind: ClassVar[str] = "currencies"
    id: str
    code: str
    name: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class CustomField:
    """A field of the company's own on its sales forms; `type` is text, number, date or list."""

    kind: ClassVar[str] = "custom_fields"
    id: str
    name: str
    type: str = "text"
    active: bool = True


@dataclass(frozen=True, slots=True)
class TaxCode:
    """A sales-tax code: the rates that it adds up on sales."""

    kind: ClassVar[str] = "tax_codes"
    id: str
    name: str
    taxable: bool = True
    rate_ids: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A sales-tax rate in percent."""

    kind: ClassVar[str] = "tax_rates"
    id: str
    name: str
    percent: Decimal
    active: bool = True


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A line of a document; `item_id` is empty for text lines."""

    item_id: str
    description: str
    quantity: Decimal | None
    unit_price: Decimal | None
    amount: Decimal
    taxable: bool = False
    class_id: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """An estimate, invoice, credit memo, sales receipt or refund receipt as accounting holds it now.

    `type` is "estimate", "invoice", "credit_memo", "sales_receipt" or "refund_receipt"; `links` are (type, id) of the
    transactions linked to it. `emailed` is whether it was ever sent. `balance` is what is open (of a credit: unused).
    `status` is an estimate's own: pending, accepted, closed, rejected or converted. `custom_fields` are (id, value).
    `exchange_rate` is home currency for one unit of the document's, where they differ. `deposit` was paid at once, with
    the document itself: it was never owed.
    """

    kind: ClassVar[str] = "documents"
    id: str
    type: str
    number: str
    customer_id: str
    posted_on: date
    currency: str
    total: Money
    tax: Money = ZERO
    balance: Money = ZERO
    deposit: Money = ZERO
    due_on: date | None = None
    emailed: bool = False
    voided: bool = False
    private_note: str = ""
    lines: tuple[DocumentLine, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    tax_percent: Decimal | None = None
    status: str = ""
    email: str = ""
    term_id: str = ""
    class_id: str = ""
    location_id: str = ""
    tax_code_id: str = ""
    custom_fields: tuple[tuple[str, str], ...] = ()
    exchange_rate: Decimal | None = None
    created_at: datetime | None = None
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """How much of a payment goes to (or, for a credit memo, comes from) one transaction."""

    type: str
    id: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received and what it was applied to; a payment of zero links credits to invoices."""

    kind: ClassVar[str] = "payments"
    id: str
    customer_id: str
    paid_on: date
    currency: str
    total: Money
    unapplied: Money = ZERO
    applications: tuple[Application, ...] = ()
    voided: bool = False
    deposited: bool = False
    method_id: str = ""
    reference: str = ""
    exchange_rate: Decimal | None = None
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of a booking: positive is debit. `customer_id` where the side names a customer."""

    account_id: str
    amount: Decimal
    customer_id: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money brought to the bank; `links` are (type, id) of the payments and receipts in it.

    `postings` are what was booked with it directly, such as a customer's credit to receivables.
    """

    kind: ClassVar[str] = "deposits"
    id: str
    posted_on: date
    currency: str
    total: Money
    account_id: str = ""
    links: tuple[tuple[str, str], ...] = ()
    postings: tuple[Posting, ...] = ()
    exchange_rate: Decimal | None = None
    revision: str = ""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """Postings made by an accountant: those to receivables change what a customer owes."""

    kind: ClassVar[str] = "journal_entries"
    id: str
    posted_on: date
    currency: str
    number: str = ""
    private_note: str = ""
    postings: tuple[Posting, ...] = ()
    exchange_rate: Decimal | None = None
    revision: str = ""


@dataclass(frozen=True, slots=True)
class RecurringDocument:
    """A template from which accounting itself makes documents: a possible second bill for the same thing.

    `type` is that of the documents. `automatic` ones are made without anybody; `every` is accounting's own word for the
    interval ("Monthly"), `next_on` the next date that is planned, or None.
    """

    kind: ClassVar[str] = "recurring_documents"
    id: str
    name: str
    type: str
    customer_id: str
    currency: str
    total: Money
    active: bool = True
    automatic: bool = False
    every: str = ""
    next_on: date | None = None
    lines: tuple[DocumentLine, ...] = ()
    revision: str = ""


@dataclass(frozen=True, slots=True)
class TimeEntry:
    """Work that was noted for a customer; `billable` until it `billed` is. The rate is per hour."""

    kind: ClassVar[str] = "time_entries"
    id: str
    customer_id: str
    item_id: str
    worked_on: date
    minutes: int
    hourly_rate: Decimal | None = None
    billable: bool = False
    billed: bool = False
    description: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The accounting company's own settings. `closed_through` is the last day that is closed, or None.

    `classes` and `class_per_line` say where a class may stand: on the document, on each line, or (both) on either.
    `plan` is accounting's own word for the subscription, `subscribed` whether it may be written to.
    """

    kind: ClassVar[str] = "ledgers"
    id: str
    company_name: str
    country: str
    currency: str
    closed_through: date | None = None
    automated_tax: bool = False
    uses_tax: bool = True
    custom_numbers: bool = False
    multicurrency: bool = False
    classes: bool = False
    default_term_id: str = ""
    time_zone: str = ""
    class_per_line: bool = False
    locations: bool = False
    estimates: bool = True
    discounts: bool = False
    discount_account_id: str = ""
    auto_apply_credits: bool = False
    auto_apply_payments: bool = False
    plan: str = ""
    subscribed: bool = True


CrmRecord = Owner | Stage | FieldDefinition | Product | Company | Contact | Deal | LineItem | Quote
AccountingRecord = (
    Ledger
    | Currency
    | Account
    | Term
    | PaymentMethod
    | TrackingClass
    | Location
    | CustomField
    | TaxRate
    | TaxCode
    | Item
    | OtherName
    | Customer
    | Document
    | Payment
    | Deposit
    | JournalEntry
    | RecurringDocument
    | TimeEntry
)
Record = CrmRecord | AccountingRecord

CRM_KINDS: tuple[type[CrmRecord], ...] = typing.get_args(CrmRecord)
ACCOUNTING_KINDS: tuple[type[AccountingRecord], ...] = typing.get_args(AccountingRecord)
KINDS: dict[str, type[Record]] = {record.kind: record for record in (*CRM_KINDS, *ACCOUNTING_KINDS)}
