"""Every action there is, with its key, words and undo. Footer, help, palette, commands and docs read it; nobody else
knows a key."""

from __future__ import annotations

from dataclasses import dataclass

from qbconsole.domain.errors import Configuration


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can do. `key` is the default key as Textual names it, `command` the CLI's word.

    `money` marks what moves money: its key rests for a moment after the list moved. `asks` names the arguments that it
    needs from the person.
    """

    id: str
    scope: str
    key: str
    words: str
    help: str
    command: str = ""
    money: bool = False
    undo: str = ""
    asks: tuple[str, ...] = ()


UNDO_APPROVE = (
    "cancel inside the posting window; later void while unpaid, not e-mailed and this month, else credit memo"
)
UNDO_CREATE = "cancel inside the posting window; later makes the customer inactive while it has no transactions"
_LOCAL = "takes the decision back; nothing was written"

ACTIONS: tuple[Action, ...] = (
    # everywhere
    Action("screen.home", "everywhere", "1", "home", "Health, queues by urgency, A/R and the last runs."),
    Action("screen.unmatched", "everywhere", "2", "unmatched", "CRM companies without a QuickBooks customer.", "queue"),
    Action("screen.invoices", "everywhere", "3", "invoices", "Drafts composed from won deals.", "queue"),
    Action("screen.overdue", "everywhere", "4", "overdue", "Invoices past due and their next step.", "queue"),
    Action("screen.conflicts", "everywhere", "5", "conflicts", "Fields that both sides hold and that differ.", "queue"),
    Action("screen.log", "everywhere", "6", "sync log", "Runs, failures and the outbox.", "log"),
    Action("undo", "everywhere", "u", "undo", "Take this row's decision back, else what the last key decided.", "undo"),
    Action("sync", "everywhere", "S", "sync now", "Ask the runner for a cycle now.", "sync"),
    Action("search", "everywhere", "slash", "search", "Find rows by name, number or cause."),
    Action("help", "everywhere", "question_mark", "help", "The keys of this screen, or why this row is here."),
    Action("palette", "everywhere", "colon", "commands", "Every action by name."),
    Action("open", "everywhere", "o", "open", "Open the record in the browser, or copy its link over SSH."),
    Action("history", "everywhere", "H", "history", "What was decided about this row and what came of it.", "journal"),
    Action("copy", "everywhere", "y", "copy id", "Copy the record's id."),
    Action("back", "everywhere", "escape", "back", "Close what is open."),
    Action("quit", "everywhere", "q", "quit", "Leave the console; the runner goes on."),
    # rows
    Action("rows.down", "rows", "j", "down", "The next row."),
    Action("rows.up", "rows", "k", "up", "The row before."),
    Action("rows.first", "rows", "g", "first", "The first row."),
    Action("rows.last", "rows", "G", "last", "The last row."),
    Action("rows.pane", "rows", "tab", "pane", "From the list to the evidence and back."),
    Action("rows.mark", "rows", "space", "mark", "Mark the row, or take the mark away."),
    Action("rows.mark_clean", "rows", "asterisk", "mark clean", "Mark all clean rows of this cause."),
    Action("rows.next", "rows", "n", "next", "The next undecided row."),
    # unmatched
    Action("unmatched.link", "unmatched", "a", "link", "Link the company to the candidate that is shown.", "link",
           undo="ends the link, takes our tag off the customer and clears the id on the company"),
    Action("unmatched.next", "unmatched", "right_square_bracket", "next candidate", "Show the next candidate."),
    Action("unmatched.previous", "unmatched", "left_square_bracket", "previous", "Show the candidate before."),
    Action("unmatched.create", "unmatched", "c", "create", "Create the customer in QuickBooks.", "create",
           undo=UNDO_CREATE),
    Action("unmatched.search", "unmatched", "s", "by hand", "Link the company to a customer named by hand.", "link",
           undo="ends the link, takes our tag off the customer and clears the id on the company", asks=("customer",)),
    Action("unmatched.ignore", "unmatched", "x", "ignore", "Leave the company without a customer.", "ignore",
           undo=_LOCAL),
    Action("unmatched.never", "unmatched", "N", "never", "Remember that this candidate is another business.",
           undo=_LOCAL),
    # invoices
    Action("invoices.approve", "invoices", "a", "approve", "Make this document in QuickBooks.", "approve", money=True,
           undo=UNDO_APPROVE),
    Action("invoices.approve_marked", "invoices", "A", "approve marked", "Approve every marked row, after their count.",
           "approve", money=True, undo="all of them by one u, each as approve"),
    Action("invoices.adopt", "invoices", "l", "already billed", "Take on the document that bills this deal already.",
           "adopt", undo="removes the adoption, never the document", asks=("document",)),
    Action("invoices.bill_again", "invoices", "b", "bill again", "Bill anew what was taken back.", "bill-again",
           undo=_LOCAL),
    Action("invoices.apply_credit", "invoices", "c", "apply credit",
           "Use the open credit memo of what was taken back for its invoice.", "apply-credit", money=True,
           undo="cancel inside the posting window; no undo later: delete the payment of zero in QuickBooks"),
    Action("invoices.hold", "invoices", "h", "hold", "Put the draft aside with a reason.", "hold", undo=_LOCAL,
           asks=("reason",)),
    Action("invoices.reject", "invoices", "x", "reject", "Decide that this deal is not billed.", "reject", undo=_LOCAL),
    # overdue
    Action("overdue.step", "overdue", "a", "do it", "Do the proposed step.", "task",
           undo="cancel inside the posting window; no undo later: the task stays in the CRM"),
    Action("overdue.task", "overdue", "t", "task", "Make a task for the salesperson.", "task",
           undo="cancel inside the posting window; no undo later: the task stays in the CRM"),
    Action("overdue.snooze", "overdue", "z", "snooze", "Leave the invoice alone until a day.", "snooze", undo=_LOCAL,
           asks=("date",)),
    # conflicts
    Action("conflicts.crm", "conflicts", "left", "keep CRM", "Agree on the CRM's value.", "resolve",
           undo="goes back to what was agreed before"),
    Action("conflicts.accounting", "conflicts", "right", "keep QuickBooks", "Agree on QuickBooks' value.", "resolve",
           undo="goes back to what was agreed before"),
    Action("conflicts.value", "conflicts", "e", "another", "Agree on another value.", "resolve",
           undo="goes back to what was agreed before", asks=("value",)),
    # sync log
    Action("log.open", "log", "enter", "open", "Open the run, then the event.", "log"),
    Action("log.retry", "log", "R", "retry", "Send a parked operation again.", "outbox retry"),
    Action("log.cancel", "log", "x", "cancel", "Give an operation up; what it held is free again.", "outbox cancel"),
    Action("log.failed", "log", "f", "failed only", "Show failures alone."),
)  # fmt: skip

_BY_ID = {one.id: one for one in ACTIONS}


def action(id: str) -> Action:  # noqa: A002 - an action's id is called so everywhere
    """One action.

    Raises:
        Configuration: there is none of that id.
    """
    if id not in _BY_ID:
        raise Configuration(f"There is no action {id!r}.")
    return _BY_ID[id]


def for_scope(scope: str) -> tuple[Action, ...]:
    """The actions of one screen or of all (`everywhere`, `rows`), in the order of the footer."""
    return tuple(one for one in ACTIONS if one.scope == scope)
