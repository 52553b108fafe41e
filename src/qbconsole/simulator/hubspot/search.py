"""Searching: filter groups, operators, one sort, and the cap (hubspot.md 3, "Search")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot.objects import KINDS, kind_named
from qbconsole.simulator.hubspot.refusals import Refusal, invalid, objects
from qbconsole.simulator.hubspot.values import BadValue, comparable, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qbconsole.simulator.hubspot.columns import Column
    from qbconsole.simulator.hubspot.portal import Portal

    Find = Callable[[Column, dict[str, Any], dict[str, Any]], Iterable[int]]
    """An operator: from a column, its definition and the filter, the records that it finds."""

CAP = 10_000
"""Results that one query can reach."""
LONGEST_BODY = 3_000
"""Characters of a request's body."""
MOST_GROUPS, MOST_FILTERS, MOST_IN_ALL = 5, 6, 18
"""Filter groups, filters in one, filters in all."""
LARGEST_PAGE = 200
"""Results on a page."""
_TOKENS = re.compile(r"[^\W_]+")


def search(portal: Portal, kind: str, request: dict[str, Any]) -> tuple[int, list[dict[str, Any]], str | None]:
    """The total, one page of records, and the offset of the next page."""
    limit, after = _page(request)
    seen = portal.index.seen(kind, portal.clock.now())
    found = _groups(portal, kind, objects(request.get("filterGroups"), "filterGroups"))
    if found is None:
        found = set(seen)
    if words := [word.lower() for word in _TOKENS.findall(str(request.get("query") or ""))]:
        found = {number for number in found if _has_words(kind, seen[number], words)}
    ordered = _sorted(portal, kind, found, request.get("sorts") or [])
    end = min(after + limit, CAP)
    return len(ordered), [seen[number] for number in ordered[after:end]], str(end) if end < len(ordered) else None


def _page(request: dict[str, Any]) -> tuple[int, int]:
    limit = request.get("limit", 10)
    if not isinstance(limit, int) or isinstance(limit, bool) or not 0 <= limit <= LARGEST_PAGE:
        raise invalid(f"Invalid limit {limit}: it must be at most {LARGEST_PAGE}")
    text = str(request.get("after") or 0)
    if not text.isdecimal():
        raise invalid(f"Invalid after {text}: it must be an integer")
    if int(text) >= CAP:
        raise invalid(f"Paging through more than {CAP} results is not supported: after {text}")
    return limit, int(text)


def _has_words(kind: str, record: dict[str, Any], words: list[str]) -> bool:
    text = " ".join(record["properties"].get(name) or "" for name in KINDS[kind].searchable).lower()
    return all(word in text for word in words)


def _sorted(portal: Portal, kind: str, found: set[int], sorts: Any) -> list[int]:
    """Records without the value come last, in either direction; without a sort the oldest come first."""
    if not isinstance(sorts, list) or len(sorts) > 1:
        raise invalid("Only one sort is supported.")
    sort = sorts[0] if sorts else "hs_object_id"
    if not isinstance(sort, dict):
        sort = {"propertyName": str(sort)}
    definition = _definition(portal, kind, str(sort.get("propertyName") or ""))
    ordered = [number for number in portal.index.column(kind, definition).all() if number in found]
    if str(sort.get("direction", "ASCENDING")).upper() == "DESCENDING":
        ordered.reverse()
    return ordered if len(ordered) == len(found) else ordered + sorted(found.difference(ordered))


def _groups(portal: Portal, kind: str, groups: list[dict[str, Any]]) -> set[int] | None:
    """Groups are alternatives, the filters in one must all hold; None when there are no groups."""
    filters = [objects(group.get("filters"), "filters") for group in groups]
    if len(filters) > MOST_GROUPS or sum(map(len, filters)) > MOST_IN_ALL:
        raise invalid(f"At most {MOST_GROUPS} filter groups and {MOST_IN_ALL} filters are allowed.")
    if any(len(group) > MOST_FILTERS for group in filters):
        raise invalid(f"At most {MOST_FILTERS} filters are allowed in one group.")
    if not all(filters):
        raise invalid("A filter group needs at least one filter.")
    found = [set.intersection(*(set(_filter(portal, kind, one)) for one in group)) for group in filters]
    return set.union(*found) if found else None


def _definition(portal: Portal, kind: str, name: str) -> dict[str, Any]:
    if (found := portal.properties.get(kind, name)) is None:
        text = f"There was a problem with the request. Property {name} does not exist"
        context = {"propertyName": [name]}
        raise Refusal(
            400,
            text,
            "VALIDATION_ERROR",
            errors=[{"message": text, "code": "PROPERTY_DOESNT_EXIST", "context": context}],
        )
    return found


def _filter(portal: Portal, kind: str, given: dict[str, Any]) -> Iterable[int]:
    name, operator = str(given.get("propertyName") or ""), str(given.get("operator") or "")
    if name.startswith("associations."):
        return _associated(portal, kind, name.removeprefix("associations."), operator, given)
    definition = _definition(portal, kind, name)
    column = portal.index.column(kind, definition)
    if operator in _LACKING:
        return set(portal.index.seen(kind, portal.clock.now())).difference(
            _LACKING[operator](column, definition, given)
        )
    if operator not in _OPERATORS:
        raise invalid(f"Invalid operator {operator}: it must be one of {', '.join([*_OPERATORS, *_LACKING])}")
    return _OPERATORS[operator](column, definition, given)


def _associated(portal: Portal, kind: str, to: str, operator: str, given: dict[str, Any]) -> Iterable[int]:
    """`associations.company` and the like filter by the associated id (hubspot.md 3)."""
    to_kind = kind_named(to).name
    wanted = set(map(str, given.get("values") or [])) if operator == "IN" else {str(given.get("value"))}
    if operator not in ("EQ", "IN"):
        raise invalid(f"Operator {operator} is not supported on associations.")
    linked = (int(number) for one in wanted for number in portal.associations.linked(to_kind, one, kind))
    return set(_every(portal, kind)).intersection(linked)


def _every(portal: Portal, kind: str) -> list[int]:
    return portal.index.column(kind, _definition(portal, kind, "hs_object_id")).all()


def _operand(definition: dict[str, Any], given: dict[str, Any], field: str = "value") -> Any:
    if (value := given.get(field)) is None:
        raise invalid(f"A {field} is required for the filter on {definition['name']}.")
    try:
        return comparable(definition, text_of(value))
    except (ArithmeticError, ValueError, BadValue) as error:
        raise invalid(f"{value} is not a valid {definition['type']} for {definition['name']}.") from error


def _equal(column: Column, definition: dict[str, Any], given: dict[str, Any]) -> Iterable[int]:
    return column.equal(_operand(definition, given))


def _between(column: Column, definition: dict[str, Any], given: dict[str, Any]) -> Iterable[int]:
    return column.between(_operand(definition, given), _operand(definition, given, "highValue"))


def _below(*, itself: bool) -> Find:
    return lambda column, definition, given: column.below(_operand(definition, given), itself=itself)


def _above(*, itself: bool) -> Find:
    return lambda column, definition, given: column.above(_operand(definition, given), itself=itself)


def _in(column: Column, definition: dict[str, Any], given: dict[str, Any]) -> set[int]:
    """The values of strings must be in lower case to match anything (hubspot.md 3)."""
    if not isinstance(given.get("values"), list):
        raise invalid(f"values are required for the filter on {definition['name']}.")
    plain = definition["type"] == "string"
    wanted = [str(one) if plain else _operand(definition, {"value": one}) for one in given["values"]]
    return {number for value in wanted for number in column.equal(value)}


def _any(column: Column, _definition: dict[str, Any], _given: dict[str, Any]) -> Iterable[int]:
    return column.all()


def _tokens(column: Column, definition: dict[str, Any], given: dict[str, Any]) -> Iterable[int]:
    """Whole words, with `*` standing for any part of one."""
    pattern = str(given.get("value") or "")
    if not pattern:
        raise invalid(f"A value is required for the filter on {definition['name']}.")
    words = [
        re.compile(re.escape(word).replace(r"\*", r"\w*")) for word in re.split(r"[^\w*]+", pattern.lower()) if word
    ]
    return column.where(
        lambda text: all(any(word.fullmatch(token) for token in re.findall(r"\w+", text.lower())) for word in words)
    )


def _but_for(find: Find) -> Find:
    """Those with a value that another operator does not find: a record without the value never matches."""
    return lambda column, definition, given: set(column.all()).difference(find(column, definition, given))


_OPERATORS: dict[str, Find] = {
    "EQ": _equal,
    "NEQ": _but_for(_equal),
    "LT": _below(itself=False),
    "LTE": _below(itself=True),
    "GT": _above(itself=False),
    "GTE": _above(itself=True),
    "BETWEEN": _between,
    "IN": _in,
    "NOT_IN": _but_for(_in),
    "HAS_PROPERTY": _any,
    "CONTAINS_TOKEN": _tokens,
}
_LACKING: dict[str, Find] = {"NOT_HAS_PROPERTY": _any, "NOT_CONTAINS_TOKEN": _tokens}
"""Operators that find every record which another does not, those without the value included."""
