"""The main job as a person decides it: every decision, its undo, and what stands in the queues afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.builders import TODAY, basics, company, contact, customer, deal, document, lines, payment, put
from tests.delivery import deliver

from qbconsole.actions import decide, outbox, propose, queues, registry
from qbconsole.books.settings import change_setting
from qbconsole.domain.errors import Configuration, NeedsPerson, Unarmed
from qbconsole.domain.operations import CreateDocument, StampCompany, TagCustomer, VoidDocument
from qbconsole.domain.records import Document
from qbconsole.journal import Actor
from qbconsole.store import mirror

if TYPE_CHECKING:
    from tests.conftest import MakeBook

    from qbconsole.actions.views import Row
    from qbconsole.books.book import Book

ANN = Actor("ann", "tty1")


def only(book: Book, queue: str, *, decided: bool = False) -> Row:
    (row,) = queues.rows(book, queue, decided=decided)
    return row


def approve(book: Book) -> decide.Decided:
    row = only(book, "invoices")
    return decide.decide(book, "invoices.approve", row.id, ANN, seen=queues.detail(book, row.id).seen)


def invoice(book: Book) -> Document:
    with book.store.reading() as connection:
        (found,) = mirror.every(connection, Document, type="invoice")
    return found


class TestLinks:
    def test_email_and_name_that_agree_link_by_rule_with_tag_and_stamp(self, book: Book) -> None:
        put(book, *basics())
        propose.propose(book)

        assert propose.decide_automatically(book) == 1
        assert deliver(book) == [TagCustomer("60", "CRM company 10"), StampCompany("10", "60")]
        assert queues.rows(book, "unmatched") == []
        assert only(book, "unmatched", decided=True).cause == "delivered"

    def test_an_unarmed_book_decides_nothing(self, make_book: MakeBook) -> None:
        book = make_book(armed=False)
        put(book, *basics())
        propose.propose(book)

        assert propose.decide_automatically(book) == 0
        with pytest.raises(Unarmed, match="read-only until it is armed"):
            decide.decide(book, "unmatched.link", "U1", ANN)
        assert "armed" in queues.why_not(book, "unmatched.link", "U1")

    def test_a_link_makes_its_drafts_clean_at_once_and_its_undo_blocks_them(self, book: Book) -> None:
        put(book, *basics(), customer("61", name="Harbor Point Dental", email="other@harbor.example"))
        propose.propose(book)
        assert only(book, "invoices").cause == "Harbor Point Dental is not linked to a QuickBooks customer"

        taken = decide.decide(book, "unmatched.link", "U1", ANN, customer="60")
        assert only(book, "invoices").verdict == "clean"
        assert decide.undo_words(book, taken.decision_id) == "cancel: not sent yet"

        decide.undo(book, ANN)
        assert only(book, "invoices").verdict == "blocked"
        assert deliver(book) == []

    def test_a_link_shown_between_undo_and_the_next_proposal_is_refused_after_that(self, book: Book) -> None:
        put(book, *basics())
        propose.propose(book)
        decide.decide(book, "unmatched.link", "U1", ANN, customer="60")
        decide.undo(book, ANN)
        shown = queues.detail(book, "U1").seen
        propose.propose(book)
        with pytest.raises(NeedsPerson, match="has changed since it was shown"):
            decide.decide(book, "unmatched.link", "U1", ANN, customer="60", seen=shown)

    def test_a_delivered_link_is_taken_back_by_untagging_and_no_rule_links_it_again(self, linked: Book) -> None:
        taken = only(linked, "unmatched", decided=True).decision_id

        decide.undo(linked, ANN, taken)

        assert deliver(linked) == [TagCustomer("60", "CRM company 10", remove=True), StampCompany("10", "")]
        propose.propose(linked)
        assert propose.decide_automatically(linked) == 0
        assert "was linked before" in only(linked, "unmatched").cause

    def test_a_customer_is_created_its_invoice_waits_for_it_and_undo_makes_it_inactive(self, book: Book) -> None:
        put(book, *[record for record in basics() if record != customer()])
        propose.propose(book)
        created = decide.decide(book, "unmatched.create", "U1", ANN)
        approve(book)
        with pytest.raises(NeedsPerson, match="take that back first"):
            decide.undo(book, ANN, created.decision_id)

        decide.undo(book, ANN)
        sent = deliver(book)
        assert [operation.kind for operation in sent] == ["create_customer", "stamp_company"]
        assert sent[1] == StampCompany("10", "5001")
        assert decide.undo_words(book, created.decision_id) == (
            "make the customer inactive and clear the id on the company"
        )
        put(book, document(customer_id="5001"))
        with pytest.raises(NeedsPerson, match="has transactions now"):
            decide.undo(book, ANN, created.decision_id)

    def test_a_likely_candidate_and_a_taken_name_stand_in_the_way_of_creating(self, book: Book) -> None:
        put(book, company(), contact(email=""), customer(name="Harbor Point Dental"))
        propose.propose(book)
        with pytest.raises(NeedsPerson, match="has a customer Harbor Point Dental already"):
            decide.decide(book, "unmatched.create", "U1", ANN)
        with pytest.raises(NeedsPerson, match="may be the customer"):
            decide.decide(book, "unmatched.create", "U1", ANN, name="Harbor Point Dental II")

        decide.decide(book, "unmatched.create", "U1", ANN, name="Harbor Point Dental II", confirm="yes")
        assert deliver(book)[0].kind == "create_customer"

    def test_a_foreign_customer_is_shown_as_such_and_a_new_one_gets_its_own_name(self, book: Book) -> None:
        put(book, company(), contact(), customer(name="Harbor Point Dental", currency="CAD"))
        propose.propose(book)
        assert "but it is in CAD" in only(book, "unmatched").cause
        with pytest.raises(NeedsPerson, match="is in CAD"):
            decide.decide(book, "unmatched.link", "U1", ANN)

        taken = decide.decide(book, "unmatched.create", "U1", ANN)
        assert taken.words == "create the customer Harbor Point Dental USD"

    def test_never_takes_the_candidate_away_and_its_undo_brings_it_back(self, book: Book) -> None:
        put(book, company(), contact(email=""), customer())
        propose.propose(book)
        decide.decide(book, "unmatched.never", "U1", ANN)
        propose.propose(book)
        assert queues.detail(book, "U1").choices == ()

        decide.undo(book, ANN)
        propose.propose(book)
        assert [choice.id for choice in queues.detail(book, "U1").choices] == ["60"]

    def test_an_ignored_company_stays_ignored_until_undo(self, book: Book) -> None:
        put(book, company(), contact())
        propose.propose(book)
        decide.decide(book, "unmatched.ignore", "U1", ANN)
        propose.propose(book)
        assert queues.rows(book, "unmatched") == []

        decide.undo(book, ANN)
        assert only(book, "unmatched").id == "U1"


class TestApproval:
    def test_what_was_shown_is_what_is_sent_once(self, linked: Book) -> None:
        approve(linked)
        with pytest.raises(NeedsPerson, match="approved already"):
            decide.decide(linked, "invoices.approve", "I1", ANN)
        assert only(linked, "invoices", decided=True).verdict == "waiting"

        (sent,) = deliver(linked)
        assert isinstance(sent, CreateDocument)
        assert (sent.customer_id, sent.posted_on, sent.due_on) == ("60", TODAY, date(2026, 12, 16))
        assert sent.private_note == "Deal 1042 / completion"
        assert [(line.item_id, line.amount, line.taxable) for line in sent.lines] == [
            ("30", Decimal("1160.00"), False),
            ("31", Decimal("5260.00"), True),
        ]
        assert only(linked, "invoices", decided=True).cause.startswith("delivered as ")

    def test_a_draft_that_moved_since_it_was_shown_is_refused_and_shown_anew(self, linked: Book) -> None:
        seen = queues.detail(linked, "I1").seen
        put(linked, replace(deal(), amount=Decimal("6320.00")))

        with pytest.raises(NeedsPerson, match="has changed since it was shown"):
            decide.decide(linked, "invoices.approve", "I1", ANN, seen=seen)
        assert only(linked, "invoices").cause == "deal says 6,320.00, lines say 6,420.00"
        with pytest.raises(NeedsPerson, match="is blocked"):
            decide.decide(linked, "invoices.approve", "I1", ANN)

    def test_a_deal_that_is_reopened_and_won_again_is_not_billed_again(self, linked: Book) -> None:
        approve(linked)
        deliver(linked)
        for state in (replace(deal(), won=False), replace(deal(), amount=Decimal(9)), deal()):
            put(linked, state)
            propose.propose(linked)
            assert queues.rows(linked, "invoices") == []

    def test_inside_the_posting_window_undo_leaves_no_trace(self, linked: Book) -> None:
        taken = approve(linked)
        assert decide.undo_words(linked, taken.decision_id) == "cancel: not sent yet"

        decide.undo(linked, ANN)

        assert deliver(linked) == []
        assert only(linked, "invoices").verdict == "clean"
        approve(linked)
        assert len(deliver(linked)) == 1

    def test_a_delivered_invoice_is_voided_and_only_bill_again_bills_it_anew(self, linked: Book) -> None:
        taken = approve(linked)
        deliver(linked)
        number = invoice(linked).number
        assert decide.undo_words(linked, taken.decision_id) == f"void invoice {number}"

        decide.undo(linked, ANN)
        (sent,) = deliver(linked)
        assert isinstance(sent, VoidDocument)
        propose.propose(linked)
        row = only(linked, "invoices")
        assert (row.verdict, row.cause) == ("blocked", f"taken back, was {number}")
        with pytest.raises(NeedsPerson, match="is blocked"):
            decide.decide(linked, "invoices.approve", row.id, ANN)

        decide.decide(linked, "invoices.bill_again", row.id, ANN)
        assert only(linked, "invoices").verdict == "clean"
        approve(linked)
        (again,) = deliver(linked)
        assert isinstance(again, CreateDocument)
        assert again.private_note == "Deal 1042 / completion / 2"

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"posted_on": date(2026, 10, 30)}, "it is dated in October)"),
            ({"emailed": True}, "it was e-mailed)"),
            (
                {"balance": Decimal("100.00")},
                "it is paid or partly paid); the customer then has 6,320.00 USD to use or to get back",
            ),
            ({"links": (("payment", "7"),)}, "something is linked to it)"),
        ],
    )
    def test_what_somebody_saw_or_paid_gets_a_credit_memo_dated_today(
        self, linked: Book, change: dict[str, object], reason: str
    ) -> None:
        taken = approve(linked)
        deliver(linked)
        made = replace(invoice(linked), **change)  # type: ignore[arg-type]
        put(linked, made)
        assert decide.undo_words(linked, taken.decision_id) == (
            f"credit memo dated today for invoice {made.number} ({reason}"
        )

        decide.undo(linked, ANN)
        (credit,) = deliver(linked)

        assert isinstance(credit, CreateDocument)
        assert (credit.type, credit.posted_on, credit.reverses) == ("credit_memo", TODAY, made.id)
        assert credit.lines == made.lines
        propose.propose(linked)
        assert only(linked, "invoices").cause == f"taken back, was {made.number}; credit 5004 open"

    def test_a_link_to_our_own_estimate_forbids_no_void(self, linked: Book) -> None:
        taken = approve(linked)
        deliver(linked)
        put(linked, replace(invoice(linked), links=(("estimate", "8"),)))

        assert decide.undo_words(linked, taken.decision_id).startswith("void")

    def test_nothing_reported_is_voided(self, make_book: MakeBook) -> None:
        book = make_book()
        put(book, *basics())
        propose.propose(book)
        propose.decide_automatically(book)
        taken = approve(book)
        deliver(book)
        change_setting(book.folder, "reported_through", TODAY.isoformat())
        book.reload()

        assert "is closed or reported" in decide.undo_words(book, taken.decision_id)

    def test_what_is_being_sent_cannot_be_undone_yet(self, linked: Book) -> None:
        taken = approve(linked)
        with linked.store.writing() as connection:
            connection.exec_driver_sql("UPDATE operation SET state = 'claimed', attempts = 1 WHERE state = 'waiting'")

        assert decide.undo_words(linked, taken.decision_id) == "no undo: being sent; try again in a moment"
        with pytest.raises(NeedsPerson, match="try again in a moment"):
            decide.undo(linked, ANN)

    def test_giving_a_parked_operation_up_frees_what_it_held(self, linked: Book) -> None:
        approve(linked)
        with linked.store.writing() as connection:
            connection.exec_driver_sql(
                "UPDATE operation SET state = 'parked', attempts = 1, problem = 'no such item' WHERE state = 'waiting'"
            )
        assert only(linked, "invoices", decided=True).cause == "parked: no such item"
        (parked,) = outbox.listed(linked)

        outbox.cancel(linked, parked.id, ANN)

        assert only(linked, "invoices").verdict == "clean"

    def test_giving_a_parked_undo_up_lets_the_invoice_stand(self, linked: Book) -> None:
        approve(linked)
        deliver(linked)
        decide.undo(linked, ANN)
        with linked.store.writing() as connection:
            connection.exec_driver_sql("UPDATE operation SET state = 'parked', attempts = 1 WHERE state = 'pending'")
        (parked,) = outbox.listed(linked)

        outbox.cancel(linked, parked.id, ANN)

        assert only(linked, "invoices", decided=True).cause.startswith("delivered as ")
        decide.undo(linked, ANN)
        assert len(deliver(linked)) == 1


class TestAdoption:
    @pytest.fixture
    def billed(self, linked: Book) -> Book:
        """The same amount was billed by hand."""
        put(linked, document())
        propose.propose(linked)
        return linked

    def test_a_possible_duplicate_blocks_and_offers_itself(self, billed: Book) -> None:
        row = only(billed, "invoices")
        assert row.verdict == "blocked"
        assert row.cause.startswith("possibly billed already as invoice 1900 of Nov 10, 6,420.00 before tax")
        assert [choice.id for choice in queues.detail(billed, row.id).choices] == ["900"]

    def test_adoption_writes_nothing_but_the_deals_stamp_and_undo_brings_the_draft_back(self, billed: Book) -> None:
        decide.decide(billed, "invoices.adopt", "I1", ANN)
        assert only(billed, "invoices", decided=True).cause == "adopted 1900"
        propose.propose(billed)
        propose.decide_automatically(billed)
        assert [operation.kind for operation in deliver(billed)] == ["stamp_deal"]

        decide.undo(billed, ANN)
        assert only(billed, "invoices").verdict == "blocked"
        decide.decide(billed, "invoices.adopt", "I1", ANN, document="1900")
        assert queues.rows(billed, "invoices") == []

    def test_several_documents_bill_one_deal(self, linked: Book) -> None:
        put(
            linked,
            document("901", total=Decimal("2000.00")),
            document("902", total=Decimal("4420.00")),
        )
        propose.propose(linked)
        assert "together they bill this deal" in only(linked, "invoices").cause

        decide.decide(linked, "invoices.adopt", "I1", ANN)

        with linked.store.reading() as connection:
            rows = connection.exec_driver_sql("SELECT amount FROM allocation ORDER BY id").fetchall()
        assert [row[0] for row in rows] == [200000, 442000]

    def test_one_document_bills_several_deals(self, linked: Book) -> None:
        put(linked, deal("1043", amount=Decimal("6420.00")), *lines("1043"), document(total=Decimal("12840.00")))
        propose.propose(linked)
        assert "bills this deal and deal 1043" in queues.rows(linked, "invoices")[0].cause

        decide.decide(linked, "invoices.adopt", "I1", ANN, document="900")
        decide.decide(linked, "invoices.adopt", "I2", ANN, document="900")

        assert queues.rows(linked, "invoices") == []
        with linked.store.reading() as connection:
            total = connection.exec_driver_sql("SELECT sum(amount) FROM allocation").scalar_one()
        assert total == 1284000

    def test_a_document_that_bills_another_deal_in_full_is_refused(self, billed: Book) -> None:
        decide.decide(billed, "invoices.adopt", "I1", ANN)
        put(billed, deal("1043", amount=Decimal("6420.00"), name="Other"), *lines("1043"))
        propose.propose(billed)
        with pytest.raises(NeedsPerson, match="bills other deals to its full amount"):
            decide.decide(billed, "invoices.adopt", "I2", ANN, document="900")

    @pytest.mark.parametrize("wanted", ["4711", "12; DROP TABLE draft"])
    def test_an_unknown_document_is_refused_by_name(self, billed: Book, wanted: str) -> None:
        with pytest.raises(NeedsPerson, match="There is no one invoice"):
            decide.decide(billed, "invoices.adopt", "I1", ANN, document=wanted)


class TestHoldAndReject:
    def test_a_held_draft_is_aside_with_its_reason_until_undo(self, linked: Book) -> None:
        with pytest.raises(NeedsPerson, match="only with a reason"):
            decide.decide(linked, "invoices.hold", "I1", ANN, reason=" ")
        decide.decide(linked, "invoices.hold", "I1", ANN, reason="waits for the PO")
        propose.propose(linked)
        row = only(linked, "invoices", decided=True)
        assert (row.verdict, row.cause) == ("held", "held waits for the PO")

        decide.undo(linked, ANN)
        assert only(linked, "invoices").verdict == "clean"

    def test_of_two_equal_deals_the_later_is_the_copy_until_the_first_is_rejected(self, linked: Book) -> None:
        put(linked, deal("1043", name="Chiller swap 1042"), *lines("1043"))
        propose.propose(linked)
        first, copy = queues.rows(linked, "invoices")
        assert (first.verdict, copy.verdict) == ("clean", "blocked")
        assert copy.cause == "looks like a copy of deal 1042: Chiller swap 1042, 2026-11-14"

        decide.decide(linked, "invoices.reject", first.id, ANN, reason="cancelled")
        assert only(linked, "invoices").verdict == "clean"


class TestUndoInGeneral:
    def test_it_goes_back_any_number_of_times(self, linked: Book) -> None:
        decide.decide(linked, "invoices.hold", "I1", ANN, reason="one")
        decide.undo(linked, ANN)
        decide.decide(linked, "invoices.reject", "I1", ANN)
        decide.undo(linked, ANN)
        with pytest.raises(NeedsPerson, match="nothing to take back"):
            decide.undo(linked, ANN)

    def test_a_decision_is_taken_back_once(self, linked: Book) -> None:
        taken = decide.decide(linked, "invoices.hold", "I1", ANN, reason="one")
        decide.undo(linked, ANN, taken.decision_id)
        with pytest.raises(NeedsPerson, match="taken back already"):
            decide.undo(linked, ANN, taken.decision_id)

    def test_unknown_rows_and_actions_are_named(self, linked: Book) -> None:
        with pytest.raises(Configuration, match="There is no row I99"):
            queues.detail(linked, "I99")
        with pytest.raises(Configuration, match="There is no row X"):
            decide.decide(linked, "invoices.approve", "X", ANN)
        with pytest.raises(Configuration, match="is no action for U1"):
            decide.decide(linked, "invoices.approve", "U1", ANN)
        with pytest.raises(Configuration, match="no decision 99"):
            decide.undo_words(linked, 99)


def test_why_not_says_the_reason_in_plain_words(linked: Book) -> None:
    assert queues.why_not(linked, "invoices.approve", "I1") == ""
    assert queues.why_not(linked, "invoices.bill_again", "I1") == "nothing of it was taken back"
    approve(linked)
    deliver(linked)
    assert queues.why_not(linked, "invoices.approve", "I1").startswith("approved already: delivered as")


def test_remote_text_is_safe_wherever_it_is_shown(book: Book) -> None:
    put(book, *basics(), deal("1", name="bad [/] \x1b[31mname"))
    put(book, company(name="bad \x1b[31m tag\u202e"))
    propose.propose(book)
    for queue in queues.QUEUES:
        for row in queues.rows(book, queue):
            detail = queues.detail(book, row.id)
            assert "\x1b" not in repr(detail)
            assert "\u202e" not in detail.headline


def test_every_key_is_bound_once_in_a_scope() -> None:
    for scope in ("unmatched", "invoices", "overdue", "conflicts", "log"):
        keys = [one.key for each in (scope, "rows", "everywhere") for one in registry.for_scope(each)]
        assert len(keys) == len(set(keys)), scope


def test_paid_money_reaches_the_deal_once(linked: Book) -> None:
    approve(linked)
    deliver(linked)
    propose.propose(linked)
    assert propose.decide_automatically(linked) == 1
    assert propose.decide_automatically(linked) == 0
    made = invoice(linked)
    put(linked, replace(made, balance=Decimal("420.00")), payment(amount="6000.00", document_id=made.id))

    assert propose.decide_automatically(linked) == 1
    values = dict(deliver(linked)[-1].values)  # type: ignore[union-attr]
    assert values["qbc_status"] == "partially_paid"
    assert (values["qbc_paid_amount"], values["qbc_balance"], values["qbc_paid_date"]) == (
        "6000.00",
        "420.00",
        "2026-11-15",
    )
