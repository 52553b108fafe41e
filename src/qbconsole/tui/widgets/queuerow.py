"""How a row of a queue is drawn: its sign, whom it is about, why it is here, how much, how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.tui.glyphs import verdict
from qbconsole.tui.wording import days, fit, money

if TYPE_CHECKING:
    from datetime import date

    from qbconsole.actions.views import Row
    from qbconsole.tui.widgets.rowtable import Line

WORD, AMOUNT, AGE = 10, 14, 7
"""Cells of a row's verdict, amount and age."""


def paint_row(row: Row, width: int, lines: int, today: date) -> list[Line]:
    """Two lines where the list is narrow and tall, one where it is as wide as the screen."""
    sign, tone, word = verdict(row.verdict)
    amount = fit(money(row.amount, row.currency), AMOUNT, right=True)
    age = fit(days(row.since, today), AGE, right=True)
    plain, why = "dim" if row.decided else "", row.cause or row.subtitle
    told = "dim" if row.decided and tone in ("good", "dim") else tone
    if lines == 2:
        name = fit(row.title, width - 2 - AMOUNT - AGE)
        below = why if word in why.casefold() else f"{word}: {why}"
        return [
            [(f"{sign} ", tone), (name, plain), (amount, plain), (age, "dim")],
            [(fit(f"  {below}", width), "dim" if tone == "good" else told)],
        ]
    room = width - 2 - WORD - AMOUNT - AGE
    name = fit(row.title, min(30, room // 2))
    cause = fit(f" {why}", room - min(30, room // 2))
    reason = "dim" if tone == "good" else told
    return [[(f"{sign} {fit(word, WORD)}", tone), (name, plain), (cause, reason), (amount, plain), (age, "dim")]]
