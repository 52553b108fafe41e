"""What counts as drift, whom it pauses and what it proposes instead: tables of before and now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.builders import NOW, deal

from qbconsole.books.drift import CUSTOM, STAMP, TRIGGER, Finding, Snapshot, Use, drift, uses
from qbconsole.books.rules import Rules, Trigger
from qbconsole.books.settings import Crm
from qbconsole.domain.records import FieldDefinition, Stage, StageVisit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.conftest import MakeBook

    from qbconsole.domain.records import Deal


def stage(id_: str, label: str, *, won: bool = False, closed: bool = False) -> Stage:
    return Stage(id_, "default", label, "Sales", won=won, closed=closed or won)


def field(name: str, type_: str = "string", label: str = "", **more: object) -> FieldDefinition:
    kind, _, bare = name.partition(".")
    return FieldDefinition(name, kind, bare, label or bare, type_, **more)  # type: ignore[arg-type]


SENT, SIGNED, LOST = stage("3", "Contract sent"), stage("5", "Signed", won=True), stage("6", "Lost", closed=True)
STAGES = (SENT, SIGNED, LOST)
TRIGGERS = {"won": Use(TRIGGER, "won"), "label": Use(TRIGGER, "contract SENT"), "id": Use(TRIGGER, "3")}


def visited(*stages: str) -> Deal:
    visits = tuple(StageVisit(one, NOW + timedelta(days=day)) for day, one in enumerate(stages))
    return deal(stage_id=stages[-1], visits=visits)


def stages_drift(
    use: str, now: Sequence[Stage], before: Sequence[Stage] = STAGES, deals: Sequence[Deal] = ()
) -> tuple[Finding, ...]:
    return drift([TRIGGERS[use]], Snapshot(tuple(before)), Snapshot(tuple(now)), deals)


@pytest.mark.parametrize("use", TRIGGERS)
def test_what_is_as_it_was_is_no_drift(use: str) -> None:
    assert stages_drift(use, STAGES) == ()


@pytest.mark.parametrize(
    ("use", "now", "words"),
    [
        ("label", (stage("3", "Paper out"), SIGNED, LOST), "the stage Contract sent (Sales) is now called 'Paper out'"),
        ("id", (stage("3", "Paper out"), SIGNED, LOST), ""),
        ("won", (SENT, stage("5", "Done", won=True), LOST), ""),
        ("label", (SIGNED, LOST), "the stage Contract sent (Sales) was emptied and removed"),
        ("id", (SIGNED, LOST), "the stage Contract sent (Sales) was emptied and removed"),
        ("won", (SIGNED, LOST), ""),
        ("won", (SENT, LOST), "the stage Signed (Sales) was emptied and removed"),
        ("won", (SENT, stage("5", "Signed", closed=True), LOST), "the stage Signed (Sales) no longer counts as won"),
        (
            "won",
            (stage("3", "Contract sent", won=True), SIGNED, LOST),
            "the stage Contract sent (Sales) now counts as won",
        ),
        (
            "id",
            (stage("3", "Contract sent", closed=True), SIGNED, LOST),
            "the stage Contract sent (Sales) now counts as closed",
        ),
        (
            "label",
            (SENT, stage("5", "Contract sent", won=True), LOST),
            "the stage Contract sent (Sales) is now what the rules call 'contract SENT'",
        ),
        ("won", (*STAGES, stage("9", "Signed abroad", won=True)), ""),
    ],
)
def test_a_stage_drifts(use: str, now: tuple[Stage, ...], words: str) -> None:
    assert [one.words for one in stages_drift(use, now)] == ([words] if words else [])


def test_a_stage_that_is_gone_with_its_deals_names_how_many() -> None:
    (found,) = stages_drift("won", (SENT, LOST), deals=[visited("3", "5"), visited("5")])
    assert found.words == "the stage Signed (Sales) is gone with 2 deals still in it"
    assert (found.rule, found.stages) == (TRIGGER, ("5",))


def test_the_replacement_is_where_most_deals_went_then_the_new_one_then_the_one_called_so() -> None:
    billed, new, alike = stage("7", "To bill"), stage("8", "Order"), stage("9", "Signed again")
    before = (*STAGES, billed, alike)
    deals = [visited("3", "5", "7"), visited("5", "7"), visited("5", "6"), visited("5", "3", "6")]
    (found,) = stages_drift("won", (SENT, LOST, billed, alike, new), before, deals)
    assert found.candidates == ("To bill (Sales)", "Order (Sales)", "Signed again (Sales)")
    assert found.sentence.endswith("perhaps To bill (Sales) or Order (Sales) or Signed again (Sales) now")


def test_a_stage_that_never_was_is_told_with_those_called_so() -> None:
    (found,) = drift([Use(TRIGGER, "Contract snet")], Snapshot(STAGES), Snapshot(STAGES), ())
    assert found.words == "the rules name the stage 'Contract snet', which the CRM has not"
    assert (found.candidates, found.stages) == (("Contract sent",), ())


STATUS = Use(STAMP, "deals.qbc_status", property=True, type="enumeration", options=("paid", "unpaid"))
NUMBER = Use(CUSTOM, "deals.po_number", property=True)
OPTIONS = (("paid", "Paid"), ("unpaid", "Unpaid"))
KNOWN = (field("deals.qbc_status", "enumeration", options=OPTIONS), field("deals.po_number", label="PO number"))


@pytest.mark.parametrize(
    ("use", "before", "now", "words"),
    [
        (STATUS, KNOWN, KNOWN, ""),
        (STATUS, (), (), ""),
        (NUMBER, KNOWN, KNOWN, ""),
        (NUMBER, KNOWN, (field("deals.po_number", label="Order number"),), ""),
        (STATUS, KNOWN, (), "the property deals.qbc_status is gone from the CRM: qbc_status"),
        (NUMBER, KNOWN, (), "the property deals.po_number is gone from the CRM: PO number"),
        (NUMBER, (), (), "the property deals.po_number is not in the CRM"),
        (
            NUMBER,
            KNOWN,
            (field("deals.po_number", "number"),),
            "the property deals.po_number is of type number now, not string",
        ),
        (
            STATUS,
            (),
            (field("deals.qbc_status"),),
            "the property deals.qbc_status is of type string now, not enumeration|no longer takes paid, unpaid",
        ),
        (
            STATUS,
            KNOWN,
            (field("deals.qbc_status", "enumeration", options=OPTIONS[:1]),),
            "the property deals.qbc_status no longer takes unpaid",
        ),
        (
            STATUS,
            KNOWN,
            (field("deals.qbc_status", "enumeration", options=OPTIONS, read_only=True),),
            "the property deals.qbc_status cannot be written any more",
        ),
    ],
)
def test_a_property_drifts(
    use: Use, before: tuple[FieldDefinition, ...], now: tuple[FieldDefinition, ...], words: str
) -> None:
    found = drift([use], Snapshot((), before), Snapshot((), now), ())
    assert "|".join(one.words for one in found).replace("|the property deals.qbc_status ", "|") == words
    assert all((one.rule, one.stages) == (use.rule, ()) for one in found)


def test_the_replacement_of_a_property_has_its_label_or_its_type_and_such_a_name() -> None:
    now = (
        field("deals.order_ref", label="PO number"),
        field("deals.po_number_2"),
        field("deals.po_number_3", "number"),
        field("deals.qbc_document_number", label="PO number"),
        field("companies.po_number"),
        field("deals.colour"),
    )
    (found,) = drift([NUMBER], Snapshot((), KNOWN), Snapshot((), now), ())
    assert found.candidates == ("order_ref", "po_number_2")


def test_only_the_rule_that_uses_it_is_paused() -> None:
    before, now = Snapshot(STAGES, KNOWN), Snapshot((SENT, LOST), KNOWN[1:])
    found = drift([TRIGGERS["won"], TRIGGERS["id"], STATUS, NUMBER], before, now, ())
    assert [one.rule for one in found] == [TRIGGER, STAMP]


def test_what_a_book_uses(make_book: MakeBook) -> None:
    settings = make_book(crm=Crm(kind="hubspot", custom_properties=("deals.po_number",))).settings
    used = uses(Rules(trigger=Trigger(stages=("won", "Signed"))), settings)
    assert [use.name for use in used if use.rule == TRIGGER] == ["won", "Signed"]
    assert [use.name for use in used if use.rule == CUSTOM] == ["deals.po_number"]
    assert {use.name: use.type for use in used if use.rule == STAMP}["deals.qbc_total"] == "number"
