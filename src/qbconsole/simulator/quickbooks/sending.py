"""E-mailing a form, and who may still write: the mail limit and the lapsed subscription (quickbooks.md 5.2, 7.4, 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import kinds, wire
from qbconsole.simulator.quickbooks.fault import Fault, unsupported

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]


def send(company: Company, kind: str, record_id: str, address: str) -> Record:
    """Mark a form as sent; the address that is given replaces the stored one (quickbooks.md 9).

    Raises:
        Fault: 6420 without any address, 2210, 610, or 6000 beyond the day's limit.
    """
    if kind not in kinds.SENDABLE:
        raise unsupported("send", kind)
    record = company.read(kind, record_id)
    to = address or str((record.get("BillEmail") or {}).get("Address") or "")
    if not to:
        raise Fault("6420", "Email address required", "An email address is needed to send the form.", "BillEmail")
    if "@" not in to or "." not in to:
        raise Fault(
            "2210", "Invalid Email Address format", "Email Address does not conform to the standard format.", ""
        )
    _count(company)
    moment = company.clock.now()
    delivery = {"DeliveryType": "Email", "DeliveryTime": wire.stamp(moment)}
    changed = {**record, "EmailStatus": "EmailSent", "DeliveryInfo": delivery, "BillEmail": {"Address": to}}
    company.touch(kind, changed, moment, bump=company.switches["sending"] == "bumped")
    return company.read(kind, record_id)


def _count(company: Company) -> None:
    """Count an e-mail of the day, if there is a limit."""
    limit, sent = company.switches["mail_limit"], company.database.collection("qbo.sent")
    day = company.today().isoformat()
    number = (sent.get(day) or {"count": 0})["count"]
    if limit != "none" and number >= int(limit):
        raise Fault(
            "6000",
            "A business validation error has occurred while processing your request",
            f"Business Validation Error: The limit of {limit} emails a day is reached.",
            "",
        )
    sent.put(day, {"count": number + 1})


def check_subscribed(company: Company) -> None:
    """Refuse a write while the subscription has lapsed; reads go on (quickbooks.md 12, trap 47).

    Raises:
        Fault: 6190.
    """
    if company.lapsed.get("lapsed"):
        words = "Subscription period has ended or canceled or there was a billing problem"
        detail = f"{words} : You can read your data, but not change it until the subscription is renewed."
        raise Fault("6190", words, detail, "", status=int(company.switches["lapsed_status"]))
