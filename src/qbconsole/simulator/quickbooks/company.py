"""One QuickBooks company: its records and the rules by which they change together."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from qbconsole.simulator.quickbooks import documents, effects, kinds, names, payments, wire
from qbconsole.simulator.quickbooks.fault import Fault, business, missing, not_found, stale
from qbconsole.simulator.quickbooks.shelf import Shelf
from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    from datetime import date, datetime

    from qbconsole.simulator.clock import Clock
    from qbconsole.simulator.database import Database

__all__ = ["Company", "Fault"]

_SERVER_SET = (
    "MetaData",
    "domain",
    "sparse",
    "SyncToken",
    "FullyQualifiedName",
    "Level",
    "TotalAmt",
    "Balance",
    "BalanceWithJobs",
    "RemainingCredit",
    "UnappliedAmt",
    "DeliveryInfo",
    "LinkedTxn",
)
ZERO = Decimal("0.00")


class Company:
    """The books of one realm. Amounts are Decimal; every method works inside the caller's database transaction."""

    realm_id = "9341452093840021"
    time_zone = "America/Chicago"

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.switches = Switches(database)
        self._shelves = {kind: Shelf(database.collection(f"qbo.{kind}")) for kind in kinds.KINDS}
        self._deleted = database.collection("qbo.deleted")
        self._generation = -1
        self._holders: dict[str, tuple[str, str]] = {}
        self._by_customer: dict[str, dict[tuple[str, str], None]] = {}
        self._numbers: dict[tuple[str, str], str] = {}

    # --- settings -----------------------------------------------------------------------------------------------------

    def set_up(self, info: dict[str, Any], preferences: dict[str, Any], tax_rates: dict[str, str]) -> None:
        """Open the books: company info, preferences, automated sales tax by state (percent)."""
        at = self.clock.now()
        self._shelves["CompanyInfo"].put(self._stamped({**info, "Id": "1"}, at, at))
        self._shelves["Preferences"].put(self._stamped({**preferences, "Id": "1"}, at, at))
        agency = self.create("TaxAgency", {"DisplayName": "State tax authorities", "TaxTrackedOnSales": True}, at=at)
        for state, percent in tax_rates.items():
            rate = {
                "Name": f"{state} sales tax",
                "Description": state,
                "RateValue": wire.decimal(percent),
                "Active": True,
            }
            made = self.create(
                "TaxRate", {**rate, "AgencyRef": {"value": agency["Id"]}, "SpecialTaxType": "NONE"}, at=at
            )
            detail = {"TaxRateRef": {"value": made["Id"]}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0}
            code = {
                "Name": state,
                "Description": f"{state} sales tax",
                "Active": True,
                "Taxable": True,
                "TaxGroup": True,
            }
            lists = {"SalesTaxRateList": {"TaxRateDetail": [detail]}, "PurchaseTaxRateList": {"TaxRateDetail": []}}
            self.create("TaxCode", {**code, **lists}, at=at)

    def _preferences(self, block: str) -> dict[str, Any]:
        stored = self._shelves["Preferences"].get("1") or {}
        found: dict[str, Any] = stored.get(block, {})
        return found

    @property
    def home_currency(self) -> str:
        """The home currency's ISO code."""
        return str((self._preferences("CurrencyPrefs").get("HomeCurrency") or {"value": "USD"})["value"])

    @property
    def automated_tax(self) -> bool:
        """Whether the server reckons sales tax."""
        tax = self._preferences("TaxPrefs")
        return bool(tax.get("UsingSalesTax") and tax.get("PartnerTaxEnabled"))

    @property
    def custom_numbers(self) -> bool:
        """Whether document numbers are the caller's business."""
        return bool(self._preferences("SalesFormsPrefs").get("CustomTxnNumbers"))

    @property
    def closed_through(self) -> str:
        """The closing date, or empty."""
        return str(self._preferences("AccountingInfoPrefs").get("BookCloseDate") or "")

    @property
    def home_state(self) -> str:
        """The company's own state."""
        info = self._shelves["CompanyInfo"].get("1") or {}
        return str((info.get("CompanyAddr") or {}).get("CountrySubDivisionCode") or "")

    @property
    def undeposited_funds(self) -> str:
        """The account that payments go to unless told otherwise."""
        found = [
            account["Id"] for account in self._shelves["Account"] if account.get("AccountSubType") == "UndepositedFunds"
        ]
        return str(found[0]) if found else "4"

    def today(self) -> date:
        """The company's calendar day."""
        return self.clock.now().astimezone(ZoneInfo(self.time_zone)).date()

    def tax_rate(self, state: str) -> dict[str, Any] | None:
        """The rate record of a state."""
        return next((rate for rate in self._shelves["TaxRate"] if rate.get("Description") == state), None)

    # --- reading ------------------------------------------------------------------------------------------------------

    def shelf(self, kind: str) -> Shelf:
        """The records of one kind."""
        return self._shelves[kind]

    def read(self, kind: str, record_id: str) -> dict[str, Any]:
        """One record.

        Raises:
            Fault: 610, it is not there.
        """
        record = self._shelves[kind].get(record_id)
        if record is None:
            raise not_found()
        return record

    def records(self, kind: str) -> list[dict[str, Any]]:
        """All current records, inactive ones included, in id order."""
        return sorted(self._shelves[kind], key=lambda record: int(record["Id"]))

    def deleted(self, kind: str) -> list[dict[str, Any]]:
        """The tombstones of a kind: `{"Id", "at"}`."""
        return [entry for entry in self._deleted if entry["kind"] == kind]

    def balance_of(self, customer_id: str) -> Decimal:
        """What a customer owes, jobs apart."""
        return payments.open_balance(self, customer_id)

    def name_holder(self, folded: str) -> tuple[str, str] | None:
        """Who bears a qualified name (case folded)."""
        self._indexes()
        return self._holders.get(folded)

    def number_holder(self, kind: str, number: str) -> str | None:
        """Which document of a kind bears a number."""
        self._indexes()
        return self._numbers.get((kind, number))

    def transactions_of(self, customer_id: str) -> list[tuple[str, str]]:
        """(kind, id) of a customer's transactions."""
        self._indexes()
        return list(self._by_customer.get(customer_id, {}))

    def same_family(self, one: str, other: str) -> bool:
        """Whether two customers are the same or jobs of one parent."""
        return self._root(one) == self._root(other)

    def _root(self, customer_id: str) -> str:
        record = self._shelves["Customer"].get(customer_id)
        parent = ((record or {}).get("ParentRef") or {}).get("value")
        return self._root(str(parent)) if parent else customer_id

    # --- writing ------------------------------------------------------------------------------------------------------

    def create(self, kind: str, body: dict[str, Any], *, at: datetime | None = None) -> dict[str, Any]:
        """Record something new.

        Args:
            kind: the entity, such as `Invoice`.
            body: Intuit's JSON.
            at: the moment it is recorded; now unless told otherwise.

        Raises:
            Fault: the vendor refuses it.
        """
        moment = at or self.clock.now()
        record = self._completed(kind, _writable(kind, body), None)
        if kind in documents.OPEN:
            documents.set_open(kind, record, ZERO)
        record["Id"] = str(self.database.next_number(_sequence(kind)))
        record = self._stamped({**record, "SyncToken": "0"}, moment, moment)
        self._shelve(kind, record)
        self._effects(kind, None, record, moment)
        return self.read(kind, record["Id"])

    def update(self, kind: str, body: dict[str, Any], *, at: datetime | None = None) -> dict[str, Any]:
        """Change a record: sparse keeps what the body does not name, full drops it (quickbooks.md 7.2).

        Raises:
            Fault: 610, 5010, or whatever else the vendor refuses.
        """
        previous = self._current(kind, body)
        sparse = bool(body.get("sparse"))
        if kind in kinds.SALES and not sparse and "Line" not in body:
            raise missing("Line")
        payments.check_frozen(previous)
        if "TxnDate" in previous:
            documents.check_open(self, previous["TxnDate"])
        given = _writable(kind, body)
        if sparse:  # null is "not sent", an empty text or object blanks (quickbooks.md 7.2)
            given = {name: value for name, value in given.items() if value is not None}
        moment = at or self.clock.now()
        if kind == "Invoice":
            given["LinkedTxn"] = documents.links(given, previous)
        kept = previous if sparse else self._kept_in_full(kind, previous)
        changed = self._completed(kind, {**kept, **given}, previous)
        if kind in documents.OPEN:
            changed = self._reopened(kind, changed, previous, moment)
        if {**changed, "MetaData": previous["MetaData"]} == {**previous, "sparse": False}:
            return previous
        record = self._stamped({**changed, "SyncToken": self._next_token(kind, previous)}, None, moment, previous)
        self._shelve(kind, record)
        self._effects(kind, previous, record, moment)
        return self.read(kind, record["Id"])

    def _reopened(self, kind: str, changed: dict[str, Any], previous: dict[str, Any], at: datetime) -> dict[str, Any]:
        """A changed invoice or credit memo with what is open of it; money beyond its new total becomes unapplied."""
        applied = documents.applied(previous)
        most = changed["TotalAmt"] - wire.decimal(changed.get("Deposit") or 0)
        if applied > most:
            payments.release(self, kind, previous, at, keep=most)
            current = self.read(kind, previous["Id"])
            applied, changed = most, {**changed, "LinkedTxn": current["LinkedTxn"]}
        documents.set_open(kind, changed, applied)
        return changed

    @staticmethod
    def _kept_in_full(kind: str, previous: dict[str, Any]) -> dict[str, Any]:
        """What a full update cannot lose: ids, stamps, and what only the server sets."""
        fixed = (
            "Id",
            "MetaData",
            "domain",
            "sparse",
            "SyncToken",
            "CurrencyRef",
            "DocNumber",
            "LinkedTxn",
            "Balance",
            "BalanceWithJobs",
            "RemainingCredit",
            "DeliveryInfo",
            "IsProject",
        )
        kept = {name: previous[name] for name in fixed if name in previous}
        return kept if kind != "CompanyInfo" else dict(previous)

    def void(self, kind: str, record_id: str, sync_token: str, *, at: datetime | None = None) -> dict[str, Any]:
        """Void a transaction: it stays, with every amount zero; payments applied to it become unapplied."""
        previous = self._current(kind, {"Id": record_id, "SyncToken": sync_token})
        if kind not in (*kinds.SALES, "Payment") or kind == "Estimate":
            raise business(f"{kind} cannot be voided.")
        documents.check_open(self, previous["TxnDate"])
        payments.check_frozen(previous)
        moment = at or self.clock.now()
        if kind == "Payment":
            payments.apply(self, record_id, previous["Line"], [], moment)
            emptied = {"TotalAmt": ZERO, "UnappliedAmt": ZERO, "Line": []}
            changed = {**previous, **emptied, "PrivateNote": documents.voided_note(previous)}
        else:
            payments.release(self, kind, previous, moment)
            changed = documents.voided(kind, previous)
        record = self._stamped({**changed, "SyncToken": self._next_token(kind, previous)}, None, moment, previous)
        self._shelve(kind, record)
        if kind == "Invoice":
            effects.link_estimates(self, previous, None, moment)
        effects.balances(self, previous, record, moment)
        return self.read(kind, record_id)

    def delete(self, kind: str, record_id: str, sync_token: str, *, at: datetime | None = None) -> dict[str, Any]:
        """Delete a transaction; a name or list entry cannot be deleted, only made inactive."""
        previous = self._current(kind, {"Id": record_id, "SyncToken": sync_token})
        if kind not in kinds.TRANSACTIONS:
            raise Fault("500", "Unsupported Operation", f"Operation delete is not supported for {kind}.")
        if "TxnDate" in previous:
            documents.check_open(self, previous["TxnDate"])
        payments.check_frozen(previous)
        moment = at or self.clock.now()
        if kind == "Payment":
            payments.apply(self, record_id, previous["Line"], [], moment)
        elif kind == "Deposit":
            effects.sweep(self, previous, None)
        elif kind in kinds.SALES:
            payments.release(self, kind, previous, moment)
        if kind == "Invoice":
            effects.link_estimates(self, previous, None, moment)
        self.discard(kind, previous, moment)
        return {"domain": "QBO", "status": "Deleted", "Id": record_id}

    def discard(self, kind: str, record: dict[str, Any], at: datetime) -> None:
        """Take a transaction off its shelf and leave a tombstone; its customer's balance follows."""
        self._shelves[kind].remove(record["Id"])
        self._deleted.put(f"{kind}:{record['Id']}", {"kind": kind, "Id": record["Id"], "at": wire.stamp(at)})
        self._unindex(kind, record)
        effects.balances(self, record, None, at)

    def send(self, kind: str, record_id: str, address: str) -> dict[str, Any]:
        """E-mail a sales form: marks it as sent (quickbooks.md 9)."""
        record = self.read(kind, record_id)
        to = address or str((record.get("BillEmail") or {}).get("Address") or "")
        if not to:
            raise Fault("6420", "Email address required", "An email address is needed to send the form.", "BillEmail")
        moment = self.clock.now()
        delivery = {"DeliveryType": "Email", "DeliveryTime": wire.stamp(moment)}
        changed = {**record, "EmailStatus": "EmailSent", "DeliveryInfo": delivery, "BillEmail": {"Address": to}}
        self.touch(kind, changed, moment, bump=True)
        return self.read(kind, record_id)

    def touch(self, kind: str, record: dict[str, Any], at: datetime, *, bump: bool) -> None:
        """Store a change that the server itself makes, with or without a new SyncToken (quickbooks.md 4)."""
        token = str(int(record["SyncToken"]) + 1) if bump else record["SyncToken"]
        previous = self._shelves[kind].get(record["Id"]) or record
        self._shelve(kind, self._stamped({**record, "SyncToken": token}, None, at, previous))
        if kind in effects.OWED:
            effects.balances(self, previous, record, at)

    def place(self, kind: str, record: dict[str, Any]) -> None:
        """Store a change of the server's that moves neither time nor token."""
        self._shelve(kind, record)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _current(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        record_id = str(body.get("Id") or "")
        if not record_id:
            raise missing("Id")
        previous = self.read(kind, record_id)
        if body.get("SyncToken") in (None, ""):
            raise missing("SyncToken")
        if str(body["SyncToken"]) != previous["SyncToken"]:
            raise stale()
        return previous

    def _next_token(self, kind: str, previous: dict[str, Any]) -> str:
        """One more than the stored token, which may have moved while payments were taken off."""
        return str(int(self.read(kind, previous["Id"])["SyncToken"]) + 1)

    def _completed(self, kind: str, given: dict[str, Any], previous: dict[str, Any] | None) -> dict[str, Any]:
        record = {name: value for name, value in given.items() if value is not None and value != "" and value != {}}
        if kind in kinds.NAMES:
            return names.complete(self, kind, record, previous)
        if kind in kinds.SALES:
            return documents.complete(self, kind, record, previous)
        if kind == "Payment":
            return payments.complete(self, record, previous)
        if kind == "Deposit" and record.get("Line"):
            record["TotalAmt"] = sum((wire.decimal(line.get("Amount", 0)) for line in record["Line"]), ZERO)
        if kind in kinds.LISTS:
            return _listed(kind, record, previous)
        return record

    def _effects(self, kind: str, before: dict[str, Any] | None, record: dict[str, Any], at: datetime) -> None:
        """What else changes when a record is made or changed."""
        if kind == "Invoice":
            effects.link_estimates(self, before, record, at)
        elif kind == "Payment":
            payments.apply(self, record["Id"], before["Line"] if before else [], record["Line"], at)
        elif kind == "Deposit":
            effects.sweep(self, before, record)
        elif kind == "Customer" and before is not None:
            effects.renamed(self, before, record, at)
        effects.balances(self, before, record, at)

    def _stamped(
        self,
        record: dict[str, Any],
        created: datetime | None,
        updated: datetime,
        previous: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        first = previous["MetaData"]["CreateTime"] if previous else wire.stamp(created or updated)
        meta = {"CreateTime": first, "LastUpdatedTime": wire.stamp(updated)}
        return {"SyncToken": "0", **record, "MetaData": meta, "domain": "QBO", "sparse": False}

    def _shelve(self, kind: str, record: dict[str, Any]) -> None:
        self._indexes()
        previous = self._shelves[kind].get(record["Id"])
        if previous is not None:
            self._unindex(kind, previous)
        self._shelves[kind].put(record)
        self._index(kind, record)

    def _indexes(self) -> None:
        """The look-ups, made anew when a transaction was rolled back."""
        if self._generation == self.database.generation:
            return
        self._generation = self.database.generation
        self._holders, self._by_customer, self._numbers = names.holders(self), {}, {}
        for kind in kinds.TRANSACTIONS:
            for record in self._shelves[kind]:
                self._index(kind, record)

    def _index(self, kind: str, record: dict[str, Any]) -> None:
        if kind in kinds.NAMES:
            self._holders[record["FullyQualifiedName"].casefold()] = (kind, record["Id"])
        if kind in kinds.TRANSACTIONS and "CustomerRef" in record:
            self._by_customer.setdefault(str(record["CustomerRef"]["value"]), {})[kind, record["Id"]] = None
        if record.get("DocNumber"):
            self._numbers[kind, str(record["DocNumber"])] = record["Id"]

    def _unindex(self, kind: str, record: dict[str, Any]) -> None:
        if kind in kinds.NAMES:
            self._holders.pop(record["FullyQualifiedName"].casefold(), None)
        if "CustomerRef" in record:
            self._by_customer.get(str(record["CustomerRef"]["value"]), {}).pop((kind, record["Id"]), None)
        number = (kind, str(record.get("DocNumber")))
        if self._numbers.get(number) == record["Id"]:
            del self._numbers[number]


def _writable(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """What a client may set: not the server's own properties, but for a payment's total and an invoice's links."""
    allowed = {"Payment": "TotalAmt", "Deposit": "TotalAmt", "JournalEntry": "TotalAmt", "Invoice": "LinkedTxn"}
    given = {name: value for name, value in body.items() if name not in _SERVER_SET or name == allowed.get(kind)}
    given.pop("Id", None)
    return given


def _sequence(kind: str) -> str:
    """One sequence of ids for all transactions, one for names, one for each list (quickbooks.md 8.13)."""
    if kind in kinds.TRANSACTIONS:
        return "qbo.id.transaction"
    return "qbo.id.name" if kind in kinds.NAMES else f"qbo.id.{kind}"


def _listed(kind: str, record: dict[str, Any], previous: dict[str, Any] | None) -> dict[str, Any]:
    record.setdefault("Active", True)
    label = "DisplayName" if kind == "TaxAgency" else "Name"
    if not record.get(label):
        raise missing(label)
    if previous and previous["Active"] and not record["Active"]:
        record[label] += names.DELETED
    if kind in ("Item", "Account", "Class", "Department"):
        record["FullyQualifiedName"] = record[label]
    if kind == "Item":
        record.setdefault("Taxable", False)
        record.setdefault("UnitPrice", ZERO)
        record["UnitPrice"] = wire.decimal(record["UnitPrice"])
        record.setdefault("Type", "Service")
        record.setdefault("TrackQtyOnHand", False)
        if not record.get("IncomeAccountRef") and record["Type"] != "Category":
            raise missing("IncomeAccountRef")
    return record
