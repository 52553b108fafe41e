"""Column types that STRICT SQLite accepts and PostgreSQL would too; the conversion lies here and nowhere else."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, String, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator

from qbconsole.domain.canonical import canonical


@compiles(String, "sqlite")
@compiles(Text, "sqlite")
def _text(_element: object, _compiler: object, **_: object) -> str:
    """STRICT tables know TEXT, not VARCHAR."""
    return "TEXT"


class Instant(TypeDecorator[datetime]):
    """An aware datetime as UTC text of one width, so that text order is time order."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: object) -> str | None:  # noqa: ARG002
        """To text.

        Raises:
            ValueError: a naive datetime.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"a time without a zone cannot be stored: {value}"
            raise ValueError(msg)
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: str | None, dialect: object) -> datetime | None:  # noqa: ARG002
        """To an aware datetime."""
        return None if value is None else datetime.fromisoformat(value)


class Day(TypeDecorator[date]):
    """A calendar day as ISO text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: object) -> str | None:  # noqa: ARG002
        """To text."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: object) -> date | None:  # noqa: ARG002
        """To a date."""
        return None if value is None else date.fromisoformat(value)


class Exact(TypeDecorator[Decimal]):
    """A decimal of any scale as text: quantities, prices, rates, and what a CRM claims."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: object) -> str | None:  # noqa: ARG002
        """To text."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: object) -> Decimal | None:  # noqa: ARG002
        """To a decimal."""
        return None if value is None else Decimal(value)


class Flag(TypeDecorator[bool]):
    """A boolean as 0 or 1."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: object) -> int | None:  # noqa: ARG002
        """To an integer."""
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: object) -> bool | None:  # noqa: ARG002
        """To a boolean."""
        return None if value is None else bool(value)


class Json(TypeDecorator[Any]):
    """Any plain structure as canonical JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: object) -> str | None:  # noqa: ARG002
        """To canonical JSON."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: object) -> Any:  # noqa: ARG002
        """To a plain structure."""
        return None if value is None else json.loads(value)
