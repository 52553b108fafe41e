"""Answers a parsed statement from the company's records (quickbooks.md 3.2 to 3.5)."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import kinds, recurring, wire
from qbconsole.simulator.quickbooks.fault import Fault
from qbconsole.simulator.quickbooks.properties import PROPERTIES
from qbconsole.simulator.quickbooks.query.filterable import FILTERABLE, SORTABLE
from qbconsole.simulator.quickbooks.query.parse import CURRENT_DATE, MOST_ROWS, Condition, Query, invalid, parse
from qbconsole.simulator.quickbooks.wire import PACIFIC

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company


def answer(company: Company, statement: str, most: int = MOST_ROWS) -> dict[str, Any]:
    """The QueryResponse for a statement, with no more than `most` rows.

    Raises:
        Fault: 4000, 4001 or 4002.
    """
    query = parse(statement)
    kind = kinds.BY_PATH.get(query.entity.lower())
    if kind is None:
        raise invalid(f"invalid context declaration: {query.entity}")
    conditions = [(_property(kind, condition.name, FILTERABLE), condition) for condition in query.conditions]
    if any(name == "Id" and condition.operator not in ("=", "IN") for name, condition in conditions):
        raise invalid("property 'Id' can be compared with = and IN only")
    order = [(_property(kind, name, SORTABLE), descending) for name, descending in query.order]
    today = company.today().isoformat()
    found = [
        record
        for record in company.shelf(kind)
        if all(_holds(record, name, condition, today) for name, condition in conditions)
    ]
    if kind in kinds.HAS_ACTIVE and not any(name == "Active" for name, _ in conditions):
        found = [record for record in found if record.get("Active", True)]
    if query.count:
        return {"totalCount": len(found)}
    return _page(company, kind, _sorted(kind, found, order), query, most)


def _page(company: Company, kind: str, found: list[dict[str, Any]], query: Query, most: int) -> dict[str, Any]:
    page = found[query.start - 1 : query.start - 1 + min(query.rows, most)]
    if not page:
        return {}
    poison = company.database.collection("qbo.poison")
    if len(poison) and any(f"{kind}:{record['Id']}" in poison for record in page):
        raise Fault("4002", "Error processing query", "QueryProcessingError: To email address entered is invalid")
    rows = [recurring.wrapped(record) for record in page] if kind == recurring.KIND else page
    return {kinds.key(kind): rows, "startPosition": query.start, "maxResults": len(page)}


def _property(kind: str, name: str, allowed: dict[str, dict[str, str]]) -> str:
    known = allowed[kind].get(name.lower())
    if known:
        return known
    if name.split(".")[0].lower() in {entry.lower() for entry in PROPERTIES[kind]}:
        raise invalid(f"property '{name}' is not queryable")
    raise invalid(f"Property {name} not found for Entity {kind}")


def _values(record: Any, name: str) -> list[Any]:
    """What a dotted name finds in a record; several values where it leads through a list."""
    if "." not in name:
        found = [_plain(record.get(name))]
        return [value for value in found if value is not None and not isinstance(value, list)]
    found = [record]
    for part in name.split("."):
        found = [_member(value, part) for value in found if isinstance(value, dict)]
        found = [entry for value in found for entry in (value if isinstance(value, list) else [value])]
    return [_plain(value) for value in found if value is not None]


def _member(value: dict[str, Any], part: str) -> Any:
    return value[part] if part in value else value.get(part.lower())


def _plain(value: Any) -> Any:
    return value.get("value") or value.get("Address") if isinstance(value, dict) else value


def _value(record: dict[str, Any], name: str) -> Any:
    return next(iter(_values(record, name)), None)


def _holds(record: dict[str, Any], name: str, condition: Condition, today: str) -> bool:
    wanted = [today if value == CURRENT_DATE else value for value in condition.values]
    return any(_fits(value, condition.operator, wanted) for value in _values(record, name))


def _fits(value: Any, operator: str, wanted: list[str]) -> bool:
    if operator == "LIKE":
        pattern = ".*".join(re.escape(part) for part in wanted[0].split("%"))
        return re.fullmatch(pattern, str(value), re.IGNORECASE | re.DOTALL) is not None
    if operator == "IN":
        return any(_compare(value, each, "=") for each in wanted)
    return _compare(value, wanted[0], operator)


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
        if wanted.lower() not in ("true", "false"):
            raise invalid(f"value {wanted} is not a boolean")
        return value, wanted.lower() == "true"
    if isinstance(value, int | Decimal):
        try:
            return Decimal(value), wire.decimal(wanted)
        except Fault:
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
