"""The rules of undo for single records: what takes a write back, or why nothing can."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.builders import company, customer, document, document_line

from qbconsole.domain import inverses
from qbconsole.domain.inverses import NO_INVERSE, Days
from qbconsole.domain.operations import (
    OPERATIONS,
    CreateDocument,
    DeactivateCustomer,
    StampCompany,
    TagCustomer,
    UpdateCustomer,
    UpdateDocument,
    VoidDocument,
)

if TYPE_CHECKING:
    from qbconsole.domain.records import Document

TODAY = date(2026, 11, 16)
DAYS = Days(TODAY, date(2026, 9, 30))
INVERTED = {
    "create_customer", "update_customer", "tag_customer", "create_document", "update_document", "stamp_company",
}  # fmt: skip


def invoice(**changes: Any) -> Document:
    """An invoice that may be voided."""
    return document(**{"lines": (document_line(),), "posted_on": date(2026, 11, 10), **changes})


def test_every_kind_of_operation_has_an_inverse_or_says_that_it_has_none() -> None:
    assert INVERTED | set(NO_INVERSE) == set(OPERATIONS)
    assert not INVERTED & set(NO_INVERSE)


class TestDocuments:
    def test_what_nobody_saw_is_voided_as_it_is_now(self) -> None:
        seen = invoice(revision="4", links=(("estimate", "8"),))
        assert inverses.of_document(seen, DAYS).operations == (
            VoidDocument("invoice", "900", "4", seen.balance, emailed=False, payments=(("estimate", "8"),)),
        )

    def test_a_month_of_another_year_is_named_with_its_year(self) -> None:
        last_year = invoice(posted_on=date(2025, 11, 16))
        assert inverses.why_not_void(last_year, Days(TODAY)) == ["it is dated in November 2025"]

    def test_a_credit_memo_has_the_same_items_classes_and_tax_codes_and_today(self) -> None:
        lines = (document_line("6000.00", class_id="5", taxable=True), document_line("420.00"))
        seen = invoice(
            emailed=True, total=Decimal("6915.00"), tax=Decimal("495.00"), balance=Decimal("6915.00"), lines=lines,
            class_id="6", location_id="7", tax_code_id="9",
        )  # fmt: skip
        (credit,) = inverses.of_document(seen, DAYS, "Deal 1042 / completion").operations
        assert credit == CreateDocument(
            type="credit_memo", customer_id="60", posted_on=TODAY, currency="USD", lines=lines,
            private_note="Credit for invoice 1900\nDeal 1042 / completion", reverses="900",
            reverses_balance=Decimal("6915.00"), class_id="6", location_id="7", tax_code_id="9",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"posted_on": date(2026, 9, 30)}, "2026-09-30 is closed or reported"),
            ({"posted_on": date(2026, 10, 31)}, "it is dated in October"),
            ({"posted_on": date(2026, 12, 1)}, "it is dated in December"),
            ({"emailed": True}, "it was e-mailed"),
            ({"balance": Decimal("6419.99")}, "it is paid or partly paid"),
            ({"links": (("payment", "7"),)}, "something is linked to it"),
            ({"links": (("estimate", "8"), ("credit_memo", "7"))}, "something is linked to it"),
            ({"links": (("time_activity", "8"), ("reimburse_charge", "9"))}, ""),
        ],
    )
    def test_reasons_against_a_void(self, changes: dict[str, Any], words: str) -> None:
        assert inverses.why_not_void(invoice(**changes), DAYS)[:1] == ([words] if words else [])

    @pytest.mark.parametrize(
        ("found", "days", "words"),
        [
            (
                invoice(emailed=True),
                Days(TODAY, TODAY),
                "invoice 1900 cannot be voided (2026-11-16 is closed or reported), nor credited: today is closed as "
                "well",
            ),
            (
                invoice(emailed=True, lines=(document_line("1.00"),)),
                DAYS,
                "invoice 1900 cannot be voided (it was e-mailed), and its lines are not its whole sum: write the "
                "credit memo in QuickBooks",
            ),
            (
                invoice(type="credit_memo", balance=Decimal("1.00")),
                DAYS,
                "credit memo 1900 cannot be voided (it is used, wholly or in part); correct it in QuickBooks",
            ),
            (
                invoice(type="estimate", links=(("invoice", "77"),)),
                DAYS,
                "estimate 1900 became invoice 77: take that back first",
            ),
            (
                invoice(type="estimate", status="closed"),
                DAYS,
                "estimate 1900 is closed; correct it in QuickBooks",
            ),
        ],
    )
    def test_refusals(self, found: Document, days: Days, words: str) -> None:
        reversal = inverses.of_document(found, days)
        assert (reversal.refusal, reversal.operations) == (words, ())

    def test_an_estimate_is_rejected_whatever_its_month(self) -> None:
        seen = invoice(type="estimate", posted_on=date(2026, 1, 5), emailed=True, status="pending")
        assert inverses.of_document(seen, DAYS).words == "reject estimate 1900"

    @pytest.mark.parametrize(
        ("type_", "posted_on", "words"),
        [
            ("invoice", TODAY, "void in November, unpaid and not e-mailed, else credit memo"),
            ("invoice", date(2026, 10, 20), "credit memo: it is dated in October"),
            ("invoice", date(2026, 9, 20), "credit memo: 2026-09-30 is closed or reported"),
            ("estimate", date(2026, 9, 20), "reject it, until it becomes an invoice"),
        ],
    )
    def test_what_the_undo_will_be_is_said_before(self, type_: str, posted_on: date, words: str) -> None:
        assert inverses.foreseen(type_, posted_on, DAYS) == f"cancel inside the posting window; later {words}"


class TestFields:
    UPDATE = UpdateCustomer(
        "60", "0", (("phone", "555 0100"), ("email", "old@x.example"), ("name", "Harbor")), (("phone", "555 0199"),)
    )

    def test_the_field_that_was_set_goes_back_and_no_other(self) -> None:
        reversal = inverses.of_update(self.UPDATE, customer(phone="555 0199", revision="3"))
        assert reversal.words == "set phone to 555 0100"
        assert reversal.operations == (UpdateCustomer("60", "3", (("phone", "555 0199"),), (("phone", "555 0100"),)),)

    def test_somebody_elses_change_survives(self) -> None:
        reversal = inverses.of_update(self.UPDATE, customer(phone="555 0222"))
        assert (reversal.refusal, reversal.operations) == ("somebody changed its phone since", ())

    def test_what_was_not_seen_cannot_be_set_back(self) -> None:
        update = replace(self.UPDATE, seen=())
        assert inverses.of_update(update, customer(phone="555 0199")).refusal == (
            "what its phone was before is not known"
        )

    def test_dates_addresses_and_empty_values_are_texts(self) -> None:
        update = UpdateDocument("invoice", "900", "0", (("due_on", "2026-12-01"),), (("due_on", "2026-12-10"),))
        assert inverses.of_update(update, document()).words == "set due to 2026-12-01"
        address = "1 Pier\nAustin\nTX\n73301\n"
        moved = UpdateCustomer("60", "0", (("address", ""),), (("address", address),))
        assert inverses.of_update(moved, customer()).words == "set address to nothing"

    def test_a_field_that_the_mirror_does_not_hold_is_compared_by_quickbooks(self) -> None:
        update = UpdateDocument("invoice", "900", "0", (("message", "Hi"),), (("message", "Hello"),))
        (operation,) = inverses.of_update(update, document()).operations
        assert operation == replace(update, seen=update.values, values=update.seen)


class TestParties:
    def test_a_customer_is_made_inactive_only_unused_and_with_nothing_owed(self) -> None:
        assert inverses.of_customer(customer(), in_use=False).operations == (DeactivateCustomer("60"),)
        for found, used in ((customer(), True), (customer(balance=Decimal("0.01")), False)):
            assert "has transactions" in inverses.of_customer(found, in_use=used).refusal
        assert inverses.of_customer(customer(active=False), in_use=True).operations == ()

    def test_a_tag_comes_off_and_goes_on_again(self) -> None:
        tag = TagCustomer("60", "CRM company 10")
        assert inverses.of_tag(tag).operations == (replace(tag, remove=True),)
        assert inverses.of_tag(replace(tag, remove=True)).operations == (tag,)

    @pytest.mark.parametrize(
        ("now", "cleared"), [("60", True), ("", True), ("61", False)], ids=["ours", "not pulled yet", "another's"]
    )
    def test_the_id_on_a_company_is_cleared_unless_it_is_another_one_by_now(self, now: str, cleared: bool) -> None:
        reversal = inverses.of_stamp(StampCompany("10", "60"), company(customer_tag=now))
        assert reversal.operations == ((StampCompany("10", ""),) if cleared else ())
