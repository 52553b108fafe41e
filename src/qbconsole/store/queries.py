"""Asking for rows by column values, and rows as plain dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import CursorResult, Select, Table


def where_equal(query: Select[Any], table: Table, equal: Mapping[str, object]) -> Select[Any]:
    """The query for the rows whose columns equal the given values; a list, tuple or set means any of them."""
    for name, value in equal.items():
        column = table.c[name]
        query = query.where(column.in_(value) if isinstance(value, list | tuple | set) else column == value)
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
