"""Proposed pairs of companies and customers. What a person said is never the same pair is remembered for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from qbconsole.store.queries import dicts, each
from qbconsole.store.tables import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

_CANDIDATE = Candidate.__table__  # type: ignore[attr-defined]


def of_company(connection: Connection, company_id: str) -> list[dict[str, Any]]:
    """A company's candidates, the likeliest first, without those that were ruled out."""
    mine = (_CANDIDATE.c.company_id == company_id) & _CANDIDATE.c.never.is_(False)
    return dicts(connection.execute(select(_CANDIDATE).where(mine).order_by(_CANDIDATE.c.rank)))


def best(connection: Connection) -> dict[str, dict[str, Any]]:
    """The likeliest candidate of every company that has one."""
    likeliest = (_CANDIDATE.c.rank == 1) & _CANDIDATE.c.never.is_(False)
    return {row["company_id"]: row for row in each(connection.execute(select(_CANDIDATE).where(likeliest)))}


def ruled_out(connection: Connection) -> set[tuple[str, str]]:
    """The pairs (company, customer) that a person said are never the same."""
    rows = connection.execute(
        select(_CANDIDATE.c.company_id, _CANDIDATE.c.customer_id).where(_CANDIDATE.c.never.is_(True))
    )
    return {(row.company_id, row.customer_id) for row in rows}


def replace(connection: Connection, company_id: str, candidates: Iterable[Mapping[str, Any]]) -> None:
    """Set a company's candidates (rank, customer_id, score, signals); pairs that were ruled out stay so."""
    open_ = (_CANDIDATE.c.company_id == company_id) & _CANDIDATE.c.never.is_(False)
    connection.execute(delete(_CANDIDATE).where(open_))
    rows = [{**candidate, "company_id": company_id, "never": False} for candidate in candidates]
    if rows:
        connection.execute(insert(_CANDIDATE).on_conflict_do_nothing(), rows)


def rule_out(connection: Connection, company_id: str, customer_id: str, *, never: bool = True) -> None:
    """Remember that a pair is never the same, or forget that."""
    values = {"company_id": company_id, "customer_id": customer_id, "never": never}
    new = {**values, "rank": 0, "score": "0", "signals": []}
    statement = insert(_CANDIDATE).values(**new)
    connection.execute(statement.on_conflict_do_update(index_elements=["company_id", "customer_id"], set_=values))
