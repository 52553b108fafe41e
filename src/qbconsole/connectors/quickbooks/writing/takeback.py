"""Taking a document back: void or delete, only while it still is as the decision saw it (invariants 3 and 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.quickbooks.translate import KIND_OF_TYPE
from qbconsole.connectors.quickbooks.writing.changes import Call, Change
from qbconsole.domain.errors import Conflict

if TYPE_CHECKING:
    from typing import Any

    from qbconsole.connectors.quickbooks.writing.held import Held
    from qbconsole.domain.operations import DeleteDocument, VoidDocument

HARMLESS_LINKS = frozenset({"estimate", "time_activity", "reimburse_charge"})
"""Links of an invoice to what it was made from: they forbid no void (design.md section 8)."""


def void(operation: VoidDocument) -> Change:
    """The decision rests on balance, payments and credits linked, and e-mail status."""

    async def refuse(held: Held) -> None:
        refuse_if_touched(operation, held)

    return Change(
        KIND_OF_TYPE[operation.type],
        operation.document_id,
        done=lambda held: held.document.voided,
        refuse=refuse,
        call=lambda held: _void_call(operation.type, held),
    )


def delete(operation: DeleteDocument) -> Change:
    """The decision rests on what that of a void rests on; afterwards QuickBooks knows of no such document."""

    async def refuse(held: Held) -> None:
        refuse_if_touched(operation, held)

    return Change(
        KIND_OF_TYPE[operation.type],
        operation.document_id,
        done=lambda _: False,
        refuse=refuse,
        call=lambda held: Call({"Id": held.id, "SyncToken": held.revision}, {"operation": "delete"}),
        deletes=True,
    )


def refuse_if_touched(operation: VoidDocument | DeleteDocument, held: Held) -> None:
    """Compare a document with what the decision saw; its token alone may have moved.

    Raises:
        Conflict: it is void already, or money, links or mail moved.
    """
    current = held.document
    if current.voided:
        raise Conflict(f"{held.name} was voided in QuickBooks already.", next_step="Nothing is left to take back.")
    seen = {link for link in operation.payments if link[0] not in HARMLESS_LINKS}
    linked = {link for link in current.links if link[0] not in HARMLESS_LINKS}
    moved = [
        text
        for differs, text in (
            (current.balance != operation.balance, f"its balance is {current.balance}, not {operation.balance}"),
            (linked != seen, "its payments or credits changed"),
            (current.emailed != operation.emailed, "it has been e-mailed"),
        )
        if differs
    ]
    if moved:
        raise Conflict(
            f"{held.name} is not as it was when it was taken back: {', '.join(moved)}.",
            next_step="Look at it and decide again; a credit memo may be the way.",
        )


def _void_call(type_: str, held: Held) -> Call:
    """The body holds id and token alone, so that a mistake fails instead of rewriting the document (quickbooks.md 9).
    An estimate cannot be voided: it is rejected."""
    body: dict[str, Any] = {"Id": held.id, "SyncToken": held.revision}
    if type_ == "invoice":
        return Call(body, {"operation": "void"})
    if type_ == "estimate":
        return Call({**body, "sparse": True, "TxnStatus": "Rejected"})
    return Call({**body, "sparse": True}, {"operation": "update", "include": "void"})
