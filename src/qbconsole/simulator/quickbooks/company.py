"""One QuickBooks company: its records and the rules by which they change together."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from qbconsole.simulator.quickbooks import (
    attachments,
    completion,
    documents,
    kinds,
    names,
    payments,
    receivables,
    wire,
)
from qbconsole.simulator.quickbooks.fault import Fault, missing, not_found, stale, unsupported
from qbconsole.simulator.quickbooks.indexes import Indexes
from qbconsole.simulator.quickbooks.properties import writable
from qbconsole.simulator.quickbooks.settings import Settings
from qbconsole.simulator.quickbooks.shelf import Shelf
from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    from datetime import date, datetime

    from qbconsole.simulator.clock import Clock
    from qbconsole.simulator.database import Database

__all__ = ["Company", "Fault"]

Record = dict[str, Any]
CENT = Decimal("0.01")
ZERO = Decimal("0.00")
_KEPT_IN_FULL = (
    *("Id", "MetaData", "domain", "sparse", "SyncToken", "CurrencyRef", "DocNumber", "LinkedTxn", "Balance"),
    *("BalanceWithJobs", "RemainingCredit", "DeliveryInfo", "IsProject", "Type", "Size", "FileAccessUri"),
)
"""What even a full update cannot lose: ids, stamps, and what only the server sets (quickbooks.md 7.2)."""


class Company:
    """The books of one realm. Amounts are Decimal; every method works inside the caller's database transaction."""

    realm_id = "9341452093840021"
    time_zone = "America/Chicago"

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.switches = Switches(database)
        self.files = database.collection("qbo.files")
        self.lapsed = database.collection("qbo.lapsed")
        self._shelves = {kind: Shelf(database.collection(f"qbo.{kind}")) for kind in kinds.KINDS}
        self._deleted = database.collection("qbo.deleted")
        self._indexes = Indexes(self)
        self.settings = Settings(self._shelves["Preferences"], self._shelves["CompanyInfo"])

    # --- settings -----------------------------------------------------------------------------------------------------

    def set_up(self, info: Record, preferences: Record, tax_rates: dict[str, str]) -> None:
        """Open the books: company info, preferences, automated sales tax by state (percent)."""
        at = self.clock.now()
        self._shelves["CompanyInfo"].put(self._stamped({**info, "Id": "1"}, at, at))
        self._shelves["Preferences"].put(self._stamped({**preferences, "Id": "1"}, at, at))
        if not tax_rates:
            return
        agency = self.create("TaxAgency", {"DisplayName": "State tax authorities", "TaxTrackedOnSales": True}, at=at)
        for state, percent in tax_rates.items():
            words = f"{state} sales tax"
            rate = {"Name": words, "Description": state, "RateValue": wire.decimal(percent), "SpecialTaxType": "NONE"}
            made = self.create("TaxRate", {**rate, "AgencyRef": {"value": agency["Id"]}}, at=at)
            detail = {"TaxRateRef": {"value": made["Id"]}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0}
            lists_of_rates = {
                "SalesTaxRateList": {"TaxRateDetail": [detail]},
                "PurchaseTaxRateList": {"TaxRateDetail": []},
            }
            code = {"Name": state, "Description": words, "Taxable": True, "TaxGroup": True, **lists_of_rates}
            self.create("TaxCode", code, at=at)

    def today(self) -> date:
        """The company's calendar day."""
        return self.clock.now().astimezone(ZoneInfo(self.time_zone)).date()

    def rounded(self, amount: Decimal) -> Decimal:
        """To cents, halves away from zero unless another reading is taken."""
        mode = ROUND_HALF_UP if self.switches["rounding"] == "half_up" else ROUND_HALF_EVEN
        return amount.quantize(CENT, rounding=mode)

    def account(self, sub_type: str, otherwise: str) -> str:
        """The Id of the first account of a sub-type, such as `UndepositedFunds`."""
        found = (account["Id"] for account in self._shelves["Account"] if account.get("AccountSubType") == sub_type)
        return str(next(found, otherwise))

    def exchange_rate(self, currency: str, day: str) -> Decimal:
        """Home units for one of a currency: the newest stored rate up to a day, else a fixed one."""
        rates = [
            rate
            for rate in self._shelves["ExchangeRate"]
            if rate["SourceCurrencyCode"] == currency and rate["AsOfDate"] <= day
        ]
        return Decimal(max(rates, key=lambda rate: rate["AsOfDate"])["Rate"]) if rates else documents.DEFAULT_RATE

    def addressed(self, address: Record) -> Record:
        """A postal address with its Id (quickbooks.md 8.1)."""
        return address if address.get("Id") else {"Id": str(self.database.next_number("qbo.id.address")), **address}

    # --- reading ------------------------------------------------------------------------------------------------------

    def shelf(self, kind: str) -> Shelf:
        """The records of one kind."""
        return self._shelves[kind]

    def read(self, kind: str, record_id: str) -> Record:
        """One record.

        Raises:
            Fault: 610, it is not there.
        """
        record = self._shelves[kind].get(record_id)
        if record is None:
            raise not_found(deleted=f"{kind}:{record_id}" in self._deleted)
        return record

    def records(self, kind: str) -> list[Record]:
        """All current records, inactive ones included, in id order."""
        return sorted(self._shelves[kind], key=lambda record: int(record["Id"]))

    def deleted(self, kind: str) -> list[Record]:
        """The tombstones of a kind: `{"Id", "at"}`."""
        return [entry for entry in self._deleted if entry["kind"] == kind]

    def balance_of(self, customer_id: str) -> Decimal:
        """What a customer owes, jobs apart."""
        return receivables.balance(self, customer_id)

    def name_holder(self, name: str) -> tuple[str, str] | None:
        """Who bears a qualified name, or one that counts as the same."""
        return self._indexes.current().holders.get(names.folded(name, self.switches["name_compare"]))

    def number_holder(self, kind: str, number: str) -> str | None:
        """Which document of a kind bears a number."""
        return self._indexes.current().numbers.get((kind, number))

    def transactions_of(self, customer_id: str) -> list[tuple[str, str]]:
        """(kind, id) of a customer's transactions."""
        return list(self._indexes.current().by_customer.get(customer_id, {}))

    def ancestry(self, customer_id: str) -> list[str]:
        """A customer and everyone above it, from itself to the top."""
        parent = ((self._shelves["Customer"].get(customer_id) or {}).get("ParentRef") or {}).get("value")
        return [customer_id, *(self.ancestry(str(parent)) if parent else ())]

    # --- writing ------------------------------------------------------------------------------------------------------

    def create(self, kind: str, body: Record, *, at: datetime | None = None, duplicates: bool = False) -> Record:
        """Record something new.

        Args:
            kind: the entity, such as `Invoice`.
            body: Intuit's JSON.
            at: the moment it is recorded; now unless told otherwise.
            duplicates: whether a document number may be used a second time.

        Raises:
            Fault: the vendor refuses it.
        """
        moment = at or self.clock.now()
        given = writable(kind, body)
        record = completion.complete(self, kind, given, None, duplicates=duplicates)
        if kind in documents.OPEN:
            documents.set_open(kind, record, ZERO)
        record["Id"] = str(self.database.next_number(*_sequence(kind)))
        self._shelve(kind, self._stamped({**record, "SyncToken": "0"}, moment, moment))
        completion.follow(self, kind, None, self.read(kind, record["Id"]), moment)
        if kind == "Customer" and given.get("Balance"):
            self._open_with(record["Id"], given, moment)
        elif kind == "CreditMemo":
            payments.use_credit(self, self.read(kind, record["Id"]), moment)
        return self.read(kind, record["Id"])

    def update(self, kind: str, body: Record, *, at: datetime | None = None, duplicates: bool = False) -> Record:
        """Change a record: sparse keeps what the body does not name, full drops it (quickbooks.md 7.2).

        Raises:
            Fault: 610, 5010, or whatever else the vendor refuses.
        """
        previous = self._current(kind, body)
        sparse = bool(body.get("sparse"))
        if kind in kinds.WITH_LINES and kind != "BillPayment" and not sparse and "Line" not in body:
            raise missing("Line")
        payments.check_frozen(previous)
        if "TxnDate" in previous:
            documents.check_open(self, previous["TxnDate"])
        given = writable(kind, body)
        if kind == "Customer":
            given.pop("Balance", None)
        if sparse and self.switches["null_sent"] == "kept":
            given = {name: value for name, value in given.items() if value is not None}
        if kind == "Preferences":
            given = {name: _merged(previous.get(name), value) for name, value in given.items()}
        moment = at or self.clock.now()
        if kind == "Invoice":
            given["LinkedTxn"] = documents.links(given, previous)
        kept = (
            previous
            if sparse or kind in kinds.SINGLES
            else {name: previous[name] for name in _KEPT_IN_FULL if name in previous}
        )
        changed = completion.complete(self, kind, {**kept, **given}, previous, duplicates=duplicates)
        if kind in documents.OPEN:
            changed = self._reopened(kind, changed, previous, moment)
        if {**changed, "MetaData": previous["MetaData"]} == {**previous, "sparse": False}:
            return previous
        record = self._stamped({**changed, "SyncToken": self._next_token(kind, previous)}, None, moment, previous)
        self._shelve(kind, record)
        completion.follow(self, kind, previous, record, moment)
        return self.read(kind, record["Id"])

    def _reopened(self, kind: str, changed: Record, previous: Record, at: datetime) -> Record:
        """A changed invoice or credit memo with what is open of it; money beyond its new total becomes unapplied."""
        applied = documents.applied(previous)
        most = changed["TotalAmt"] - wire.decimal(changed.get("Deposit") or 0)
        if applied > most:
            payments.release(self, kind, previous, at, keep=most)
            current = self.read(kind, previous["Id"])
            applied, changed = most, {**changed, "LinkedTxn": current["LinkedTxn"]}
        documents.set_open(kind, changed, applied)
        return changed

    def void(self, kind: str, record_id: str, sync_token: str, *, at: datetime | None = None) -> Record:
        """Void a transaction: it stays, with every amount zero; payments applied to it become unapplied."""
        previous = self._current(kind, {"Id": record_id, "SyncToken": sync_token})
        if kind not in kinds.VOIDABLE:
            raise unsupported("void", kind)
        self._check_ends(kind, previous)
        moment = at or self.clock.now()
        if kind in ("Payment", "BillPayment"):
            payments.apply(self, record_id, previous["Line"], [], moment)
            emptied = {"TotalAmt": ZERO, "Line": [], **({"UnappliedAmt": ZERO} if kind == "Payment" else {})}
            changed = {**previous, **emptied, "PrivateNote": documents.voided_note(previous)}
        else:
            payments.release(self, kind, previous, moment)
            changed = documents.voided(kind, previous)
        record = self._stamped({**changed, "SyncToken": self._next_token(kind, previous)}, None, moment, previous)
        self._shelve(kind, record)
        completion.follow(self, kind, previous, record, moment, ended=True)
        return self.read(kind, record_id)

    def delete(self, kind: str, record_id: str, sync_token: str, *, at: datetime | None = None) -> Record:
        """Delete a transaction; a name or list entry cannot be deleted, only made inactive."""
        if kind not in kinds.DELETABLE:
            raise unsupported("delete", kind)
        previous = self._current(kind, {"Id": record_id, "SyncToken": sync_token})
        self._check_ends(kind, previous)
        moment = at or self.clock.now()
        if kind == "Payment":
            payments.apply(self, record_id, previous["Line"], [], moment)
        elif kind in receivables.BOOKED:
            payments.unlink_booked(self, kind, previous, moment)
        elif kind in kinds.SALES:
            payments.release(self, kind, previous, moment)
        self.discard(kind, previous, moment)
        return {"domain": "QBO", "status": "Deleted", "Id": record_id}

    def _check_ends(self, kind: str, record: Record) -> None:
        if "TxnDate" in record and kind in kinds.TRANSACTIONS:
            documents.check_open(self, record["TxnDate"])
        payments.check_frozen(record)
        payments.check_unpaid(self, kind, record)

    def discard(self, kind: str, record: Record, at: datetime) -> None:
        """Take a record off its shelf and leave a tombstone; what hung on it follows."""
        self._shelves[kind].remove(record["Id"])
        self.bury(kind, record["Id"], at)
        self._indexes.current().remove(kind, record)
        completion.follow(self, kind, record, None, at, ended=True)

    def bury(self, kind: str, record_id: str, at: datetime) -> None:
        """Leave a tombstone, which change data capture shows."""
        self._deleted.put(f"{kind}:{record_id}", {"kind": kind, "Id": record_id, "at": wire.stamp(at)})

    def touch(self, kind: str, record: Record, at: datetime, *, bump: bool) -> None:
        """Store a change that the server itself makes, with or without a new SyncToken (quickbooks.md 4)."""
        token = str(int(record["SyncToken"]) + 1) if bump else record["SyncToken"]
        previous = self._shelves[kind].get(record["Id"]) or record
        self._shelve(kind, self._stamped({**record, "SyncToken": token}, None, at, previous))
        if kind in receivables.OWED:
            receivables.follow(self, kind, previous, record, at)

    def place(self, kind: str, record: Record) -> None:
        """Store a change of the server's that moves neither time nor token."""
        self._shelve(kind, record)

    def forget_indexes(self) -> None:
        """Make the look-ups anew, after records went other ways than these methods."""
        self._indexes.forget()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _current(self, kind: str, body: Record) -> Record:
        record_id = str(body.get("Id") or "")
        if not record_id:
            raise missing("Id")
        previous = self.read(kind, record_id)
        if body.get("SyncToken") in (None, ""):
            raise missing("SyncToken")
        if str(body["SyncToken"]) != previous["SyncToken"]:
            raise stale()
        return previous

    def _next_token(self, kind: str, previous: Record) -> str:
        """One more than the stored token, which may have moved while payments were taken off."""
        return str(int(self.read(kind, previous["Id"])["SyncToken"]) + 1)

    def _open_with(self, customer_id: str, given: Record, at: datetime) -> None:
        """The opening balance of a new customer: an invoice, or a credit memo if it is negative (quickbooks.md 8.1)."""
        amount = self.rounded(wire.decimal(given["Balance"]))
        line = {"Amount": abs(amount), "DetailType": "SalesItemLineDetail", "Description": "Opening Balance"}
        body = {"CustomerRef": {"value": customer_id}, "Line": [{**line, "SalesItemLineDetail": {}}]}
        if given.get("OpenBalanceDate"):
            body["TxnDate"] = given["OpenBalanceDate"]
        self.create("Invoice" if amount > 0 else "CreditMemo", body, at=at)

    def _stamped(
        self, record: Record, created: datetime | None, updated: datetime, previous: Record | None = None
    ) -> Record:
        first = previous["MetaData"]["CreateTime"] if previous else wire.stamp(created or updated)
        meta = {"CreateTime": first, "LastUpdatedTime": wire.stamp(updated)}
        return {"SyncToken": "0", **record, "MetaData": meta, "domain": "QBO", "sparse": False}

    def _shelve(self, kind: str, record: Record) -> None:
        indexes = self._indexes.current()
        previous = self._shelves[kind].get(record["Id"])
        if previous is not None:
            indexes.remove(kind, previous)
        self._shelves[kind].put(record)
        indexes.put(kind, record)


def _merged(stored: Any, given: Any) -> Any:
    """A block of the preferences with what was sent of it."""
    return {**stored, **given} if isinstance(stored, dict) and isinstance(given, dict) else given


def _sequence(kind: str) -> tuple[str, int]:
    """One sequence of ids for all transactions, one for names, one for each list (quickbooks.md 8.13)."""
    if kind in kinds.TRANSACTIONS:
        return "qbo.id.transaction", 1
    if kind == "Attachable":
        return "qbo.id.Attachable", attachments.FIRST_ID
    return "qbo.id.name" if kind in kinds.NAMES else f"qbo.id.{kind}", 1
