"""Answers a parsed statement from the company's records (quickbooks.md 3.2 to 3.5)."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import kinds
from qbconsole.simulator.quickbooks.query.parse import Condition, Query, invalid, parse
from qbconsole.simulator.quickbooks.wire import PACIFIC

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

_ENTITIES = {kind.lower(): kind for kind in kinds.KINDS}


def answer(company: Company, statement: str) -> dict[str, Any]:
    """The QueryResponse for a statement.

    Raises:
        Fault: 4000 or 4001.
    """
    query = parse(statement)
    kind = _ENTITIES.get(query.entity.lower())
    if kind is None:
        raise invalid(f"invalid context declaration: {query.entity}")
    conditions = [(_property(kind, condition.name), condition) for condition in query.conditions]
    if any(name == "Id" and condition.operator not in ("=", "IN") for name, condition in conditions):
        raise invalid("property 'Id' can be compared with = and IN only")
    order = [(_property(kind, name), descending) for name, descending in query.order]
    found = [
        record
        for record in company.shelf(kind)
        if all(_holds(record, name, condition) for name, condition in conditions)
    ]
    if kind in kinds.HAS_ACTIVE and not any(name == "Active" for name, _ in conditions):
        found = [record for record in found if record.get("Active", True)]
    if query.count:
        return {"totalCount": len(found)}
    return _page(kind, _sorted(kind, found, order), query)


def _page(kind: str, found: list[dict[str, Any]], query: Query) -> dict[str, Any]:
    page = found[query.start - 1 : query.start - 1 + query.rows]
    if not page:
        return {}
    return {kind: page, "startPosition": query.start, "maxResults": len(page)}


def _property(kind: str, name: str) -> str:
    known = kinds.FILTERABLE[kind].get(name.lower())
    if known:
        return known
    if name.split(".")[0].lower() in {entry.lower() for entry in kinds.PROPERTIES[kind]}:
        raise invalid(f"property '{name}' is not queryable")
    raise invalid(f"Property {name} not found for Entity {kind}")


def _value(record: dict[str, Any], name: str) -> Any:
    value: Any = record
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, dict):
        return value.get("value") or value.get("Address")
    return value


def _holds(record: dict[str, Any], name: str, condition: Condition) -> bool:
    value = _value(record, name)
    if condition.operator == "LIKE":
        pattern = ".*".join(re.escape(part) for part in condition.values[0].split("%"))
        return value is not None and re.fullmatch(pattern, str(value), re.IGNORECASE | re.DOTALL) is not None
    if condition.operator == "IN":
        return any(_compare(value, wanted, "=") for wanted in condition.values)
    return _compare(value, condition.values[0], condition.operator)


def _compare(value: Any, wanted: str, operator: str) -> bool:
    if value is None:
        return False
    left, right = _comparable(value, wanted)
    if operator == "=":
        return bool(left == right)
    if operator == "<":
        return bool(left < right)
    if operator == ">":
        return bool(left > right)
    return bool(left <= right if operator == "<=" else left >= right)


def _comparable(value: Any, wanted: str) -> tuple[Any, Any]:
    """Both sides as what the record's value is: boolean, number, moment or text without case."""
    if isinstance(value, bool):
        return value, wanted.lower() == "true"
    if isinstance(value, int | Decimal):
        try:
            return Decimal(value), Decimal(wanted)
        except ArithmeticError:
            raise invalid(f"value {wanted} is not a number") from None
    text = str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT.*", text):
        return datetime.fromisoformat(text), moment(wanted).replace(microsecond=0)
    return text.casefold(), wanted.casefold()


def moment(text: str) -> datetime:
    """A timestamp as clients write it; a bare date, or one without an offset, is Pacific time.

    Raises:
        Fault: 4001, it is no timestamp.
    """
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"value {text} is not a date") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=PACIFIC)


def _sorted(kind: str, found: list[dict[str, Any]], order: list[tuple[str, bool]]) -> list[dict[str, Any]]:
    if not order:
        if kind in kinds.NAMES:
            return sorted(found, key=lambda record: str(record.get("FullyQualifiedName") or ""))
        if kind in kinds.TRANSACTIONS:
            return sorted(
                found, key=lambda record: datetime.fromisoformat(record["MetaData"]["LastUpdatedTime"]), reverse=True
            )
        return found
    for name, descending in reversed(order):
        found = sorted(found, key=lambda record, name=name: _sort_key(name, _value(record, name)), reverse=descending)  # type: ignore[misc]
    return found


def _sort_key(name: str, value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, 0)
    if name == "Id":
        return (1, int(value))
    if isinstance(value, int | Decimal):
        return (1, value)
    if name.startswith("MetaData."):
        return (1, datetime.fromisoformat(value).timestamp())
    return (
        (1, date.fromisoformat(value).toordinal()) if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) else (1, str(value))
    )
