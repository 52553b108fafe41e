"""Which records must be read again although nothing says that they changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from qbconsole.store import facts
from qbconsole.store.tables import Draft

if TYPE_CHECKING:
    from sqlalchemy import Connection

_DRAFT = Draft.__table__  # type: ignore[attr-defined]
_LOOKED = "undeposited_payments_looked_at"

AT_ONCE = 50
"""Payments that a cycle reads again at most."""
LOOK_EVERY = timedelta(minutes=15)
"""Between two looks at the payments that are in no deposit; each goes on where the one before it stopped."""

_NAMED = """
    WITH named AS (
        SELECT json_extract(link.value, '$[1]') AS id, min(deposit.gone) AS gone
        FROM mirror_deposits AS deposit, json_each(deposit.links) AS link
        WHERE json_extract(link.value, '$[0]') = 'payment'
        GROUP BY 1
    )
"""
"""Payments that a deposit names or, if all of those are gone, named."""

_DISAGREEING = text(
    f"""{_NAMED}
    SELECT payment.id FROM mirror_payments AS payment JOIN named ON named.id = payment.id
    WHERE payment.gone = 0 AND payment.deposited = named.gone
    ORDER BY payment.id LIMIT :most
    """  # noqa: S608 - constants
)
"""Payments that a deposit names and that do not say so, or that say so though their deposit is gone."""

_UNDEPOSITED = text(
    f"""{_NAMED}
    SELECT payment.id FROM mirror_payments AS payment LEFT JOIN named ON named.id = payment.id AND named.gone = 0
    WHERE payment.gone = 0 AND payment.voided = 0 AND payment.total > 0 AND (payment.deposited = 0 OR named.id IS NULL)
        AND payment.paid_on >= (SELECT date(max(paid_on), '-120 days') FROM mirror_payments)
    ORDER BY payment.id <= :after, payment.id LIMIT :most
    """  # noqa: S608 - constants
)
"""Payments in no deposit here, in turn: also one that says it is in a deposit, from which it may have been taken out.
An older one went to the bank directly: it never will be in any."""


def undecided_deals(connection: Connection) -> list[str]:
    """Deals with a draft nobody decided: their lines and companies may change without touching the deal."""
    query = select(_DRAFT.c.deal_id).where(_DRAFT.c.state == "open").order_by(_DRAFT.c.deal_id)
    return list(connection.execute(query).scalars())


def undeposited_payments(connection: Connection, now: datetime) -> list[str]:
    """Payments to read again, since a deposit moves neither their time nor their token.

    Those that disagree with the deposits here come first; now and then those in no deposit follow, in turn. Call in a
    writing transaction: it keeps the turn.
    """
    first = list(connection.execute(_DISAGREEING, {"most": AT_ONCE}).scalars())
    looked = facts.get(connection, _LOOKED) or {"after": "", "at": ""}
    if looked["at"] and timedelta(0) <= now - datetime.fromisoformat(looked["at"]) < LOOK_EVERY:
        return first
    turn = list(connection.execute(_UNDEPOSITED, {"after": looked["after"], "most": AT_ONCE}).scalars())
    if turn:
        facts.put(connection, _LOOKED, {"after": turn[-1], "at": now.isoformat()})
    return list(dict.fromkeys([*first, *turn]))[:AT_ONCE]
