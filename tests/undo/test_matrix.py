"""Every cell of the undo matrix against the real simulator: the words before, the effect after, no month rewritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.undo.matrix import ACTIONS, MATRIX, SITUATIONS, table
from tests.undo.office import ANN, OCTOBER, TODAY, Office, months, receivables

from qbconsole.actions import decide, queues
from qbconsole.books.settings import change_setting
from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.records import DocumentLine
from qbconsole.store import facts

if TYPE_CHECKING:
    from qbconsole.actions.decide import Decided

EARLIER = ("earlier month", "reported month", "closed month")
SHUT = ("today reported", "today closed")
OCTOBER_31, NOVEMBER_30 = date(2026, 10, 31), date(2026, 11, 30)
PAGE = Path(__file__).parents[2] / "docs" / "undo.md"


@dataclass
class Cell:
    """One cell's book in one simulator."""

    office: Office
    situation: str
    patch: pytest.MonkeyPatch

    @property
    def on(self) -> date:
        """The day on which the invoice is dated."""
        return OCTOBER if self.situation in EARLIER else TODAY

    async def approved(self) -> Decided:
        """A linked company's deal whose invoice is in the situation."""
        office = self.office
        await office.linked(self.on)
        changes: dict[str, Any] = {}
        if self.situation == "from an estimate":
            changes["estimate_id"] = office.person.form("Estimate", office.ids["customer"], TODAY)["Id"]
        if self.situation == "with inventory":
            filters = office.person.item("STOCK")
            changes["lines"] = (DocumentLine(filters, "Filter", Decimal(60), Decimal(107), Decimal("6420.00")),)
        if self.situation == "window":
            change_setting(office.book.folder, "posting_window", 3600)
            office.book.reload()
        return await office.approved(self.patch, **changes)

    def by_hand(self) -> str:
        """An invoice that somebody made in QuickBooks, in the situation."""
        person, customer = self.office.person, self.office.ids["customer"]
        more: dict[str, Any] = {}
        if self.situation == "from an estimate":
            estimate = person.form("Estimate", customer, TODAY)["Id"]
            more["LinkedTxn"] = [{"TxnId": estimate, "TxnType": "Estimate"}]
        invoice = str(person.form("Invoice", customer, self.on, **more)["Id"])
        self.befalls(invoice)
        return invoice

    def befalls(self, invoice: str) -> None:
        """What happens to an invoice in QuickBooks, or to its month, in the situation."""
        person, customer = self.office.person, str(self.office.person.row("Invoice", invoice)["CustomerRef"]["value"])
        match self.situation:
            case "e-mailed":
                person.mail("Invoice", invoice)
            case "part-paid":
                person.pay(invoice, Decimal(1000))
            case "paid":
                person.pay(invoice)
            case "deposited":
                person.deposit(person.pay(invoice))
            case "credit applied":
                person.pay(invoice, credit=person.form("CreditMemo", customer, TODAY)["Id"])
            case _:
                self.shut(TODAY if self.situation in SHUT else OCTOBER_31)

    def shut(self, through: date) -> None:
        """The month is reported or closed, if that is the situation."""
        if self.situation in ("reported month", "today reported"):
            change_setting(self.office.book.folder, "reported_through", through.isoformat())
        elif self.situation in ("closed month", "today closed"):
            self.office.person.close_books(through)

    async def taken_back(self, action: str, decision_id: int, invoice: str = "", credit: str = "") -> bool:
        """Look at the words, undo, deliver and pull; whether it was taken back and not refused.

        What earlier months showed must be the same afterwards, today's month too where it was reported or is closed.
        """
        office, served = self.office, self.office.served
        before, owed = months(served), receivables(served, OCTOBER_31)
        words = decide.undo_words(office.book, decision_id)
        expected = MATRIX[action][self.situation]
        assert words == expected.replace("invoice 1042", f"invoice {invoice}").replace("memo 1043", f"memo {credit}")
        refused = words.startswith("no undo: ")
        if refused:
            with pytest.raises(NeedsPerson, match="Cannot undo"):
                decide.undo(office.book, ANN, decision_id)
        else:
            decide.undo(office.book, ANN, decision_id)
        await office.deliver()
        await office.pull()
        after = months(served)
        for month in before:
            if month < f"{TODAY:%Y-%m}" or self.situation in SHUT:
                assert after[month] == before[month]
        assert receivables(served, OCTOBER_31) == owed
        assert office.operations("parked") == []
        return not refused


def test_the_matrix_is_whole_and_the_page_shows_it() -> None:
    assert {action: set(cells) for action, cells in MATRIX.items()} == {one: set(SITUATIONS) for one in ACTIONS}
    assert table() in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("situation", SITUATIONS)
async def test_approve(office: Office, monkeypatch: pytest.MonkeyPatch, situation: str) -> None:
    cell, person = Cell(office, situation, monkeypatch), office.person
    taken = await cell.approved()
    if situation == "window":
        assert await cell.taken_back("approve", taken.decision_id)
        assert person.served.company.records("Invoice") == []
        assert office.event() == ("open", "")
        return
    id_ = office.made(taken.decision_id)
    cell.befalls(id_)
    await office.pull(full=True)
    before = person.row("Invoice", id_)
    if not await cell.taken_back("approve", taken.decision_id, invoice=before["DocNumber"]):
        assert person.row("Invoice", id_) == before
        assert office.event() == ("billed", "")
        return
    assert office.event() == ("taken_back", before["DocNumber"])
    if MATRIX["approve"][situation].startswith("void"):
        assert person.row("Invoice", id_)["TotalAmt"] == 0
        assert person.row("Item", person.item("STOCK"))["QtyOnHand"] == 100
    else:
        assert person.row("Invoice", id_) == before
        credits_ = _credits(office)
        assert [_content(credit) for credit in credits_] == [(TODAY.isoformat(), *_content(before)[1:])]


@pytest.mark.parametrize("situation", SITUATIONS)
async def test_adopt_and_link(office: Office, monkeypatch: pytest.MonkeyPatch, situation: str) -> None:
    cell, person = Cell(office, situation, monkeypatch), office.person
    office.sells(TODAY)
    office.ids["customer"] = person.customer(office.ids["name"])
    await office.pull()
    if situation == "window":
        change_setting(office.book.folder, "posting_window", 3600)
        office.book.reload()
    linked = office.decide("unmatched", "unmatched.link", customer=office.ids["customer"])
    await office.deliver()
    invoice = cell.by_hand()
    await office.pull()
    before = person.row("Invoice", invoice)
    adopted = office.decide("invoices", "invoices.adopt", document=invoice)
    assert office.event() == ("billed", "")

    assert await cell.taken_back("adopt", adopted.decision_id)
    assert office.event() == ("open", "")
    assert await cell.taken_back("link", linked.decision_id)
    assert not person.row("Customer", office.ids["customer"]).get("Notes")
    assert office.stamp() == ""
    assert person.row("Invoice", invoice) == before


@pytest.mark.parametrize("situation", SITUATIONS)
async def test_create(office: Office, monkeypatch: pytest.MonkeyPatch, situation: str) -> None:
    cell, person = Cell(office, situation, monkeypatch), office.person
    office.sells(cell.on)
    await office.pull()
    if situation == "window":
        change_setting(office.book.folder, "posting_window", 3600)
        office.book.reload()
    created = office.decide("unmatched", "unmatched.create")
    await office.deliver()
    if situation == "window":
        assert await cell.taken_back("create", created.decision_id)
        assert person.served.company.records("Customer") == []
        return
    office.ids["customer"] = office.made(created.decision_id)
    if situation != "delivered":
        cell.by_hand()
    await office.pull()
    inactive = await cell.taken_back("create", created.decision_id)
    assert person.row("Customer", office.ids["customer"])["Active"] is not inactive
    assert office.stamp() == ("" if inactive else office.ids["customer"])


@pytest.mark.parametrize("situation", SITUATIONS)
async def test_credit(office: Office, monkeypatch: pytest.MonkeyPatch, situation: str) -> None:
    """The undo of an invoice that was e-mailed, or paid and deposited, made a credit memo; now that is undone."""
    cell, person = Cell(office, situation, monkeypatch), office.person
    cell.situation = "delivered" if situation in (*EARLIER, *SHUT, "window") else situation
    taken = await cell.approved()
    invoice = office.made(taken.decision_id)
    person.mail("Invoice", invoice)
    if situation == "deposited":
        person.deposit(person.pay(invoice))
    await office.pull()
    undone = decide.undo(office.book, ANN, taken.decision_id)
    cell.situation = situation
    if situation == "window":
        assert await cell.taken_back("credit", undone.decision_id)
        assert (_credits(office), office.event()) == ([], ("billed", ""))
        return
    await office.deliver()
    (credit,) = _credits(office)
    await office.pull()
    await _befalls_credit(cell, credit["Id"])
    number = credit["DocNumber"]
    if await cell.taken_back("credit", undone.decision_id, credit=number):
        assert _credits(office)[0]["TotalAmt"] == 0
        assert office.event() == ("billed", "")
        (row,) = queues.rows(office.book, "invoices", decided=True)
        assert (row.state, row.decision_id) == ("approved", taken.decision_id)
        assert decide.undo_words(office.book, taken.decision_id).startswith("credit memo dated today")
    else:
        assert office.event()[0] == "taken_back"


async def _befalls_credit(cell: Cell, credit: str) -> None:
    """What happens to a credit memo in the situation; a month passes for the book alone, as nothing is written then."""
    office, person = cell.office, cell.office.person
    other = str(person.form("Invoice", office.ids["customer"], TODAY)["Id"])
    match cell.situation:
        case "e-mailed":
            person.mail("CreditMemo", credit)
        case "part-paid":
            row = person.row("Invoice", other)
            links = [("Invoice", other), ("CreditMemo", credit)]
            lines = [{"Amount": 1000, "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]} for kind, id_ in links]
            person.post("Payment", {"CustomerRef": row["CustomerRef"], "TotalAmt": 0, "Line": lines})
        case "paid":
            person.pay(other, credit=credit)
        case "credit applied":
            office.decide("invoices", "invoices.apply_credit")
            await office.deliver()
        case "today reported" | "today closed":
            cell.shut(TODAY)
    if cell.situation in EARLIER:
        cell.shut(NOVEMBER_30)
    await office.pull(full=True)
    if cell.situation in EARLIER:
        december = datetime(2026, 12, 6, 15, tzinfo=UTC)
        with office.book.store.writing() as connection:
            facts.keep_remote_offset(connection, december)


def _credits(office: Office) -> list[dict[str, Any]]:
    """Credit memos that undos made."""
    rows = office.served.company.records("CreditMemo")
    return [row for row in rows if f"Deal {office.ids['deal']}" in str(row.get("PrivateNote", ""))]


def _content(row: dict[str, Any]) -> tuple[Any, ...]:
    """What the books take from a form: its day, customer, sum, tax, and item, sum and tax code of every line."""
    lines = [
        (detail["ItemRef"]["value"], line["Amount"], detail["TaxCodeRef"]["value"])
        for line in row["Line"]
        if (detail := line.get("SalesItemLineDetail"))
    ]
    return row["TxnDate"], row["CustomerRef"], row["TotalAmt"], row["TxnTaxDetail"]["TotalTax"], lines
