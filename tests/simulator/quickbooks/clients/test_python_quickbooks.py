"""python-quickbooks, the most complete Python client: what its users rely on, against the sample company."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests
from intuitlib.client import AuthClient
from quickbooks import QuickBooks
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import (
    AuthorizationException,
    GeneralException,
    ObjectNotFoundException,
    QuickbooksException,
    SevereException,
    UnsupportedException,
    ValidationException,
)
from quickbooks.objects import (
    Account,
    Attachable,
    AttachableRef,
    Bill,
    Class,
    CreditMemo,
    Customer,
    Department,
    Deposit,
    Employee,
    Estimate,
    Invoice,
    Item,
    JournalEntry,
    Payment,
    PaymentLine,
    PaymentMethod,
    Preferences,
    RefundReceipt,
    SalesReceipt,
    TaxAgency,
    TaxCode,
    TaxRate,
    Term,
    TimeActivity,
    Vendor,
)
from quickbooks.objects.base import Address, CustomerMemo, EmailAddress, LinkedTxn, PhoneNumber, Ref
from quickbooks.objects.company_info import CompanyInfo
from quickbooks.objects.companycurrency import CompanyCurrency
from quickbooks.objects.creditcardpayment_entity import CreditCardPayment
from quickbooks.objects.customertype import CustomerType
from quickbooks.objects.deposit import DepositLine, DepositLineDetail
from quickbooks.objects.detailline import (
    AccountBasedExpenseLine,
    AccountBasedExpenseLineDetail,
    DiscountLine,
    DiscountLineDetail,
    SalesItemLine,
    SalesItemLineDetail,
)
from quickbooks.objects.exchangerate import ExchangeRate
from quickbooks.objects.journalentry import Entity, JournalEntryLine, JournalEntryLineDetail
from quickbooks.objects.recurringtransaction import (
    RecurringInfo,
    RecurringInvoice,
    RecurringTransaction,
    ScheduleInfo,
)
from quickbooks.objects.taxservice import TaxRateDetails, TaxService
from quickbooks.objects.transfer import Transfer
from tests.simulator.quickbooks.conftest import Client

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Signed:
    """The library, signed in, and the company it speaks to."""

    qb: Any
    auth: Any
    client: Client


@pytest.fixture
def signed(sample: Client) -> Signed:
    """Signed in with a refresh token, as the library's users do."""
    granted = sample.oauth.credentials()
    discovery = f"{sample.root}/.well-known/openid_sandbox_configuration"
    auth = AuthClient(granted["client_id"], granted["client_secret"], "http://localhost:8000/callback", discovery)
    QuickBooks.api_url_v3 = f"{sample.root}/v3"
    qb = QuickBooks(
        auth_client=auth, refresh_token=granted["refresh_token"], company_id=sample.company.realm_id, minorversion=75
    )
    return Signed(qb, auth, sample)


def sales_line(amount: float = 100, item: str = "4", code: str = "NON", **detail: Any) -> Any:
    """A line of a sales form."""
    line = SalesItemLine()
    line.Amount, line.Description = amount, "Garden design"
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = reference(item)
    line.SalesItemLineDetail.TaxCodeRef = reference(code)
    for name, value in detail.items():
        setattr(line.SalesItemLineDetail, name, value)
    return line


def reference(value: str) -> Any:
    """A reference by id."""
    ref = Ref()
    ref.value = value
    return ref


def form(cls: type, customer: str = "3", *lines: Any, **fields: Any) -> Any:
    """A sales form that is not saved yet."""
    made = cls()
    made.CustomerRef = reference(customer)
    made.Line.extend(lines or [sales_line()])
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def paid(invoice: Any, amount: float) -> Any:
    """A payment on an invoice that is not saved yet."""
    payment = Payment()
    payment.CustomerRef, payment.TotalAmt = reference("3"), amount
    line = PaymentLine()
    line.Amount, link = amount, LinkedTxn()
    link.TxnId, link.TxnType = invoice.Id, "Invoice"
    line.LinkedTxn.append(link)
    payment.Line.append(line)
    return payment


# --- signing in -------------------------------------------------------------------------------------------------------


def test_it_signs_in_with_a_refresh_token_and_refreshes_again(signed: Signed) -> None:
    first = signed.auth.access_token
    signed.auth.refresh()
    assert signed.auth.access_token != first
    assert CompanyInfo.get(signed.client.company.realm_id, qb=signed.qb).CompanyName.startswith("Craig's Design")


def test_a_token_that_ended_is_an_authorization_exception(signed: Signed) -> None:
    signed.client.oauth.revoke_all()
    with pytest.raises(AuthorizationException) as raised:
        Customer.all(qb=signed.qb)
    assert raised.value.error_code == 401
    with pytest.raises(AuthorizationException):
        signed.qb.download_pdf("Invoice", "1")


# --- customers and lists ----------------------------------------------------------------------------------------------


def test_a_customer_is_created_read_changed_and_made_inactive(signed: Signed) -> None:
    customer = Customer()
    customer.DisplayName, customer.GivenName, customer.CompanyName = "Oak & Ivy", "Ann", "Oak & Ivy Ltd"
    customer.PrimaryPhone, customer.PrimaryEmailAddr, customer.BillAddr = PhoneNumber(), EmailAddress(), Address()
    customer.PrimaryPhone.FreeFormNumber, customer.PrimaryEmailAddr.Address = "555-0100", "ann@oak.example"
    customer.BillAddr.Line1, customer.BillAddr.City = "1 Oak Lane", "Bayshore"
    customer.save(qb=signed.qb)

    found = Customer.get(customer.Id, qb=signed.qb)
    assert (found.DisplayName, found.PrimaryPhone.FreeFormNumber) == ("Oak & Ivy", "555-0100")
    assert found.BillAddr.Line1 == "1 Oak Lane"
    assert int(found.BillAddr.Id) > 0
    assert found.Balance == 0

    found.Notes = "Prefers mornings"
    changed = found.save(qb=signed.qb)
    assert (changed.Notes, changed.SyncToken) == ("Prefers mornings", "1")

    changed.Active = False
    assert changed.save(qb=signed.qb).DisplayName == "Oak & Ivy (deleted)"
    assert Customer.filter(DisplayName="Oak & Ivy", qb=signed.qb) == []
    assert [each.Id for each in Customer.query("select * from Customer where Active = false", qb=signed.qb)] == [
        customer.Id
    ]


def test_a_sparse_update_leaves_the_rest_alone(signed: Signed) -> None:
    customer = Customer()
    customer.Id, customer.SyncToken, customer.sparse = "1", "0", True
    customer.DisplayName, customer.CompanyName = "Amy's Bird Sanctuary", "Amy's"
    changed = customer.save(qb=signed.qb)
    assert changed.CompanyName == "Amy's"
    assert changed.PrimaryEmailAddr.Address == "Birds@Intuit.com"


def test_lists_are_paged_counted_and_filtered(signed: Signed) -> None:
    assert Customer.count(qb=signed.qb) == 6
    assert Customer.count("DisplayName LIKE '%o%'", qb=signed.qb) >= 3
    pages = [Customer.all(order_by="Id", start_position=start, max_results=4, qb=signed.qb) for start in (1, 5, 9)]
    assert [[each.Id for each in page] for page in pages] == [["1", "3", "7", "8"], ["17", "24"], []]
    assert [each.Id for each in Customer.choose(["3", "17"], qb=signed.qb)] == ["3", "17"]
    assert Customer.where("DisplayName = 'Amy\\'s Bird Sanctuary'", qb=signed.qb)[0].Id == "1"
    job = Customer.get("8", qb=signed.qb)
    assert (job.FullyQualifiedName, job.Level) == ("Freeman Sporting Goods:0969 Ocean View Road", 1)
    assert Item.all(order_by="Name", qb=signed.qb)[0].Name == "Concrete"
    found = Account.where("AccountType = 'Income' and AccountSubType = 'SalesOfProductIncome'", qb=signed.qb)
    assert [each.Id for each in found] == ["79"]


@pytest.mark.parametrize(
    ("cls", "fields"),
    [
        (Account, {"Name": "Petty cash", "AccountType": "Bank", "AccountSubType": "CashOnHand", "AcctNum": "T1124"}),
        (Class, {"Name": "Field crew"}),
        (Department, {"Name": "North yard"}),
        (Term, {"Name": "Net 20", "DueDays": 20}),
        (PaymentMethod, {"Name": "Wire", "Type": "NON_CREDIT_CARD"}),
        (Vendor, {"DisplayName": "Hall Nursery", "AcctNum": "77"}),
        (Employee, {"GivenName": "Jo", "FamilyName": "Hill", "HiredDate": "2020-07-22"}),
        (TaxAgency, {"DisplayName": "Board of Taxes"}),
        (CompanyCurrency, {"Code": "CAD", "Name": "Canadian Dollar"}),
        (Item, {"Name": "Mulch", "Type": "Service", "Sku": "MU-1", "IncomeAccountRef": reference("45")}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_list_entries_are_created_and_read_back(signed: Signed, cls: Any, fields: dict[str, Any]) -> None:
    made = cls()
    for name, value in fields.items():
        setattr(made, name, value)
    made.save(qb=signed.qb)
    found = cls.get(made.Id, qb=signed.qb)
    for name, value in fields.items():
        assert getattr(getattr(found, name), "value", getattr(found, name)) == getattr(value, "value", value)
    if cls is not TaxAgency:
        assert found.save(qb=signed.qb).SyncToken == "0", "an echo of what was read changes nothing"


def test_an_inventory_item_needs_its_accounts_and_is_sold_from_stock(signed: Signed) -> None:
    item = Item()
    item.Name, item.Type, item.TrackQtyOnHand, item.QtyOnHand, item.Sku = "Fern", "Inventory", True, 10, "F-1"
    item.InvStartDate, item.IncomeAccountRef = "2015-01-01", reference("79")
    item.ExpenseAccountRef = reference("80")
    with pytest.raises(ValidationException) as raised:
        item.save(qb=signed.qb)
    assert raised.value.error_code == 2020
    item.AssetAccountRef = reference("81")
    item.save(qb=signed.qb)
    form(Invoice, "3", sales_line(30, item.Id, Qty=3, UnitPrice=10)).save(qb=signed.qb)
    sold = Item.get(item.Id, qb=signed.qb)
    assert (sold.QtyOnHand, sold.SyncToken) == (7, "0")


def test_read_only_lists_are_read(signed: Signed) -> None:
    assert [each.Name for each in CustomerType.all(qb=signed.qb)] == ["Commercial", "Residential"]
    assert TaxRate.get("3", qb=signed.qb).RateValue == 8
    assert TaxCode.get("3", qb=signed.qb).SalesTaxRateList.TaxRateDetail[1].TaxRateRef.value == "2"
    preferences = Preferences.get(qb=signed.qb)
    assert preferences.CurrencyPrefs.HomeCurrency.value == "USD"


def test_a_tax_code_is_made_by_the_tax_service(signed: Signed) -> None:
    service = TaxService()
    service.TaxCode = "Bay city"
    detail = TaxRateDetails()
    detail.TaxRateName, detail.RateValue, detail.TaxAgencyId = "Bay city", 10, 1
    service.TaxRateDetails.append(detail)
    made = service.save(qb=signed.qb).TaxRateDetails[0]
    assert (made.TaxRateName, made.RateValue, made.TaxAgencyId, made.TaxApplicableOn) == ("Bay city", 10, "1", "Sales")
    assert "Bay city" in [code.Name for code in TaxCode.all(qb=signed.qb)]


def test_exchange_rates_are_set_and_found(signed: Signed) -> None:
    rate = ExchangeRate()
    rate.SourceCurrencyCode, rate.Rate, rate.AsOfDate = "EUR", 1.1, "2026-11-01"
    rate.save(qb=signed.qb)
    found = ExchangeRate.where("SourceCurrencyCode = 'EUR'", qb=signed.qb)[0]
    assert (found.Rate, found.TargetCurrencyCode) == (1.1, "USD")
    found.Rate = 1.25
    found.save(qb=signed.qb)
    assert [each.Rate for each in ExchangeRate.where("SourceCurrencyCode = 'EUR'", qb=signed.qb)] == [1.25]


# --- sales forms ------------------------------------------------------------------------------------------------------


def test_an_invoice_is_created_and_read_with_what_the_server_adds(signed: Signed) -> None:
    memo = CustomerMemo()
    memo.value = "Thank you"
    invoice = form(Invoice, CustomerMemo=memo)
    invoice.save(qb=signed.qb)
    found = Invoice.get(invoice.Id, qb=signed.qb)
    assert (found.CustomerRef.name, found.CustomerMemo.value, found.DocNumber) == ("Cool Cars", "Thank you", "1001")
    assert (found.TotalAmt, found.Balance, found.LinkedTxn) == (100, 100, [])
    assert [line.DetailType for line in found.Line] == ["SalesItemLineDetail", "SubTotalLineDetail"]
    assert (found.Line[0].Id, found.Line[0].LineNum, found.Line[0].Description) == ("1", 1, "Garden design")
    assert found.CustomField[0].Name == "Crew #"
    by_customer = Invoice.query("select * from Invoice where CustomerRef = '3'", qb=signed.qb)
    assert [each.Id for each in by_customer] == [invoice.Id]


def test_the_same_request_id_makes_one_invoice(signed: Signed) -> None:
    first, again = form(Invoice), form(Invoice)
    first.save(qb=signed.qb, request_id="a-1")
    again.save(qb=signed.qb, request_id="a-1")
    assert first.Id == again.Id
    assert Invoice.count(qb=signed.qb) == 1


def test_an_estimate_keeps_what_was_sent_and_puts_the_subtotal_before_the_discount(signed: Signed) -> None:
    discount = DiscountLine()
    discount.Amount, discount.DetailType, discount.DiscountLineDetail = 3.5, "DiscountLineDetail", DiscountLineDetail()
    discount.DiscountLineDetail.PercentBased, discount.DiscountLineDetail.DiscountPercent = True, 10
    discount.DiscountLineDetail.DiscountAccountRef = reference("86")
    address = Address()
    address.Line1, address.City, address.CountrySubDivisionCode, address.Lat = "65 Ocean Dr.", "Bay", "CA", "37.43"
    lines = [sales_line(35, "10", Qty=1, UnitPrice=35), discount]
    estimate = form(Estimate, "3", *lines, BillAddr=address, TrackingNum="42", PrintStatus="NeedToPrint")
    estimate.save(qb=signed.qb)
    found = Estimate.get(estimate.Id, qb=signed.qb)
    assert (found.TotalAmt, found.TrackingNum, found.TxnStatus) == (31.5, "42", "Pending")
    assert found.BillAddr.Line1 == "65 Ocean Dr."
    assert (found.Line[0].SalesItemLineDetail.UnitPrice, found.Line[0].SalesItemLineDetail.Qty) == (35, 1)
    assert [line.DetailType for line in found.Line][1:] == ["SubTotalLineDetail", "DiscountLineDetail"]
    assert found.Line[2].DiscountLineDetail.DiscountAccountRef.name == "Discounts given"


def test_an_estimate_becomes_an_invoice_and_opens_again_without_it(signed: Signed) -> None:
    estimate = form(Estimate)
    estimate.save(qb=signed.qb)
    link = LinkedTxn()
    link.TxnId, link.TxnType = estimate.Id, "Estimate"
    invoice = form(Invoice, LinkedTxn=[link])
    invoice.save(qb=signed.qb)
    closed = Estimate.get(estimate.Id, qb=signed.qb)
    assert (closed.TxnStatus, closed.LinkedTxn[0].TxnId, closed.SyncToken) == ("Closed", invoice.Id, "0")
    with pytest.raises(GeneralException) as raised:
        form(Invoice, LinkedTxn=[link]).save(qb=signed.qb)
    assert raised.value.error_code == 620
    Invoice.get(invoice.Id, qb=signed.qb).delete(qb=signed.qb)
    assert Estimate.get(estimate.Id, qb=signed.qb).TxnStatus == "Pending"


def test_an_invoice_is_voided_and_stays(signed: Signed) -> None:
    invoice = form(Invoice).save(qb=signed.qb)
    invoice.void(qb=signed.qb)
    found = Invoice.get(invoice.Id, qb=signed.qb)
    assert (found.Balance, found.TotalAmt, found.PrivateNote) == (0, 0, "Voided")


def test_an_invoice_is_deleted_and_gone(signed: Signed) -> None:
    invoice = form(Invoice).save(qb=signed.qb)
    answer = invoice.delete(qb=signed.qb)
    assert answer["Invoice"] == {"domain": "QBO", "status": "Deleted", "Id": invoice.Id}
    assert Invoice.filter(Id=invoice.Id, qb=signed.qb) == []
    with pytest.raises(ObjectNotFoundException) as raised:
        Invoice.get(invoice.Id, qb=signed.qb)
    assert raised.value.error_code == 610


def test_a_payment_settles_an_invoice_and_frees_it_when_voided(signed: Signed) -> None:
    invoice = form(Invoice).save(qb=signed.qb)
    payment = paid(invoice, 100).save(qb=signed.qb)
    settled = Invoice.get(invoice.Id, qb=signed.qb)
    assert (settled.Balance, settled.SyncToken, settled.LinkedTxn[0].TxnId) == (0, "1", payment.Id)
    again = Payment.get(payment.Id, qb=signed.qb)
    again.PrivateNote = "By wire"
    assert again.save(qb=signed.qb).PrivateNote == "By wire", "the echoed noise of its lines is ignored"
    Payment.get(payment.Id, qb=signed.qb).void(qb=signed.qb)
    found = Payment.get(payment.Id, qb=signed.qb)
    assert (found.TotalAmt, found.Line) == (0, [])
    assert "Voided" in found.PrivateNote
    assert Invoice.get(invoice.Id, qb=signed.qb).Balance == 100


def test_an_invoice_link_shows_only_when_asked_for(signed: Signed) -> None:
    mail = EmailAddress()
    mail.Address = "cars@example.com"
    invoice = form(Invoice, BillEmail=mail, AllowOnlineCreditCardPayment=True, AllowOnlineACHPayment=True)
    invoice.save(qb=signed.qb)
    assert Invoice.get(invoice.Id, qb=signed.qb).InvoiceLink in (None, "")
    asked = Invoice.get(invoice.Id, qb=signed.qb, params={"include": "invoiceLink"})
    assert asked.InvoiceLink.startswith("https://")


@pytest.mark.parametrize("cls", [Invoice, Estimate, CreditMemo, SalesReceipt, RefundReceipt])
def test_forms_are_sent_and_had_as_pdf(signed: Signed, cls: Any) -> None:
    made = form(cls, DepositToAccountRef=reference("35")) if cls in (SalesReceipt, RefundReceipt) else form(cls)
    saved = made.save(qb=signed.qb)
    if hasattr(saved, "send"):
        sent = saved.send(qb=signed.qb, send_to="a+b@example.com")[cls.qbo_object_name]
        assert (sent["EmailStatus"], sent["BillEmail"]["Address"]) == ("EmailSent", "a+b@example.com")
    content = signed.qb.download_pdf(cls.qbo_object_name, saved.Id)
    assert content.startswith(b"%PDF-1.4")
    assert content.rstrip().endswith(b"%%EOF")
    for words in (b"Cool Cars", b"Garden design", b"100.00"):
        assert words in content
    assert zlib.crc32(content) == zlib.crc32(signed.qb.download_pdf(cls.qbo_object_name, saved.Id))


def test_the_answer_says_that_a_form_without_an_address_was_not_sent(signed: Signed) -> None:
    with pytest.raises(QuickbooksException) as raised:
        form(Invoice).save(qb=signed.qb).send(qb=signed.qb)
    assert raised.value.error_code == 6420


# --- other transactions -----------------------------------------------------------------------------------------------


def test_a_deposit_freezes_the_payment_in_it(signed: Signed) -> None:
    payment = paid(form(Invoice).save(qb=signed.qb), 100).save(qb=signed.qb)
    line, link = DepositLine(), LinkedTxn()
    line.Amount, line.DetailType = 100, None
    link.TxnId, link.TxnType, link.TxnLineId = payment.Id, "Payment", "0"
    line.LinkedTxn = [link]
    other = DepositLine()
    other.Amount, other.DepositLineDetail = 20, DepositLineDetail()
    other.DepositLineDetail.AccountRef = reference("36")
    deposit = Deposit()
    deposit.DepositToAccountRef, deposit.Line = reference("35"), [line, other]
    assert deposit.save(qb=signed.qb).TotalAmt == 120
    with pytest.raises(QuickbooksException) as raised:
        Payment.get(payment.Id, qb=signed.qb).void(qb=signed.qb)
    assert raised.value.error_code == 6540


def test_a_journal_entry_moves_a_customers_balance(signed: Signed) -> None:
    entry = JournalEntry()
    for side, account in (("Debit", "84"), ("Credit", "45")):
        line = JournalEntryLine()
        line.Amount, line.JournalEntryLineDetail = 40, JournalEntryLineDetail()
        line.JournalEntryLineDetail.PostingType = side
        line.JournalEntryLineDetail.AccountRef = reference(account)
        if account == "84":
            line.JournalEntryLineDetail.Entity = Entity()
            line.JournalEntryLineDetail.Entity.Type = "Customer"
            line.JournalEntryLineDetail.Entity.EntityRef = reference("3")
        entry.Line.append(line)
    entry.save(qb=signed.qb)
    assert Customer.get("3", qb=signed.qb).Balance == 40
    JournalEntry.get(entry.Id, qb=signed.qb).delete(qb=signed.qb)
    assert Customer.get("3", qb=signed.qb).Balance == 0


def test_a_bill_a_transfer_and_a_card_payment_are_kept(signed: Signed) -> None:
    bill, line = Bill(), AccountBasedExpenseLine()
    line.Amount, line.AccountBasedExpenseLineDetail = 200, AccountBasedExpenseLineDetail()
    line.DetailType = "AccountBasedExpenseLineDetail"
    line.AccountBasedExpenseLineDetail.AccountRef = reference("80")
    bill.VendorRef, bill.Line = reference("30"), [line]
    bill.save(qb=signed.qb)
    assert Bill.get(bill.Id, qb=signed.qb).TotalAmt == 200

    transfer = Transfer()
    transfer.Amount, transfer.FromAccountRef, transfer.ToAccountRef = 100, reference("35"), reference("36")
    transfer.save(qb=signed.qb)
    assert Transfer.get(transfer.Id, qb=signed.qb).Amount == 100

    card = CreditCardPayment()
    card.Amount, card.BankAccountRef, card.CreditCardAccountRef = 50, reference("35"), reference("41")
    card.save(qb=signed.qb)
    found = CreditCardPayment.all(qb=signed.qb)
    assert [(each.Id, each.Amount) for each in found] == [(card.Id, 50)]


def test_time_is_recorded_and_changed(signed: Signed) -> None:
    activity = TimeActivity()
    activity.NameOf, activity.EmployeeRef, activity.Description = "Employee", reference("55"), "Pruning"
    activity.StartTime, activity.EndTime = "2026-07-22T10:00:00-07:00", "2026-07-22T11:00:00-07:00"
    activity.CostRate = 50.0
    activity.save(qb=signed.qb)
    found = TimeActivity.all(qb=signed.qb)[0]
    assert (found.EmployeeRef.value, found.CostRate, found.Description) == ("55", 50, "Pruning")
    found.CostRate = 75
    assert found.save(qb=signed.qb).CostRate == 75


def test_a_recurring_invoice_is_wrapped_listed_changed_and_deleted(signed: Signed) -> None:
    inner = form(RecurringInvoice)
    inner.RecurringInfo = RecurringInfo()
    inner.RecurringInfo.Name, inner.RecurringInfo.Active = "Monthly care", True
    inner.RecurringInfo.ScheduleInfo = ScheduleInfo()
    schedule = inner.RecurringInfo.ScheduleInfo
    schedule.StartDate, schedule.IntervalType, schedule.DayOfMonth, schedule.NumInterval = "2026-12-01", "Monthly", 1, 1
    template = RecurringTransaction()
    template.Invoice = inner
    made = template.save(qb=signed.qb)
    assert made.Invoice.Line[0].Amount == 100

    again = RecurringTransaction.get(made.Invoice.Id, qb=signed.qb)
    again.Invoice.RecurringInfo.ScheduleInfo.DayOfMonth = 15
    again.Invoice.Line[0].Amount, again.Invoice.Deposit = 250, None
    again.save(qb=signed.qb)
    changed = RecurringTransaction.all(qb=signed.qb)[0].Invoice
    assert (changed.RecurringInfo.ScheduleInfo.DayOfMonth, changed.Line[0].Amount) == (15, 250)
    assert RecurringTransaction.where("Type = 'Bill'", qb=signed.qb) == []
    assert Invoice.count(qb=signed.qb) == 0, "a template is no invoice"
    RecurringTransaction.get(made.Invoice.Id, qb=signed.qb).delete(qb=signed.qb)
    assert RecurringTransaction.all(qb=signed.qb) == []


# --- many at once -----------------------------------------------------------------------------------------------------


def test_batches_create_change_and_delete_with_a_fault_for_each_bad_item(signed: Signed) -> None:
    good, bad = form(Invoice), form(Invoice, "999")
    made = batch_create([good, bad], qb=signed.qb)
    assert (len(made.successes), len(made.faults)) == (1, 1)
    assert made.faults[0].Error[0].code == "2500"
    assert made.faults[0].original_object is bad
    invoice = made.successes[0]
    invoice.PrivateNote = "batched"
    assert batch_update([invoice], qb=signed.qb).successes[0].PrivateNote == "batched"
    gone = batch_delete([Invoice.get(invoice.Id, qb=signed.qb)], qb=signed.qb)
    assert gone.successes[0].status == "Deleted"


def test_changes_come_by_entity(signed: Signed) -> None:
    invoice = form(Invoice).save(qb=signed.qb)
    form(Invoice).save(qb=signed.qb).delete(qb=signed.qb)
    since = datetime(2026, 11, 15, tzinfo=UTC).replace(tzinfo=None)
    changed = change_data_capture([Invoice, Customer, Estimate], since, qb=signed.qb)
    assert [each.Id for each in changed.Invoice if getattr(each, "status", "") != "Deleted"] == [invoice.Id]
    assert [each.status for each in changed.Invoice if hasattr(each, "status")] == ["Deleted"]
    assert [each.Id for each in changed.Customer] == ["3"]
    assert not hasattr(changed, "Estimate")


def test_a_report_adds_up_to_the_balances(signed: Signed) -> None:
    form(Invoice, "8").save(qb=signed.qb)
    form(Invoice, "7", sales_line(20)).save(qb=signed.qb)
    report = signed.qb.get_report("AgedReceivables", {"report_date": "2026-11-16"})
    assert [column["ColTitle"] for column in report["Columns"]["Column"]][:3] == ["", "Current", "1 - 30"]
    section, total = report["Rows"]["Row"]
    assert section["Header"]["ColData"][0] == {"value": "Freeman Sporting Goods", "id": "7"}
    assert section["Rows"]["Row"][0]["ColData"][-1]["value"] == "100.00"
    assert total["Summary"]["ColData"][-1]["value"] == "120.00"


# --- attachments ------------------------------------------------------------------------------------------------------


def attached(kind: str, record_id: str, **fields: Any) -> Any:
    """An attachable on a record that is not saved yet."""
    made, link = Attachable(), AttachableRef()
    link.EntityRef = reference(record_id)
    link.EntityRef.type = kind
    made.AttachableRef.append(link)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def test_a_note_is_attached_and_changed(signed: Signed) -> None:
    note = attached("Vendor", "30", Note="Called on Monday")
    note.save(qb=signed.qb)
    assert len(str(note.Id)) == 19
    found = Attachable.get(note.Id, qb=signed.qb)
    assert (found.AttachableRef[0].EntityRef.value, found.Note) == ("30", "Called on Monday")
    found.Note = "Called on Tuesday"
    found.save(qb=signed.qb)
    assert Attachable.all(max_results=1, qb=signed.qb)[0].Note == "Called on Tuesday"


def test_a_file_is_uploaded_and_fetched_by_its_link(signed: Signed) -> None:
    invoice = form(Invoice).save(qb=signed.qb)
    file = attached("Invoice", invoice.Id, FileName="plan.txt", ContentType="text/plain", _FileBytes=b"Two oaks\n")
    file.save(qb=signed.qb)
    found = Attachable.get(file.Id, qb=signed.qb)
    assert (found.FileName, found.Size) == ("plan.txt", 9)
    assert requests.get(found.TempDownloadUri, timeout=10).content == b"Two oaks\n"
    where = f"AttachableRef.EntityRef.Type = 'invoice' and AttachableRef.EntityRef.value = '{invoice.Id}'"
    assert [each.Id for each in Attachable.where(where, qb=signed.qb)] == [file.Id]
    invoice.delete(qb=signed.qb)
    assert Attachable.get(file.Id, qb=signed.qb).AttachableRef[0].EntityRef.value == invoice.Id


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("work", "exception", "code"),
    [
        (lambda qb: qb.get_report("Nonsense"), UnsupportedException, 500),
        (lambda qb: Customer.get("999", qb=qb), ObjectNotFoundException, 610),
        (lambda qb: Customer.query("select * Customer", qb=qb), ValidationException, 4000),
        (lambda qb: Customer.where("Colour = 'red'", qb=qb), ValidationException, 4001),
        (lambda qb: Customer().save(qb=qb), ValidationException, 2020),
        (lambda qb: form(Invoice, "999").save(qb=qb), ValidationException, 2500),
        (lambda qb: form(Invoice, DocNumber="x" * 22).save(qb=qb), ValidationException, 2050),
        (lambda qb: form(Invoice, EmailStatus="Sometimes").save(qb=qb), ValidationException, 2170),
        (lambda qb: Payment.from_json({"CustomerRef": {"value": "3"}}).save(qb=qb), QuickbooksException, 6000),
        (lambda qb: Vendor.from_json({"DisplayName": "cool cars"}).save(qb=qb), QuickbooksException, 6240),
        (lambda qb: Customer.from_json({"Id": "3", "SyncToken": "9"}).save(qb=qb), QuickbooksException, 5010),
        (
            lambda qb: (
                batch_create([form(Invoice)] * 1, qb=qb).successes[0].Id
                and qb.batch_operation(
                    '{"BatchItemRequest": [' + ", ".join(['{"bId": "1", "Query": "select * from Term"}'] * 31) + "]}"
                )
            ),
            GeneralException,
            1040,
        ),
    ],
)
def test_faults_are_the_exceptions_that_the_library_knows(
    signed: Signed, work: Callable[[Any], Any], exception: type[QuickbooksException], code: int
) -> None:
    with pytest.raises(exception) as raised:
        work(signed.qb)
    assert raised.value.error_code == code
    assert raised.value.message


def test_a_severe_fault_is_a_severe_exception() -> None:
    fault = {"Error": [{"Message": "An application error has occurred", "Detail": "", "code": "10000"}]}
    with pytest.raises(SevereException):
        QuickBooks.handle_exceptions(fault)
