"""The decisions, by row id: the same code as the keys."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from qbconsole.cli.door import BookName, Home, Json, answer, opened

Row = Annotated[str, typer.Argument(help="A row's id, such as I7: see `qbconsole queue`.")]
Rows = Annotated[list[str], typer.Argument(help="Row ids, such as I7 I9.")]
Reason = Annotated[str, typer.Argument(help="Why, in your words.")]


def register(app: typer.Typer) -> None:
    """Hang the commands into the command line."""
    commands = (
        link,
        create,
        ignore,
        never,
        approve,
        adopt,
        hold,
        reject,
        bill_again,
        apply_credit,
        resolve,
        task,
        snooze,
        undo,
    )
    for command in commands:
        app.command(command.__name__.replace("_", "-"))(command)


def _decide(action: str, rows: list[str], book: str, home: Home, as_json: bool, **arguments: str) -> None:
    """Decide each row on what is there now; the first refusal stops, and says which rows were decided before it."""
    from qbconsole.actions.decide import Decided, decide_one_of, operator
    from qbconsole.actions.queues import detail
    from qbconsole.domain.errors import Problem

    done: list[Decided] = []
    with opened(home, book) as one:
        for row in rows:
            try:
                seen = detail(one, row).seen
                first = done[0] if done else None
                done.append(decide_one_of(one, action, row, operator(), arguments, seen=seen, first=first))
            except Problem as problem:
                if done:
                    problem.message = (
                        f"{problem.message} (Before it, {', '.join(d.row_id for d in done)} were decided.)"
                    )
                raise
    lines = [f"{one.row_id}: {one.words} [{one.decision_id}] Undo: {one.undo}" for one in done]
    answer({"decisions": done}, lines, as_json=as_json)


def link(
    row: Row,
    customer: Annotated[str, typer.Argument(help="A customer's id; the shown candidate without.")] = "",
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Link a company to its QuickBooks customer."""
    _decide("unmatched.link", [row], book, home, as_json, customer=customer)


def create(
    row: Row,
    name: Annotated[str, typer.Option(help="Another name than the company's.")] = "",
    confirm: Annotated[bool, typer.Option("--confirm", help="Although a likely candidate is there.")] = False,
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Create the customer in QuickBooks."""
    _decide("unmatched.create", [row], book, home, as_json, name=name, confirm="yes" if confirm else "")


def ignore(row: Row, reason: Reason = "", book: BookName = "", home: Home = None, as_json: Json = False) -> None:
    """Say that a company is no customer."""
    _decide("unmatched.ignore", [row], book, home, as_json, reason=reason)


def never(
    row: Row,
    customer: Annotated[str, typer.Argument(help="The customer that it is not.")] = "",
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Say that a company and a customer are never the same."""
    _decide("unmatched.never", [row], book, home, as_json, customer=customer)


def approve(rows: Rows, book: BookName = "", home: Home = None, as_json: Json = False) -> None:
    """Approve drafts: each becomes one invoice in QuickBooks."""
    _decide("invoices.approve", rows, book, home, as_json)


def adopt(
    row: Row,
    documents: Annotated[list[str] | None, typer.Argument(help="QuickBooks ids; the shown choice without.")] = None,
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Say that a deal is already billed by documents that somebody made by hand."""
    _decide("invoices.adopt", [row], book, home, as_json, document=",".join(documents or []))


def hold(row: Row, reason: Reason, book: BookName = "", home: Home = None, as_json: Json = False) -> None:
    """Hold a draft back, with a reason."""
    _decide("invoices.hold", [row], book, home, as_json, reason=reason)


def reject(row: Row, reason: Reason, book: BookName = "", home: Home = None, as_json: Json = False) -> None:
    """Say that a draft is not to be billed, with a reason."""
    _decide("invoices.reject", [row], book, home, as_json, reason=reason)


def bill_again(row: Row, book: BookName = "", home: Home = None, as_json: Json = False) -> None:
    """Bill a deal anew whose invoice was taken back."""
    _decide("invoices.bill_again", [row], book, home, as_json)


def apply_credit(row: Row, book: BookName = "", home: Home = None, as_json: Json = False) -> None:
    """Use the open credit memo of what was taken back for its invoice."""
    _decide("invoices.apply_credit", [row], book, home, as_json)


def resolve(
    row: Row,
    value: Annotated[str, typer.Argument(help="crm, accounting, or another value.")],
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Settle a conflict: keep the CRM's value, QuickBooks', or another."""
    action = f"conflicts.{value}" if value in ("crm", "accounting") else "conflicts.value"
    _decide(action, [row], book, home, as_json, value=value)


def task(row: Row, book: BookName = "", home: Home = None, as_json: Json = False) -> None:
    """Make the follow-up task of an overdue invoice now."""
    _decide("overdue.task", [row], book, home, as_json)


def snooze(
    row: Row,
    date: Annotated[str, typer.Argument(help="Until when (YYYY-MM-DD).")],
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Leave an overdue invoice alone until a day."""
    _decide("overdue.snooze", [row], book, home, as_json, date=date)


def undo(
    decision: Annotated[int | None, typer.Argument(help="A decision's number; what one key did last without.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")] = False,
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Take a decision back, or without its number all that was decided together last."""
    from qbconsole.actions import bulk
    from qbconsole.actions.decide import operator

    with opened(home, book) as one:
        if dry_run:
            foreseen = bulk.foresee(one, decision)
            lines = [f"{each.row_id}: {each.words} [{each.decision_id}] {each.undo}" for each in foreseen]
            answer({"would": foreseen}, lines, as_json=as_json)
            return
        taken = bulk.undo(one, operator(), decision)
    first, *others = taken.done
    document = {**asdict(first), "others": others, "refused": taken.refused}
    lines = [f"{each.row_id}: {each.words}" for each in taken.done]
    answer(document, [*lines, *(f"not taken back: {words}" for words in taken.refused)], as_json=as_json)
