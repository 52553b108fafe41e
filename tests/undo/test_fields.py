"""Values that were set in QuickBooks go back to what they were, unless somebody changed them since."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.undo.office import ANN, TODAY, Office

from qbconsole.actions import decide, queues
from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.operations import UpdateCustomer, UpdateDocument
from qbconsole.outbox.inverse import inverse
from qbconsole.outbox.queue import Enqueued, enqueue
from qbconsole.store import outbox

if TYPE_CHECKING:
    from qbconsole.actions.decide import Decided
    from qbconsole.domain.operations import Operation

OLD, NEW, OTHERS = "512 555 0100", "512 555 0199", "512 555 0222"


def phone(office: Office) -> str:
    """The customer's telephone number in QuickBooks."""
    row = office.person.row("Customer", office.ids["customer"])
    return str((row.get("PrimaryPhone") or {}).get("FreeFormNumber", ""))


def dial(office: Office, number: str) -> None:
    """Somebody changes it there."""
    row = office.person.row("Customer", office.ids["customer"])
    token = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}
    office.person.post("Customer", {**token, "PrimaryPhone": {"FreeFormNumber": number}})


def enqueued(office: Office, operation: Operation, decision_id: int) -> None:
    """The operation of a decision, as a desk enqueues it."""
    now = datetime.now(UTC)
    with office.book.store.writing() as connection:
        enqueue(
            connection, Enqueued(operation, operation.kind), book="b", decision_id=decision_id, rules_hash="r",
            at=now, due_at=now,
        )  # fmt: skip


async def resolved(office: Office) -> Decided:
    """A conflict about the number, resolved with another value, which is delivered to QuickBooks."""
    await office.linked()
    dial(office, OLD)
    await office.pull()
    taken = office.decide("conflicts", "conflicts.value", value=NEW)
    update = UpdateCustomer(office.ids["customer"], "0", (("phone", OLD),), (("phone", NEW),))
    enqueued(office, update, taken.decision_id)
    await office.deliver()
    await office.pull()
    assert phone(office) == NEW
    return taken


async def test_the_value_goes_back_and_the_conflict_is_there_again(office: Office) -> None:
    taken = await resolved(office)
    assert decide.undo_words(office.book, taken.decision_id) == f"set phone to {OLD}"
    decide.undo(office.book, ANN, taken.decision_id)
    await office.deliver()
    assert phone(office) == OLD
    await office.pull()
    assert [row.cause for row in queues.rows(office.book, "conflicts")] == ["phone: QuickBooks changed it"]


async def test_what_somebody_changed_since_is_left_alone(office: Office) -> None:
    taken = await resolved(office)
    dial(office, OTHERS)
    await office.pull()
    with pytest.raises(NeedsPerson, match="somebody changed its phone since"):
        decide.undo(office.book, ANN, taken.decision_id)
    assert phone(office) == OTHERS


async def test_what_somebody_changes_before_the_delivery_is_left_alone(office: Office) -> None:
    taken = await resolved(office)
    decide.undo(office.book, ANN, taken.decision_id)
    dial(office, OTHERS)
    await office.deliver()
    assert phone(office) == OTHERS
    (parked,) = office.operations("parked")
    assert f"its phone number is '{OTHERS}', not '{NEW}'" in parked["problem"]


async def test_a_documents_fields_go_back_too(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await office.linked()
    taken = await office.approved(monkeypatch)
    invoice = office.made(taken.decision_id)
    seen, wanted = (("due_on", "2026-12-16"), ("message", "")), (("due_on", TODAY.isoformat()), ("message", "Hello"))
    enqueued(office, UpdateDocument("invoice", invoice, "0", seen, wanted), 99)
    await office.deliver()
    await office.pull()
    with office.book.store.writing() as connection:
        found = inverse(connection, office.book, outbox.of_decision(connection, 99))
    assert found.words == "set due to 2026-12-16, message to nothing"
    enqueued(office, found.operations[0].operation, 100)
    await office.deliver()
    row = office.person.row("Invoice", invoice)
    assert (row["DueDate"], row.get("CustomerMemo", {}).get("value", "")) == ("2026-12-16", "")
