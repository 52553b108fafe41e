"""Which records must be read again although nothing says that they changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from qbconsole.store.tables import Draft

if TYPE_CHECKING:
    from sqlalchemy import Connection

_DRAFT = Draft.__table__  # type: ignore[attr-defined]


def undecided_deals(connection: Connection) -> list[str]:
    """Deals with a draft nobody decided: their lines and companies may change without touching the deal."""
    query = select(_DRAFT.c.deal_id).where(_DRAFT.c.state == "open").order_by(_DRAFT.c.deal_id)
    return list(connection.execute(query).scalars())
