"""Noting in the book when its sign-in ends: the doors read it there and never open the secrets."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from qbconsole.connectors.base import SignedIn
from qbconsole.domain.errors import Problem
from qbconsole.store import facts, runs

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.books.book import Book
    from qbconsole.connectors.base import Connector

logger = logging.getLogger(__name__)


def note(book: Book, connector: Connector, run_id: int, now: datetime) -> None:
    """Keep the ends, and warn in the run's log, once at each step, when the first of them is near.

    Args:
        book: where they are noted.
        connector: whose sign-in it is.
        run_id: the run whose log may get a line.
        now: this machine's clock: tokens live in real time.
    """
    if not isinstance(connector, SignedIn):
        return
    try:
        ends = connector.signed_in_until()
    except Problem as problem:  # secrets that cannot be read have failed the run already, with their own words
        logger.info("book %s: the ends of the sign-in are not known: %s", book.name, problem)
        return
    with book.store.writing(durable=False) as connection:
        if facts.keep_sign_in_ends(connection, ends, now) and ends.first:
            days = ends.days_left(now)
            when = f"ends in {days} {'day' if days == 1 else 'days'}, on {ends.first:%Y-%m-%d}" if days else "has ended"
            step = "Sign in again: qbconsole connect quickbooks"
            message = f"The sign-in to QuickBooks {when}."
            runs.log(connection, run_id, "warning", message, at=now, subject=connector.name, next_step=step)
