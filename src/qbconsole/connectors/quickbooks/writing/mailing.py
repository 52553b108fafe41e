"""Having QuickBooks e-mail a document (quickbooks.md 9)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from qbconsole.connectors.quickbooks.translate import KIND_OF_TYPE
from qbconsole.connectors.quickbooks.writing.changes import Call, Change
from qbconsole.domain.errors import Conflict, NeedsPerson
from qbconsole.domain.money import spoken

if TYPE_CHECKING:
    from qbconsole.connectors.quickbooks.writing.held import Held
    from qbconsole.domain.operations import SendDocument


def send(operation: SendDocument, since: datetime | None = None) -> Change:
    """The decision rests on the total, and on the document not being void. The call has no body.

    Args:
        operation: the document and the address.
        since: when looked up afterwards: a mail from before that is another one.

    Raises:
        NeedsPerson: there is no address.
    """
    if "@" not in operation.email:
        raise NeedsPerson("there is no e-mail address to send it to.", next_step="Add the customer's e-mail address.")

    async def refuse(held: Held) -> None:
        current = held.document
        if current.voided or current.total != operation.total:
            was, now = (spoken(amount, current.currency) for amount in (operation.total, current.total))
            state = "void" if current.voided else f"over {now}, not {was}"
            raise Conflict(f"{held.name} is {state} now.", next_step="Look at it and decide again.")

    return Change(
        KIND_OF_TYPE[operation.type],
        operation.document_id,
        done=lambda held: _sent(held, operation.email, since),
        refuse=refuse,
        call=lambda held: Call(None, {"sendTo": operation.email}, path=f"{held.id}/send"),
    )


def _sent(held: Held, email: str, since: datetime | None) -> bool:
    """Whether it was mailed to that address (QuickBooks keeps it as the document's own), and not before `since`."""
    row = held.row
    if not held.document.emailed or str((row.get("BillEmail") or {}).get("Address", "")) != email:
        return False
    try:
        at = datetime.fromisoformat(str((row.get("DeliveryInfo") or {}).get("DeliveryTime")))
    except ValueError:
        return since is None
    return since is None or at.tzinfo is None or at >= since
