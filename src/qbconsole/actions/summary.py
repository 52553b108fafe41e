"""A book's state in one document: for `status`, the console's header and its home screen."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from qbconsole.actions.drift import as_rows
from qbconsole.actions.queues import counts
from qbconsole.books.settings import load_settings
from qbconsole.domain.money import ZERO, from_minor
from qbconsole.ledger import drift
from qbconsole.store import facts, outbox, proofs, summary

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from qbconsole.books.book import Book
    from qbconsole.domain.sign_in import SignInEnds

SILENT = timedelta(seconds=30)
"""A runner whose heartbeat is older than this is taken for gone."""
BUCKETS = (("current", 0), ("1-30", 30), ("31-60", 60), ("61-90", 90))
"""A/R ageing: each bucket with the most days overdue that it holds; the rest is `90+`."""


def status(book: Book) -> dict[str, Any]:
    """Plain values all through; money is decimal, times are aware.

    Keys: book, company, environment, armed, currency, today, cut_over, streams (name, pulled_at, age in seconds),
    age (of the stream that was heard last longest ago, None before the first pull), queues (rows, money), outbox (by
    state), failed (parked operations), runner (alive, pid, host, heartbeat_at), runs (newest first), ageing (by bucket:
    invoices, money), tasks (by state), out_of_balance (None, or where the receivables differ from the remote's: at,
    currency, amount, customers), reads (calls of this month that QuickBooks meters), drift (rule, subject, words, mend
    of what the CRM no longer has as the rules use it), sign_in (when access, idle refresh token and consent end as the
    last cycle found it, None if that is not known, and the warning in two words, empty while there is time).
    """
    now = book.clock.now()
    queues = {name: {"rows": count, "money": money} for name, (count, money) in counts(book).items()}
    with book.store.reading() as connection:
        streams = [{**one, "age": (now - one["pulled_at"]).total_seconds()} for one in summary.streams(connection)]
        states = outbox.counts(connection)
        today = book.today(connection)
        return {
            "book": book.name,
            "company": book.settings.company,
            "environment": book.settings.environment,
            "armed": load_settings(book.folder).armed,
            "currency": book.settings.currency,
            "today": today,
            "cut_over": book.settings.cut_over,
            "streams": streams,
            "age": max((one["age"] for one in streams), default=None),
            "queues": queues,
            "outbox": states,
            "failed": states.get("parked", 0),
            "runner": _runner(summary.lease(connection), now),
            "runs": summary.last_runs(connection),
            "ageing": _ageing(summary.open_invoices(connection), today, book.settings.currency),
            "tasks": summary.operations_of_kind(connection, "create_task"),
            "reads": facts.reads_in(connection, f"{now:%Y-%m}"),
            "out_of_balance": proofs.out_of_balance(connection),
            "drift": as_rows(drift.findings(connection)),
            "sign_in": _sign_in(facts.sign_in_ends(connection), now),
        }


def _sign_in(ends: SignInEnds, now: datetime) -> dict[str, Any]:
    return {
        "access_ends": ends.access,
        "idle_ends": ends.idle,
        "consent_ends": ends.consent,
        "warning": ends.label(now),
    }


def _runner(lease: dict[str, Any] | None, now: datetime) -> dict[str, Any]:
    if lease is None:
        return {"alive": False, "pid": None, "host": "", "heartbeat_at": None}
    held = bool(lease["holder"])  # empty once it was given back
    alive = held and now - lease["heartbeat_at"] < SILENT and _exists(lease["host"], lease["pid"])
    return {"alive": alive, "pid": lease["pid"], "host": lease["host"], "heartbeat_at": lease["heartbeat_at"]}


def _exists(host: str, pid: int) -> bool:
    """Whether the process is there; of another machine's only the heartbeat tells."""
    if host != socket.gethostname():
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _ageing(
    invoices: Iterable[tuple[date | None, int, str]], today: date, currency: str
) -> dict[str, dict[str, Decimal | int]]:
    found: dict[str, list[Decimal]] = {name: [] for name in (*dict(BUCKETS), "90+")}
    for due_on, balance, of_currency in invoices:
        if of_currency != currency:
            continue
        days = (today - due_on).days if due_on else 0
        name = next((name for name, most in BUCKETS if days <= most), "90+")
        found[name].append(from_minor(balance, currency))
    return {name: {"invoices": len(amounts), "money": sum(amounts, ZERO)} for name, amounts in found.items()}
