"""Time activities: who worked how long for whom (quickbooks.md 12 and the vendor's entity page)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks.fault import missing

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
_WORKERS = {"Employee": "EmployeeRef", "Vendor": "VendorRef"}


def complete(company: Company, record: Record) -> Record:
    """Fill in a time activity: who worked, and for how long or from when to when."""
    if "NameOf" not in record:
        raise missing("NameOf")
    worker = _WORKERS.get(str(record["NameOf"]))
    if worker and worker not in record:
        raise missing(worker)
    if not ("Hours" in record or "Minutes" in record or "StartTime" in record):
        raise missing("Hours")
    record.setdefault("TxnDate", str(record.get("StartTime") or company.today().isoformat())[:10])
    record.setdefault("BillableStatus", "NotBillable")
    record.setdefault("Taxable", False)
    record.setdefault("HourlyRate", 0)
    return record
