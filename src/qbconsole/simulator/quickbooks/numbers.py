"""Document numbers: who gives them and which may be used twice (quickbooks.md 8.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks.fault import Fault

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
TOGETHER = ("Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt")
"""These share one counter."""
WITHOUT_UNIQUENESS = ("Estimate",)


def put(company: Company, kind: str, record: Record, previous: Record | None, *, duplicates: bool) -> None:
    """Give a form its number, in place.

    Raises:
        Fault: 6140, another form of its kind bears the number.
    """
    sent = str(record.get("DocNumber") or "")
    if company.settings.allows("CustomTxnNumbers"):
        if sent and not duplicates:
            _check_free(company, kind, record, sent)
        return
    if previous is None and (not sent or company.switches["number_sent"] == "replaced"):
        sequence = "qbo.number" if kind in TOGETHER else f"qbo.number.{kind}"
        record["DocNumber"] = str(company.database.next_number(sequence, 1001))
    elif previous and "DocNumber" in previous and (not sent or company.switches["number_sent"] == "replaced"):
        record["DocNumber"] = previous["DocNumber"]


def _check_free(company: Company, kind: str, record: Record, number: str) -> None:
    if kind in WITHOUT_UNIQUENESS or company.switches["duplicate_number"] == "accepted":
        return
    holder = company.number_holder(kind, number)
    if holder and holder != record.get("Id"):
        detail = (
            "Duplicate Document Number Error : You must specify a different number. This number has already been used. "
            f"DocNumber={number} is assigned to TxnType={kind} with TxnId={holder}"
        )
        raise Fault("6140", "Duplicate Document Number Error", detail, "")
