"""Searching: filter groups, operators, one sort, and the cap (hubspot.md 3, "Search")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot.objects import KINDS, kind_named
from qbconsole.simulator.hubspot.refusals import Refusal, invalid, objects
from qbconsole.simulator.hubspot.values import BadValue, comparable, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.simulator.hubspot.portal import Portal

    Test = Callable[[dict[str, Any]], bool]

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
    test = _groups(portal, kind, objects(request.get("filterGroups"), "filterGroups"))
    words = [word.lower() for word in _TOKENS.findall(str(request.get("query") or ""))]
    found = [one for one in portal.seen_by_search(kind) if test(one) and _has_words(kind, one, words)]
    _sort(portal, kind, found, request.get("sorts") or [])
    end = min(after + limit, CAP)
    return len(found), found[after:end], str(end) if end < len(found) else None


def _page(request: dict[str, Any]) -> tuple[int, int]:
    limit = request.get("limit", 10)
    if not isinstance(limit, int) or isinstance(limit, bool) or not 0 <= limit <= LARGEST_PAGE:
        raise invalid(f"Invalid limit {limit}: it must be at most {LARGEST_PAGE}")
    text = str(request.get("after") or 0)
    if not text.isdigit():
        raise invalid(f"Invalid after {text}: it must be an integer")
    if int(text) >= CAP:
        raise invalid(f"Paging through more than {CAP} results is not supported: after {text}")
    return limit, int(text)


def _has_words(kind: str, record: dict[str, Any], words: list[str]) -> bool:
    if not words:
        return True
    text = " ".join(record["properties"].get(name) or "" for name in KINDS[kind].searchable).lower()
    return all(word in text for word in words)


def _sort(portal: Portal, kind: str, found: list[dict[str, Any]], sorts: Any) -> None:
    """Records without the value come last, in either direction; without a sort the oldest come first."""
    if not isinstance(sorts, list) or len(sorts) > 1:
        raise invalid("Only one sort is supported.")
    if not sorts:
        return
    sort = sorts[0] if isinstance(sorts[0], dict) else {"propertyName": str(sorts[0])}
    definition = _definition(portal, kind, str(sort.get("propertyName") or ""))
    name = definition["name"]
    with_value = [one for one in found if one["properties"].get(name)]
    without = [one for one in found if not one["properties"].get(name)]
    with_value.sort(
        key=lambda one: comparable(definition, one["properties"][name]),
        reverse=str(sort.get("direction", "ASCENDING")).upper() == "DESCENDING",
    )
    found[:] = with_value + without


def _groups(portal: Portal, kind: str, groups: list[dict[str, Any]]) -> Test:
    """Groups are alternatives, the filters in one must all hold."""
    filters = [objects(group.get("filters"), "filters") for group in groups]
    if len(filters) > MOST_GROUPS or sum(map(len, filters)) > MOST_IN_ALL:
        raise invalid(f"At most {MOST_GROUPS} filter groups and {MOST_IN_ALL} filters are allowed.")
    if any(len(group) > MOST_FILTERS for group in filters):
        raise invalid(f"At most {MOST_FILTERS} filters are allowed in one group.")
    tests = [[_filter(portal, kind, one) for one in group] for group in filters]
    if not tests:
        return lambda _record: True
    return lambda record: any(all(test(record) for test in group) for group in tests)


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


def _filter(portal: Portal, kind: str, given: dict[str, Any]) -> Test:
    name, operator = str(given.get("propertyName") or ""), str(given.get("operator") or "")
    if name.startswith("associations."):
        return _association_filter(portal, kind, name.removeprefix("associations."), operator, given)
    definition = _definition(portal, kind, name)
    if operator not in _OPERATORS:
        raise invalid(f"Invalid operator {operator}: it must be one of {', '.join(_OPERATORS)}")
    test = _OPERATORS[operator](definition, given)
    return lambda record: test(record["properties"].get(name) or "")


def _association_filter(portal: Portal, kind: str, to: str, operator: str, given: dict[str, Any]) -> Test:
    """`associations.company` and the like filter by the associated id (hubspot.md 3)."""
    to_kind = kind_named(to).name
    wanted = set(map(str, given.get("values") or [])) if operator == "IN" else {str(given.get("value"))}
    if operator not in ("EQ", "IN"):
        raise invalid(f"Operator {operator} is not supported on associations.")
    return lambda record: not wanted.isdisjoint(portal.links(kind, record["id"], to_kind))


def _operand(definition: dict[str, Any], given: dict[str, Any], field: str = "value") -> Any:
    if (value := given.get(field)) is None:
        raise invalid(f"A {field} is required for the filter on {definition['name']}.")
    try:
        return comparable(definition, text_of(value))
    except (ArithmeticError, ValueError, BadValue) as error:
        raise invalid(f"{value} is not a valid {definition['type']} for {definition['name']}.") from error


def _compare(holds: Callable[[Any, Any], bool]) -> Callable[[dict[str, Any], dict[str, Any]], Callable[[str], bool]]:
    """An operator on one value; a record without the value never matches."""

    def build(definition: dict[str, Any], given: dict[str, Any]) -> Callable[[str], bool]:
        wanted = _operand(definition, given)
        return lambda text: bool(text) and holds(comparable(definition, text), wanted)

    return build


def _between(definition: dict[str, Any], given: dict[str, Any]) -> Callable[[str], bool]:
    low, high = _operand(definition, given), _operand(definition, given, "highValue")
    return lambda text: bool(text) and low <= comparable(definition, text) <= high


def _values(definition: dict[str, Any], given: dict[str, Any]) -> set[Any]:
    """The values of IN. Those of strings must be in lower case to match anything (hubspot.md 3)."""
    if not isinstance(given.get("values"), list):
        raise invalid(f"values are required for the filter on {definition['name']}.")
    if definition["type"] == "string":
        return {str(value) for value in given["values"]}
    return {_operand(definition, {"value": value}) for value in given["values"]}


def _in(definition: dict[str, Any], given: dict[str, Any]) -> Callable[[str], bool]:
    wanted = _values(definition, given)
    return lambda text: bool(text) and comparable(definition, text) in wanted


def _not_in(definition: dict[str, Any], given: dict[str, Any]) -> Callable[[str], bool]:
    wanted = _values(definition, given)
    return lambda text: bool(text) and comparable(definition, text) not in wanted


def _has(_definition: dict[str, Any], _given: dict[str, Any]) -> Callable[[str], bool]:
    return bool


def _has_not(_definition: dict[str, Any], _given: dict[str, Any]) -> Callable[[str], bool]:
    return lambda text: not text


def _tokens(definition: dict[str, Any], given: dict[str, Any]) -> Callable[[str], bool]:
    """Whole words, with `*` standing for any part of one."""
    pattern = str(given.get("value") or "")
    if not pattern:
        raise invalid(f"A value is required for the filter on {definition['name']}.")
    words = [
        re.compile(re.escape(word).replace(r"\*", r"\w*")) for word in re.split(r"[^\w*]+", pattern.lower()) if word
    ]
    return lambda text: all(any(word.fullmatch(token) for token in re.findall(r"\w+", text.lower())) for word in words)


def _no_tokens(definition: dict[str, Any], given: dict[str, Any]) -> Callable[[str], bool]:
    test = _tokens(definition, given)
    return lambda text: not test(text)


_OPERATORS: dict[str, Callable[[dict[str, Any], dict[str, Any]], Callable[[str], bool]]] = {
    "EQ": _compare(lambda one, other: bool(one == other)),
    "NEQ": _compare(lambda one, other: bool(one != other)),
    "LT": _compare(lambda one, other: bool(one < other)),
    "LTE": _compare(lambda one, other: bool(one <= other)),
    "GT": _compare(lambda one, other: bool(one > other)),
    "GTE": _compare(lambda one, other: bool(one >= other)),
    "BETWEEN": _between,
    "IN": _in,
    "NOT_IN": _not_in,
    "HAS_PROPERTY": _has,
    "NOT_HAS_PROPERTY": _has_not,
    "CONTAINS_TOKEN": _tokens,
    "NOT_CONTAINS_TOKEN": _no_tokens,
}
