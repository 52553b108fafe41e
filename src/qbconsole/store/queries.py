"""Asking for rows by column values, and rows as plain dictionaries."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, CursorResult, Select, Table


def where_equal(
    connection: Connection, query: Select[Any], table: Table, equal: Mapping[str, object]
) -> CursorResult[Any]:
    """The query's rows whose columns equal the given values; a list, tuple or set means any of them, None that of SQL.

    The query must be one that is kept: its statement is put together once for each set of columns that is asked for.
    """
    shape = tuple((name, _compared(value)) for name, value in equal.items())
    return connection.execute(_where(query, table, shape), dict(equal))


def _compared(value: object) -> str:
    if value is None:
        return "none"
    return "among" if isinstance(value, list | tuple | set | frozenset) else "equal"


@lru_cache(maxsize=1000)
def _where(query: Select[Any], table: Table, shape: tuple[tuple[str, str], ...]) -> Select[Any]:
    for name, compared in shape:
        column = table.c[name]
        if compared == "none":
            query = query.where(column.is_(None))
        elif compared == "among":
            query = query.where(column.in_(bindparam(name, expanding=True)))
        else:
            query = query.where(column == bindparam(name))
    return query


def each(result: CursorResult[Any]) -> Iterator[dict[str, Any]]:
    """Every row by column name, one after the other."""
    names = tuple(result.keys())
    return (dict(zip(names, row, strict=True)) for row in result)


def dicts(result: CursorResult[Any]) -> list[dict[str, Any]]:
    """Every row by column name."""
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result.all()]


def first(result: CursorResult[Any]) -> dict[str, Any] | None:
    """The first row by column name, or None."""
    row = result.first()
    return dict(zip(result.keys(), row, strict=True)) if row is not None else None
