"""Properties that a record must have: always, or when another one has a certain value (hubspot.md 6, 2026-09)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qbconsole.simulator.database import Database

SINCE = "2026-09"
"""The first version of the API that holds writes to them."""


class Requirements:
    """What people in this account made required."""

    def __init__(self, database: Database) -> None:
        self._rules = database.collection("hubspot.requirements")

    def add(self, kind: str, name: str, when: Mapping[str, Iterable[str]]) -> None:
        """Require a property, always or `when` the named properties have one of these values."""
        conditions = {other: sorted(values) for other, values in when.items()}
        self._rules.put(f"{kind}/{name}", {"kind": kind, "name": name, "when": conditions})

    def remove(self, kind: str, name: str) -> None:
        """Require it no more; one that is not required is no error."""
        self._rules.remove(f"{kind}/{name}")

    def of(self, kind: str, name: str) -> list[str]:
        """The properties whose requirement rests on a property, its own included."""
        rules = (rule for rule in self._rules if rule["kind"] == kind)
        return [rule["name"] for rule in rules if name == rule["name"] or name in rule["when"]]

    def problems(self, kind: str, values: Mapping[str, Any], touched: Iterable[str] | None) -> list[dict[str, str]]:
        """What a record lacks that is about to have these values; only what a write `touched`, None being all."""
        found = []
        for rule in self._rules:
            name, when = rule["name"], rule["when"]
            if rule["kind"] != kind or values.get(name):
                continue
            if touched is not None and not {name, *when}.intersection(touched):
                continue
            if not when:
                text = f'Property "{name}" is required.'
                found.append({"name": name, "error": "MISSING_REQUIRED_PROPERTY", "message": text})
            elif all(values.get(other) in allowed for other, allowed in when.items()):
                text = f'Property "{name}" is required when {", ".join(when)} is set so.'
                found.append({"name": name, "error": "MISSING_CONDITIONAL_REQUIRED_PROPERTY", "message": text})
        return found
