"""What the mirror says about sales tax, summed up."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

_USUAL = text("""
    SELECT json_extract(customer.address, '$.state') AS state, document.tax_percent AS percent, count(*) AS times
    FROM mirror_documents AS document JOIN mirror_customers AS customer ON customer.id = document.customer_id
    WHERE document.tax > 0 AND document.tax_percent IS NOT NULL AND document.gone = 0
    GROUP BY state, percent ORDER BY times, percent
""")


def usual_percents(connection: Connection) -> dict[str, Decimal]:
    """By state, the percentage that most taxed documents of its customers bear."""
    return {row.state: Decimal(row.percent) for row in connection.execute(_USUAL) if row.state}
