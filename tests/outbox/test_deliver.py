"""Delivery: exactly once in effect, in order, under a fence, and never in a book that is not armed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.builders import document, put
from tests.remote import Remote, customer, stamp, task

from qbconsole import journal, ledger
from qbconsole.books.settings import change_setting
from qbconsole.domain.errors import Conflict, Gone, NeedsPerson, Retriable, SignIn, Throttled
from qbconsole.domain.operations import CreateDocument, DeleteDocument, Receipt
from qbconsole.domain.records import Customer, Document
from qbconsole.outbox.deliver import Deliverer
from qbconsole.outbox.delivered import Delivered
from qbconsole.outbox.policy import ATTEMPTS
from qbconsole.outbox.queue import Enqueued, cancel, enqueue, outcome_unknown, retry
from qbconsole.store import facts, leases, mirror, outbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from qbconsole.books.book import Book
    from qbconsole.connectors.base import Send
    from qbconsole.domain.errors import Problem
    from qbconsole.domain.operations import Operation

CRM, ACCOUNTING = "crm", "accounting"
INVOICE = CreateDocument("invoice", "8", date(2026, 11, 16), "USD", (), "Deal 1 / deposit")


class Office:
    """A book with two remotes and a runner's lease."""

    def __init__(self, book: Book) -> None:
        self.book, self.crm, self.accounting = book, Remote("crm"), Remote("accounting")
        with book.store.writing() as connection:
            self.fence = leases.take(connection, "me", "here", 1, datetime.now(UTC))

    def add(self, operation: Operation, *needs: int, window: float = 0, target: str = "") -> int:
        """Enqueue an operation; returns its id."""
        now = datetime.now(UTC)
        with self.book.store.writing() as connection:
            return enqueue(
                connection,
                Enqueued(operation, target or operation.kind, needs=needs),
                book="b",
                decision_id=len(outbox.listed(connection, ("waiting", "pending", "settled"))) + 1,
                rules_hash="r",
                at=now,
                due_at=now + timedelta(seconds=window),
            )

    async def deliver(self, fence: int | None = None) -> Delivered:
        """One delivery."""
        connectors = {CRM: self.crm, ACCOUNTING: self.accounting}
        return await Deliverer(self.book, connectors, fence or self.fence).deliver()

    def row(self, id_: int) -> dict[str, Any]:
        """An operation as it is now."""
        with self.book.store.reading() as connection:
            found = outbox.get(connection, id_)
        assert found is not None
        return found

    def hurry(self) -> None:
        """Let every wait be over, and every sending be old enough for its look-up to be believed."""
        past = "2026-01-01T00:00:00.000000Z"
        with self.book.store.writing() as connection:
            connection.exec_driver_sql(
                f"UPDATE operation SET due_at = '{past}', sent_at = '{past}' WHERE state <> 'settled'"
            )


@pytest.fixture
def office(book: Book) -> Office:
    return Office(book)


async def test_an_operation_is_sent_settled_mirrored_and_journalled(office: Office) -> None:
    id_ = office.add(customer())
    done = await office.deliver()
    assert (done.settled, office.row(id_)["state"], office.row(id_)["remote_id"]) == (1, "settled", "100")
    with office.book.store.reading() as connection:
        assert mirror.get(connection, Customer, "100") is not None
        assert journal.verify(connection) == ""


async def test_what_is_in_its_posting_window_waits(office: Office) -> None:
    id_ = office.add(task(), window=60)
    await office.deliver()
    assert (office.row(id_)["state"], office.crm.sent) == ("waiting", [])


async def test_a_book_that_is_not_armed_sends_nothing(office: Office) -> None:
    id_ = office.add(task())
    change_setting(office.book.folder, "armed", False)
    await office.deliver()
    assert (office.row(id_)["state"], office.crm.sent) == ("pending", [])


async def test_an_operation_waits_for_the_one_it_needs_and_takes_its_id(office: Office) -> None:
    made = office.add(customer())
    office.add(stamp("7"), made)
    office.accounting.faults = [Retriable("down")]
    await office.deliver()
    assert office.crm.sent == [], "its customer is not there yet"
    office.hurry()
    await office.deliver()
    assert office.crm.sent == [stamp("7", "100")]


async def test_an_empty_id_without_a_predecessor_means_clear(office: Office) -> None:
    office.add(stamp("7"))
    await office.deliver()
    assert office.crm.sent == [stamp("7", "")]


async def test_a_lost_answer_is_unknown_then_found_and_not_sent_again(office: Office) -> None:
    id_ = office.add(task())
    office.crm.faults, office.crm.after = [Retriable("no answer", sent=True)], True
    await office.deliver()
    assert office.row(id_)["state"] == "unknown"
    office.hurry()
    done = await office.deliver()
    assert (done.found, office.row(id_)["state"], len(office.crm.sent)) == (1, "settled", 1)


async def test_a_lost_request_is_looked_for_then_sent_again_under_the_same_id(office: Office) -> None:
    id_ = office.add(task())
    office.crm.faults = [Retriable("no answer", sent=True)]
    await office.deliver()
    before = office.row(id_)["request_id"]
    office.hurry()
    await office.deliver()
    row = office.row(id_)
    assert (row["state"], row["request_id"], row["attempts"], office.crm.looked) == ("settled", before, 2, 1)


async def test_a_fresh_look_up_that_finds_nothing_is_not_believed(office: Office) -> None:
    id_ = office.add(task())
    office.crm.faults, office.crm.after, office.crm.blind = [Retriable("no answer", sent=True)], True, True
    await office.deliver()
    with office.book.store.writing() as connection:
        connection.exec_driver_sql("UPDATE operation SET due_at = '2026-01-01T00:00:00.000000Z'")
    await office.deliver()
    assert (office.row(id_)["state"], len(office.crm.sent)) == ("unknown", 1)
    office.crm.blind = False
    office.hurry()
    await office.deliver()
    assert (office.row(id_)["state"], len(office.crm.sent)) == ("settled", 1)


@pytest.mark.parametrize("lost", [True, False])
async def test_a_clock_that_is_set_back_puts_nothing_off(office: Office, *, lost: bool) -> None:
    """It ran a day ahead while the request, or its answer, was lost: what it said is not waited for."""
    id_ = office.add(task())
    with office.book.store.writing() as connection:
        connection.exec_driver_sql("UPDATE operation SET created_at = '2099-01-01T00:00:00.000000Z'")
        connection.exec_driver_sql("UPDATE operation SET due_at = '2099-01-01T00:00:01.000000Z'")
    office.crm.faults, office.crm.after, office.crm.blind = [Retriable("no answer", sent=True)], not lost, True
    await office.deliver()
    assert office.row(id_)["state"] == "unknown"
    with office.book.store.writing() as connection:
        connection.exec_driver_sql("UPDATE operation SET sent_at = '2099-01-01T00:00:00.000000Z'")
        connection.exec_driver_sql("UPDATE operation SET due_at = '2099-01-01T00:00:01.000000Z'")
        assert (outbox.next_due(connection, now := datetime.now(UTC))) == now
    await office.deliver()
    assert (office.row(id_)["state"], len(office.crm.sent)) == ("unknown", int(not lost))
    assert office.row(id_)["sent_at"] <= datetime.now(UTC)
    office.crm.blind = False
    office.hurry()
    await office.deliver()
    assert (office.row(id_)["state"], len(office.crm.sent)) == ("settled", 1)


async def test_what_stood_in_line_is_as_fresh_as_its_answer(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was claimed long ago and left just now: a look-up that finds nothing is not believed."""
    id_ = office.add(task())

    async def in_line(sends: Sequence[Send]) -> Sequence[Receipt | Problem]:
        office.hurry()
        await Remote.apply_many(office.crm, sends)
        return [Retriable("no answer", sent=True)]

    monkeypatch.setattr(office.crm, "apply_many", in_line)
    monkeypatch.setattr(office.crm, "blind", True)
    await office.deliver()
    monkeypatch.undo()
    with office.book.store.writing() as connection:
        connection.exec_driver_sql("UPDATE operation SET due_at = '2026-01-01T00:00:00.000000Z'")
    monkeypatch.setattr(office.crm, "blind", True)
    await office.deliver()
    assert (office.row(id_)["state"], len(office.crm.sent)) == ("unknown", 1)


async def test_what_a_dead_runner_claimed_may_have_left_just_before(office: Office) -> None:
    id_ = office.add(task())
    with office.book.store.writing() as connection:
        at = "2026-01-01T00:00:00.000000Z"
        connection.exec_driver_sql(
            f"UPDATE operation SET state='claimed', attempts=1, first_sent_at='{at}', sent_at='{at}'"
        )
    await office.deliver()
    assert (office.row(id_)["state"], office.crm.sent, office.crm.looked) == ("unknown", [], 1)
    office.hurry()
    await office.deliver()
    assert (office.row(id_)["state"], office.crm.sent, office.crm.looked) == ("settled", [task()], 2)


async def test_what_was_claimed_by_a_dead_runner_is_looked_for_first(office: Office) -> None:
    id_ = office.add(customer())
    await office.accounting.apply(customer(), request_id="lost with the runner")
    with office.book.store.writing() as connection:
        at = "2026-01-01T00:00:00.000000Z"
        connection.exec_driver_sql(
            f"UPDATE operation SET state='claimed', attempts=1, first_sent_at='{at}', sent_at='{at}'"
        )
    done = await office.deliver()
    assert (done.found, office.row(id_)["state"], len(office.accounting.sent)) == (1, "settled", 1)


@pytest.mark.parametrize(
    ("problem", "state"),
    [
        (NeedsPerson("the item is inactive", next_step="activate it", code="610"), "parked"),
        (Conflict("it was paid meanwhile"), "parked"),
        (Throttled("slow down", wait=30), "pending"),
        (Retriable("cannot be reached"), "pending"),
        (Retriable("no answer", sent=True), "unknown"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
async def test_each_class_of_failure_has_its_way(office: Office, problem: Problem, state: str) -> None:
    id_ = office.add(task())
    office.crm.faults = [problem]
    await office.deliver()
    row = office.row(id_)
    assert (row["state"], row["problem"], row["next_step"], row["code"]) == (
        state, problem.message, problem.next_step, problem.code,
    )  # fmt: skip


async def test_a_throttled_operation_waits_as_long_as_it_was_told(office: Office) -> None:
    id_ = office.add(task())
    office.crm.faults = [Throttled("slow down", wait=30)]
    await office.deliver()
    assert office.row(id_)["due_at"] - datetime.now(UTC) > timedelta(seconds=28)
    await office.deliver()
    assert (office.row(id_)["state"], office.crm.sent) == ("pending", []), "it is not due yet"


async def test_an_operation_that_never_gets_through_is_parked(office: Office) -> None:
    id_ = office.add(task())
    for _ in range(ATTEMPTS):
        office.crm.faults = [Retriable("no answer", sent=True)]
        await office.deliver()
        office.hurry()
    row = office.row(id_)
    assert (row["state"], row["attempts"]) == ("parked", ATTEMPTS)
    assert f"tried {ATTEMPTS} times" in row["problem"]


async def test_a_remote_that_cannot_be_reached_costs_no_attempt(office: Office) -> None:
    id_ = office.add(task())
    for _ in range(ATTEMPTS + 3):
        office.crm.faults = [Retriable("cannot be reached")]
        await office.deliver()
        office.hurry()
    row = office.row(id_)
    assert (row["state"], row["attempts"], row["first_sent_at"]) == ("pending", 0, None)


async def test_refused_credentials_stop_the_book_and_lose_nothing(office: Office) -> None:
    id_ = office.add(task())
    office.crm.apply_many = _signed_out  # type: ignore[method-assign, assignment]
    with pytest.raises(SignIn):
        await office.deliver()
    assert office.row(id_)["state"] == "pending"


async def test_a_refused_sign_in_leaves_the_other_side_to_its_end(office: Office) -> None:
    """What is under way there is answered and noted before anybody may deliver again."""
    id_ = office.add(customer())
    office.add(task())
    office.crm.apply_many = _signed_out  # type: ignore[method-assign, assignment]
    real, refused = office.accounting.apply_many, asyncio.Event()

    async def slowly(sends: Sequence[Send]) -> Sequence[Receipt | Problem]:
        asyncio.get_running_loop().call_later(0.05, refused.set)
        await refused.wait()
        return await real(sends)

    office.accounting.apply_many = slowly  # type: ignore[method-assign]
    with pytest.raises(SignIn):
        await office.deliver()
    assert office.row(id_)["state"] == "settled"


async def _signed_out(_sends: object) -> list[Any]:
    raise SignIn("sign in again")


async def test_a_runner_that_lost_its_lease_changes_nothing(office: Office) -> None:
    id_ = office.add(task())
    with office.book.store.writing() as connection:
        leases.take(connection, "another", "there", 2, datetime.now(UTC))
    done = await office.deliver(fence=office.fence)
    assert (done.lost, office.row(id_)["state"], office.crm.sent) == (1, "pending", [])


async def test_what_was_parked_after_a_sending_is_looked_for_before_it_is_sent_again(office: Office) -> None:
    """The vendor may have forgotten the request id by the time a person retries."""
    id_ = await _parked_without_an_answer(office)
    office.crm.done.clear()
    with office.book.store.writing() as connection:
        assert retry(connection, office.row(id_), at=datetime.now(UTC))
    done = await office.deliver()
    assert (done.found, office.row(id_)["state"], len(office.crm.sent)) == (1, "settled", 1)


async def test_what_may_have_been_done_cannot_be_given_up(office: Office) -> None:
    id_ = await _parked_without_an_answer(office)
    with pytest.raises(NeedsPerson, match="may have reached"), office.book.store.writing() as connection:
        cancel(connection, office.row(id_), at=datetime.now(UTC))


async def test_a_refused_look_up_leaves_it_unknown_whether_it_was_done(office: Office) -> None:
    id_ = office.add(task())
    office.crm.faults = [Retriable("no answer", sent=True)]
    await office.deliver()
    office.hurry()

    async def refused(_operation: object, *, since: datetime) -> None:
        raise NeedsPerson("the scope is missing")

    office.crm.find = refused  # type: ignore[method-assign, assignment]
    await office.deliver()
    assert (office.row(id_)["state"], outcome_unknown(office.row(id_))) == ("parked", True)


async def test_what_was_refused_can_be_given_up(office: Office) -> None:
    id_ = office.add(task())
    office.crm.faults = [NeedsPerson("no such owner")]
    await office.deliver()
    with office.book.store.writing() as connection:
        assert cancel(connection, office.row(id_), at=datetime.now(UTC))


async def _parked_without_an_answer(office: Office) -> int:
    """An operation that was done, of which no answer ever came, and whose look-ups saw nothing."""
    id_ = office.add(task())
    office.crm.after, office.crm.blind = True, True
    for _ in range(ATTEMPTS):
        office.crm.faults = [Retriable("no answer", sent=True)]
        await office.deliver()
        office.hurry()
    office.crm.after, office.crm.blind = False, False
    assert office.row(id_)["state"] == "parked"
    return id_


async def test_a_remote_that_cannot_be_asked_is_asked_less_and_less(office: Office) -> None:
    id_ = office.add(task())
    office.crm.faults = [Retriable("no answer", sent=True)]
    await office.deliver()
    office.hurry()  # it was sent long ago by now
    office.crm.find = _unreachable  # type: ignore[method-assign, assignment]
    await office.deliver()
    row = office.row(id_)
    assert (row["state"], row["attempts"]) == ("unknown", 1)
    assert row["due_at"] - datetime.now(UTC) > timedelta(seconds=30)


async def _unreachable(_operation: object, *, since: datetime) -> None:
    raise Retriable("cannot be reached")


async def test_a_look_up_reaches_back_by_the_remote_clock(office: Office) -> None:
    """The server's clock is a month behind ours at the sending, and a month ahead when we look."""
    with office.book.store.writing() as connection:
        facts.keep_remote_offset(connection, datetime.now(UTC) - timedelta(days=30))
    office.add(task())
    office.crm.faults = [Retriable("no answer", sent=True)]
    await office.deliver()
    with office.book.store.writing() as connection:
        connection.exec_driver_sql("UPDATE operation SET due_at = '2026-01-01T00:00:00.000000Z'")
        facts.keep_remote_offset(connection, datetime.now(UTC) + timedelta(days=30))
    await office.deliver()
    assert office.crm.since is not None
    assert office.crm.since < datetime.now(UTC) - timedelta(days=30)


async def test_a_look_up_reaches_back_by_hours_when_the_remote_clock_was_never_heard(office: Office) -> None:
    """A remote that is ten minutes behind, and that was down until the sending, dates the effect before it."""
    office.add(task())
    office.crm.faults = [Retriable("no answer", sent=True)]
    await office.deliver()
    office.hurry()
    await office.deliver()
    assert office.crm.since is not None
    assert office.crm.since < datetime.now(UTC) - timedelta(hours=12)


async def test_one_changed_body_does_not_hold_up_the_others(office: Office) -> None:
    bad, good = office.add(task()), office.add(task("Invoice 2 overdue"))
    with office.book.store.writing() as connection:
        connection.exec_driver_sql(f"UPDATE operation SET body = replace(body, 'Call', 'Pay') WHERE id = {bad}")
    done = await office.deliver()
    assert (office.row(bad)["state"], office.row(good)["state"]) == ("parked", "settled")
    assert "changed after it was decided" in office.row(bad)["problem"]
    assert (done.parked, len(office.crm.sent)) == (1, 1)


async def test_only_what_was_sent_under_a_request_id_is_sent_under_it_again(office: Office) -> None:
    """A payload that changed meanwhile is refused, and may have been done: it cannot be given up."""
    made = office.add(customer())
    id_ = office.add(replace(INVOICE, customer_id=""), made)
    office.accounting.faults = [None, Retriable("no answer", sent=True)]
    await office.deliver()
    office.hurry()
    with office.book.store.writing() as connection:
        connection.exec_driver_sql(f"UPDATE operation SET remote_id = '999' WHERE id = {made}")
    done = await office.deliver()
    row = office.row(id_)
    assert (row["state"], done.parked, office.accounting.sent) == ("parked", 1, [customer()])
    assert "is not what was sent under its request id before" in row["problem"]
    assert outcome_unknown(row)


async def test_the_same_is_sent_under_its_request_id_again(office: Office) -> None:
    id_ = office.add(stamp("7"), office.add(customer()))
    office.crm.faults = [Retriable("no answer", sent=True)]
    await office.deliver()
    before = office.row(id_)
    office.hurry()
    await office.deliver()
    after = office.row(id_)
    assert (after["state"], after["attempts"]) == ("settled", 2)
    assert (after["sent_hash"], after["request_id"]) == (before["sent_hash"], before["request_id"])


async def test_a_connector_is_told_what_was_sent_before(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []
    real = Remote.apply_many

    async def listening(remote: Remote, sends: Sequence[Send]) -> Sequence[Receipt | Problem]:
        told.extend(send.again for send in sends)
        return await real(remote, sends)

    monkeypatch.setattr(Remote, "apply_many", listening)
    office.add(task())
    lost = Retriable("no answer", sent=True)
    office.crm.faults = [Retriable("cannot be reached"), lost, lost]
    for _ in range(4):
        await office.deliver()
        office.hurry()
    assert told == [False, False, True, True]


async def test_what_was_made_and_is_gone_is_parked_with_its_number(office: Office) -> None:
    id_ = office.add(customer())
    office.accounting.faults = [Gone("invoice 1042 was deleted since.", remote_id="130", number="1042")]
    await office.deliver()
    row = office.row(id_)
    assert (row["state"], row["problem_class"], row["remote_id"], row["number"]) == ("parked", "Gone", "130", "1042")
    assert not outcome_unknown(row)
    with pytest.raises(NeedsPerson, match="taken away"), office.book.store.writing() as connection:
        retry(connection, row, at=datetime.now(UTC))


async def test_a_job_takes_its_customer_and_an_invoice_its_job(office: Office) -> None:
    parent, roof = office.add(customer()), replace(customer("Roof"), bill_with_parent=True)
    job = office.add(roof, parent, target="the job")
    office.add(replace(INVOICE, customer_id=""), parent, job)
    await office.deliver()
    made = [customer(), replace(roof, parent_id="100"), replace(INVOICE, customer_id="101")]
    assert office.accounting.sent == made


async def test_a_runner_that_is_stopped_while_it_sends_leaves_the_outcome_unknown(office: Office) -> None:
    id_ = office.add(task())
    sending = asyncio.Event()

    async def never(_sends: object) -> list[Any]:
        sending.set()
        await asyncio.Event().wait()
        return []

    office.crm.apply_many = never  # type: ignore[method-assign, assignment]
    delivering = asyncio.create_task(office.deliver())
    await sending.wait()
    delivering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await delivering
    assert (office.row(id_)["state"], office.row(id_)["attempts"]) == ("unknown", 1)


async def test_what_waits_for_a_parked_one_is_not_due(office: Office) -> None:
    made = office.add(customer())
    office.add(stamp("7"), made)
    office.accounting.faults = [NeedsPerson("the name is taken")]
    await office.deliver()
    with office.book.store.reading() as connection:
        assert outbox.next_due(connection, datetime.now(UTC)) is None


async def test_a_receipt_that_cannot_be_noted_holds_no_other_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was done: so it may be looked for again, but not given up."""
    bad, good = office.add(customer("Harbor")), office.add(customer("Pier"))
    real = ledger.settle

    def refuse(connection: Connection, row: dict[str, Any], receipt: Receipt, at: datetime) -> None:
        if row["id"] == bad:
            raise ValueError("half a cent")
        real(connection, row, receipt, at)

    monkeypatch.setattr(ledger, "settle", refuse)
    done = await office.deliver()
    assert (done.settled, done.parked, office.row(good)["state"]) == (1, 1, "settled")
    assert (office.row(bad)["state"], outcome_unknown(office.row(bad))) == ("parked", True)
    with office.book.store.reading() as connection:
        assert mirror.get(connection, Customer, office.row(good)["remote_id"]) is not None
        assert mirror.get(connection, Customer, "100") is None, "nothing of what failed stands by halves"

    monkeypatch.setattr(ledger, "settle", real)
    with office.book.store.writing() as connection:
        retry(connection, office.row(bad), at=datetime.now(UTC))
    done = await office.deliver()
    assert (done.found, office.row(bad)["state"], len(office.accounting.sent)) == (1, "settled", 2)


async def test_a_failure_is_kept_with_the_remotes_own_reference(office: Office) -> None:
    refused = NeedsPerson("The name is taken.", next_step="Choose another.", code="6240")
    refused.reference = "Intuit's reference 1-5f73"
    office.accounting.faults = [refused]
    id_ = office.add(customer())
    done = await office.deliver()
    assert office.row(id_)["problem"] == "The name is taken. (Intuit's reference 1-5f73)"
    assert done.problems == ["The name is taken. (Intuit's reference 1-5f73)"]


async def test_what_was_deleted_there_is_buried_here(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    put(office.book, document("900"))
    answered = Receipt("900", gone=True, notice="invoice 1900: a cent differs.")
    monkeypatch.setattr(Remote, "_receipt", lambda *_: answered)
    id_ = office.add(DeleteDocument("invoice", "900", "0", Decimal(6420), emailed=False))
    done = await office.deliver()
    assert (office.row(id_)["state"], done.notices) == ("settled", ["invoice 1900: a cent differs."])
    with office.book.store.reading() as connection:
        assert mirror.get(connection, Document, "900") is None
        assert journal.verify(connection) == ""
